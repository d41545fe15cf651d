"""Sets up the simulated neighbourhood with its voices: for the demo, for drills and for containers."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import soundfile

from buurtbel.embedded.asterisk import Asterisk
from buurtbel.embedded.neighbourhood import Passwords, start_neighbourhood
from buurtbel.embedded.ports import Address
from prompts.audio import TELEPHONE_RATE
from prompts.catalogue import Key, sentence
from prompts.passes import render_sentence
from prompts.voice import Voice

LANGUAGE = "nl"
"""What the neighbours speak."""


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
) -> Asterisk:
    """Start the neighbourhood in `folder`; its accounts' passwords lie there in `passwords.json`."""
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
        passwords=_passwords(folder / "passwords.json"),
        trunk_addresses=trunk_addresses,
        ari=ari,
    )


async def spoken(voice: Voice, path: Path, key: Key) -> Path:
    """A sentence of the neighbours as a file for their phones."""
    audio = (await render_sentence(voice, sentence(key, LANGUAGE), LANGUAGE)).at(TELEPHONE_RATE)
    await asyncio.to_thread(soundfile.write, path, audio.samples, audio.rate, subtype="PCM_16")
    return path


def _passwords(file: Path) -> Passwords:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(Passwords.made())))
    return Passwords(**json.loads(file.read_text()))
