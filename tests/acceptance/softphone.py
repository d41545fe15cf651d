"""A telephone that nobody here wrote: baresip, told over its console what to dial, press and say."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile

from bench.children import ChildDied, child
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from prompts.audio import TELEPHONE_RATE, Audio, Samples
from simulation.phones.handset import REACTION
from simulation.phones.tape import Tape

T = TypeVar("T")
READY, REGISTERED, RINGS, UP = (
    "baresip is ready",
    "[1 binding]",
    "Incoming call",
    "Call established",
)
HEARD = "*-dec.wav"
HAPPENS_WITHIN = 60.0
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
KEYS_AND_CODEC = "dtmfmode=rtpevent;audio_codecs=PCMA/8000/1"
UNREGISTERED = "<sip:{number}@{host}>;regint=0;" + KEYS_AND_CODEC
ACCOUNT = "<sip:{user}@{server}>;auth_pass={password};regint=60;" + KEYS_AND_CODEC


class Softphone:
    """A call that is up. Keys go as RTP events (RFC 4733)."""

    def __init__(self, keyboard: asyncio.DatagramTransport, tape: Tape) -> None:
        self.tape = tape
        self._keyboard = keyboard

    def presses(self, keys: str) -> None:
        for key in keys:
            _type(self._keyboard, f"/sndcode {key}")

    async def says(self, sound: Audio) -> None:
        """Speak this to its end, after a moment."""
        said = self.tape.file.with_name("said.wav")
        await asyncio.to_thread(_write_wav, said, sound.at(TELEPHONE_RATE).samples)
        await asyncio.sleep(REACTION)
        _type(self._keyboard, f"/ausrc aufile,{said}")
        await asyncio.sleep(sound.seconds + REACTION)


class Device:
    """The softphone itself, switched on: it calls and is called, one call at a time."""

    def __init__(
        self, folder: Path, running: asyncio.subprocess.Process, keyboard: asyncio.DatagramTransport
    ) -> None:
        self._folder = folder
        self._running = running
        self._keyboard = keyboard
        self._told = 0
        self._heard: set[Path] = set()

    @asynccontextmanager
    async def calling(self, dials: str) -> AsyncIterator[Softphone]:
        """A call to this number or SIP address. Raises TimeoutError when nobody answers."""
        _type(self._keyboard, f"/dial {dials}")
        async with self._up() as call:
            yield call

    @asynccontextmanager
    async def called(self, *, within: float) -> AsyncIterator[Softphone]:
        """The next call that comes, picked up. Raises TimeoutError when none comes."""
        await self.until(RINGS, seconds=within)
        _type(self._keyboard, "/accept")
        async with self._up() as call:
            yield call

    async def until(self, words: str, *, seconds: float = HAPPENS_WITHIN) -> None:
        """Until it has said so, after what it was seen to say before. Raises TimeoutError and ChildDied."""
        said = await self._once(
            lambda: self._words().partition(words)[1:], lambda found: bool(found[0]), seconds
        )
        self._told = len(self._log.read_text()) - len(said[1])

    @asynccontextmanager
    async def _up(self) -> AsyncIterator[Softphone]:
        await self.until(UP)
        new = await self._once(lambda: set(self._folder.glob(HEARD)) - self._heard, bool, HAPPENS_WITHIN)
        self._heard |= new
        yield Softphone(self._keyboard, Tape(new.pop()))
        _type(self._keyboard, "/hangup")

    @property
    def _log(self) -> Path:
        return self._folder / "baresip.log"

    def _words(self) -> str:
        return self._log.read_text()[self._told :]

    async def _once(self, look: Callable[[], T], is_there: Callable[[T], bool], seconds: float) -> T:
        async with asyncio.timeout(seconds):
            while not is_there(found := look()):
                if self._running.returncode is not None:
                    raise ChildDied("baresip ended by itself; see its log.")
                await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def switched_on(folder: Path, account: str) -> AsyncIterator[Device]:
    """A softphone with this account, all that it leaves in `folder`. Raises ChildDied and TimeoutError."""
    await asyncio.to_thread(folder.mkdir)
    console = (LOOPBACK, free_ports(1))
    await asyncio.to_thread(_furnish, folder, account, console)
    with (folder / "baresip.log").open("wb") as log:
        async with child(["baresip", "-f", str(folder)], cwd=folder, output=log, errors=log) as running:
            loop = asyncio.get_running_loop()
            keyboard, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=console)
            device = Device(folder, running, keyboard)
            try:
                await device.until(READY)
                yield device
            finally:
                keyboard.close()


@asynccontextmanager
async def calling(folder: Path, number: str, dials: str) -> AsyncIterator[Softphone]:
    """A call from this number to this SIP address. Raises ChildDied, and TimeoutError when nobody answers."""
    account = UNREGISTERED.format(number=number, host=LOOPBACK)
    async with switched_on(folder, account) as device, device.calling(dials) as call:
        yield call


def _type(keyboard: asyncio.DatagramTransport, line: str) -> None:
    keyboard.sendto(f"{line}\n".encode())


def _write_wav(file: Path, samples: Samples) -> None:
    """Followed by quiet: baresip hangs up when it has nothing more to say."""
    quiet = np.zeros(TELEPHONE_RATE * QUIET_SECONDS, np.float32)
    soundfile.write(file, np.concatenate((samples, quiet)), TELEPHONE_RATE, subtype="PCM_16")


def _furnish(folder: Path, account: str, console: tuple[str, int]) -> None:
    _write_wav(folder / "quiet.wav", np.zeros(0, np.float32))
    audio = free_audio_ports(2)
    config = CONFIG.format(
        host=LOOPBACK,
        sip=free_ports(1),
        audio=audio.first,
        audio_end=audio.last,
        console=console[1],
        folder=folder,
        rate=TELEPHONE_RATE,
    )
    (folder / "config").write_text(config)
    (folder / "accounts").write_text(f"{account}\n")
    (folder / "contacts").touch()
