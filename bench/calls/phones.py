"""The far end: SIPp plays any number of phones that are picked up, say nothing and stay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.children import ChildDied, child
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports

SCENARIO = Path(__file__).with_name("phones.xml")
PAIRS = 2
"""Of ports for sound, of which SIPp takes one and its neighbours."""
SETTLES_WITHIN = 1.0
"""Seconds in which SIPp complains if it cannot run."""


@dataclass(frozen=True, slots=True)
class Phones:
    """`audio_port` is held and never read, so what is heard costs the machine next to nothing."""

    sip_port: int
    audio_port: int
    pid: int

    @property
    def uri(self) -> str:
        return f"sip:{LOOPBACK}:{self.sip_port}"


@asynccontextmanager
async def phones(folder: Path) -> AsyncIterator[Phones]:
    """Phones behind one SIP address, as a child. Raises ChildDied when SIPp does not run."""
    sip_port, audio_port = free_ports(1), free_audio_ports(PAIRS).first
    command = [
        "sipp",
        *("-sf", str(SCENARIO)),
        *("-i", LOOPBACK, "-p", str(sip_port)),
        *("-mi", LOOPBACK, "-mp", str(audio_port)),
        *("-ci", LOOPBACK, "-cp", str(free_ports(1))),
        "-nostdin",
    ]
    complaints = folder / "phones.log"
    with complaints.open("wb") as sink:
        async with child(command, cwd=folder, output=asyncio.subprocess.DEVNULL, errors=sink) as sipp:
            await asyncio.sleep(SETTLES_WITHIN)
            if sipp.returncode is not None:
                raise ChildDied(f"SIPp ended at once; see {complaints}.")
            yield Phones(sip_port, audio_port, sipp.pid)
