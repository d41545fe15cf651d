"""A telephone that nobody here wrote: baresip, told over its console what to dial, press and say."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import soundfile

from bench.children import ChildDied, child
from bench.ports import LOOPBACK, free_udp_port
from buurtbel.neighbours.handset import REACTION
from buurtbel.neighbours.tape import Tape
from prompts.audio import TELEPHONE_RATE, Audio, Samples

READY, UP = "baresip is ready", "Call established"
HEARD = "*-dec.wav"
HAPPENS_WITHIN = 10.0
QUIET_SECONDS = 120
"""What it says while it is told nothing else: longer than a call."""
CONFIG = """
poll_method epoll
sip_listen {host}:{sip}
rtp_ports {audio}-{audio_end}
cons_listen {host}:{console}
audio_source aufile,{folder}/quiet.wav
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
ausrc_srate {rate}
auplay_srate {rate}
snd_path {folder}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module cons.so
module_app account.so
module_app menu.so
"""
ACCOUNT = "<sip:{number}@{host}>;regint=0;dtmfmode=rtpevent;audio_codecs=PCMA/8000/1\n"


class Softphone:
    """A call that is up. Keys go as RTP events (RFC 4733)."""

    def __init__(self, keyboard: asyncio.DatagramTransport, tape: Tape) -> None:
        self.tape = tape
        self._keyboard = keyboard

    def presses(self, key: str) -> None:
        _type(self._keyboard, f"/sndcode {key}")

    async def says(self, sound: Audio) -> None:
        """Speak this to its end, after a moment."""
        said = self.tape.file.with_name("said.wav")
        await asyncio.to_thread(_write_wav, said, sound.at(TELEPHONE_RATE).samples)
        await asyncio.sleep(REACTION)
        _type(self._keyboard, f"/ausrc aufile,{said}")
        await asyncio.sleep(sound.seconds + REACTION)


@asynccontextmanager
async def calling(folder: Path, number: str, dials: str) -> AsyncIterator[Softphone]:
    """A call from this number to this SIP address. Raises ChildDied, and TimeoutError when nobody answers."""
    await asyncio.to_thread(folder.mkdir)
    console = (LOOPBACK, free_udp_port())
    await asyncio.to_thread(_furnish, folder, number, console)
    words = folder / "baresip.log"
    with words.open("wb") as log:
        async with child(["baresip", "-f", str(folder)], cwd=folder, output=log, errors=log) as running:
            await _until(running, lambda: READY in words.read_text())
            loop = asyncio.get_running_loop()
            keyboard, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=console)
            try:
                _type(keyboard, f"/dial {dials}")
                await _until(running, lambda: UP in words.read_text())
                await _until(running, lambda: list(folder.glob(HEARD)))
                yield Softphone(keyboard, Tape(next(folder.glob(HEARD))))
                _type(keyboard, "/hangup")
            finally:
                keyboard.close()


def _type(keyboard: asyncio.DatagramTransport, line: str) -> None:
    keyboard.sendto(f"{line}\n".encode())


def _write_wav(file: Path, samples: Samples) -> None:
    """Followed by quiet: baresip hangs up when it has nothing more to say."""
    quiet = np.zeros(TELEPHONE_RATE * QUIET_SECONDS, np.float32)
    soundfile.write(file, np.concatenate((samples, quiet)), TELEPHONE_RATE, subtype="PCM_16")


def _furnish(folder: Path, number: str, console: tuple[str, int]) -> None:
    _write_wav(folder / "quiet.wav", np.zeros(0, np.float32))
    audio = free_udp_port()
    config = CONFIG.format(
        host=LOOPBACK,
        sip=free_udp_port(),
        audio=audio,
        audio_end=audio + 3,
        console=console[1],
        folder=folder,
        rate=TELEPHONE_RATE,
    )
    (folder / "config").write_text(config)
    (folder / "accounts").write_text(ACCOUNT.format(number=number, host=LOOPBACK))
    (folder / "contacts").touch()


async def _until(running: asyncio.subprocess.Process, condition: Callable[[], object]) -> None:
    async with asyncio.timeout(HAPPENS_WITHIN):
        while not condition():
            if running.returncode is not None:
                raise ChildDied("baresip ended by itself; see its log.")
            await asyncio.sleep(0.05)
