"""Sets up the simulated neighbourhood with its voices: for the demo, for drills and for containers."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import soundfile

from embedded.asterisk import Asterisk
from embedded.network.ports import Address
from prompts.audio import TELEPHONE_RATE
from prompts.catalogue import Key, sentence
from prompts.passes import render_sentence
from prompts.telephone import FLAT
from prompts.voice import Voice
from simulation.neighbourhood import OurLine, Passwords, start_neighbourhood

LANGUAGE = "nl"
"""What the neighbours speak."""
PASSWORDS = "passwords.json"


async def set_stage(
    voice: Voice,
    root: Path,
    folder: Path,
    *,
    sip_bind: str,
    rtp_ports: str,
    recordings: Path,
    trunk_addresses: Sequence[str] = ("127.0.0.1",),
    ari: Address | None = None,
    our_line: OurLine | None = None,
) -> Asterisk:
    """Start the neighbourhood in `folder`; its accounts' passwords lie there in `PASSWORDS`."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    hello = await spoken(voice, folder / "hello.wav", "neighbour_hello")
    greeting = await spoken(voice, folder / "greeting.wav", "neighbour_greeting")
    return await start_neighbourhood(
        root,
        folder,
        sip_bind=sip_bind,
        rtp_ports=rtp_ports,
        recordings=recordings,
        hello=hello,
        greeting=greeting,
        passwords=_passwords(folder / PASSWORDS),
        trunk_addresses=trunk_addresses,
        ari=ari,
        our_line=our_line,
    )


async def spoken(voice: Voice, path: Path, key: Key) -> Path:
    """A sentence of the neighbours as a file for their phones."""
    said = await render_sentence(voice, sentence(key, LANGUAGE), LANGUAGE, curve=FLAT)
    audio = said.at(TELEPHONE_RATE)
    await asyncio.to_thread(soundfile.write, path, audio.samples, audio.rate, subtype="PCM_16")
    return path


def _passwords(file: Path) -> Passwords:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(Passwords.made()), indent=2) + "\n")
    return Passwords(**json.loads(file.read_text()))
