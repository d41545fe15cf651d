"""The far side of `make bench-voicemail`: the simulated neighbourhood, and who is drawn to live there."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from bench.children import ChildDied, child
from bench.voicemail.measures import CallFiles
from embedded.asterisk import Asterisk
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from embedded.network.ports import Address
from prompts.audio import TELEPHONE_RATE
from simulation.kinds import Neighbour, NeighbourKind
from simulation.neighbourhood import Passwords, start_neighbourhood
from simulation.people.cast import mailbox_greetings
from simulation.sound.studio import Studio

READY = "ready"
"""What the neighbours' process prints once they can be called."""
READY_WITHIN = 180.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Process ids of the two programs that play the far side."""

    asterisk: int
    neighbours: int


@asynccontextmanager
async def stage(
    root: Path, folder: Path, drawn: Sequence[Neighbour], *, seed: int, sip_port: int, calls: int
) -> AsyncIterator[Stage]:
    """The neighbourhood at `sip_port`, with everybody who was drawn by this seed ready to be called."""
    recordings = _recordings(folder)
    door = Address(LOOPBACK, free_ports(1))
    asterisk = await _asterisk(root, folder, drawn, sip_port=sip_port, calls=calls, door=door)
    try:
        command = [sys.executable, "-m", "simulation"]
        command += ["--seed", str(seed), "--count", str(len(drawn))]
        command += ["--port", str(door.port), "--recordings", str(recordings)]
        said = folder / "neighbours.log"
        with said.open("wb") as log:
            async with child(command, cwd=Path.cwd(), output=log, errors=log) as neighbours:
                await _until_ready(neighbours, said)
                yield Stage(asterisk.pid, neighbours.pid)
    finally:
        await asterisk.stop()


def recordings_of(folder: Path, one: Neighbour) -> CallFiles:
    """Where the first answered call to this neighbour lies."""
    recordings = _recordings(folder)
    heard = recordings / f"{one.digits}-1.wav"
    if one.kind is NeighbourKind.VOICEMAIL:
        return CallFiles(heard, recordings / "voicemail" / "default" / one.mailbox / "INBOX" / "msg0000.wav")
    return CallFiles(heard, recordings / f"{one.digits}-1.kept.wav" if one.keeps else heard)


def _recordings(folder: Path) -> Path:
    return folder / "neighbourhood" / "recordings"


async def _asterisk(
    root: Path, folder: Path, drawn: Sequence[Neighbour], *, sip_port: int, calls: int, door: Address
) -> Asterisk:
    greetings = await mailbox_greetings(drawn, folder / "greetings", Studio())
    nothing = folder / "nothing.wav"
    soundfile.write(nothing, np.zeros(TELEPHONE_RATE, np.int16), TELEPHONE_RATE)
    return await start_neighbourhood(
        root,
        folder / "neighbourhood",
        sip_bind=f"{LOOPBACK}:{sip_port}",
        rtp_ports=str(free_audio_ports(2 * calls)),
        recordings=_recordings(folder),
        # Neighbours who say these are not among the drawn ones.
        hello=nothing,
        greeting=nothing,
        passwords=Passwords.made(),
        audiosocket=door,
        greetings=greetings,
    )


async def _until_ready(neighbours: asyncio.subprocess.Process, said: Path) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while READY not in (words := said.read_text(errors="replace")).splitlines():
            if neighbours.returncode is not None:
                last = words.strip().splitlines()[-1:] or [f"The drawn neighbours ended; see {said}."]
                raise ChildDied(last[0])
            await asyncio.sleep(0.1)
