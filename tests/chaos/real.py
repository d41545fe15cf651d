"""Zones on real Asterisks that ring the simulated neighbourhood: its recordings and the wire to it judge."""

import asyncio
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psutil

from buurtbel.embedded.asterisk_root import ensure_root
from buurtbel.embedded.run_directory import RunDirectory
from buurtbel.stage import set_stage
from prompts.audio import Audio, read
from prompts.comparator import compare
from prompts.voice import voice_for
from tests.chaos import audit
from tests.chaos.faults import EVERYWHERE, SHARED, Fault, rage
from tests.chaos.judge import Experience
from tests.chaos.node import Node
from tests.chaos.tally import Tally
from tests.chaos.wire import CountingWire
from tests.chaos.zone import Zone
from tests.ports import LOOPBACK, free_ports, rtp_range
from tests.system.conftest import own_pbx
from tests.system.server import Values

WIRE = "127.0.0.5"
CLOSED_WITHIN = 180.0
LINES = "12"
SILENCE = 0.003
"""Loudest sample of a recording in which nobody spoke."""
A_PART = 2.0
"""Seconds of a call in which so much was heard that somebody may have confirmed it."""
RING = 4
DISK = "512k"


class RealFarSide:
    def __init__(
        self, root: Path, wire: CountingWire, port: int, recordings: Path, names: Sequence[str]
    ) -> None:
        self.wire = wire
        self.passes: list[Audio] = []
        """What was sent."""
        self._recordings = recordings
        self._pbx = [own_pbx(root) for _ in names]
        self._trunk = {
            "uri": f"sip:{WIRE}:{port}",
            "simulated": "true",
            "channels": LINES,
            "calls_per_second": "10",
            "kept_for_callers": "0",
        }

    def values(self, at: int) -> Values:
        return {
            "pbx": self._pbx[at],
            "trunk": self._trunk,
            "alert": {"ring": str(RING), "hard_limit": "10"},
        }

    def live(self, at: int) -> int:
        return self.wire.live(self._port(at))

    def pbx_dies(self, at: int) -> None:
        self.wire.all_gone(self._port(at))

    def experience(self, numbers: set[str]) -> Experience:
        heard: Counter[str] = Counter()
        reached: set[str] = set()
        silent: list[str] = []
        for number in numbers:
            files = sorted(self._recordings.glob(f"{number.removeprefix('+')}-*.wav"), key=_nth)
            cut_off = self.wire.cut_off(number)
            for at, file in enumerate(files):
                recorded = read(file)
                if abs(recorded.samples).max(initial=0) < SILENCE:
                    if not cut_off[at]:
                        silent.append(number)
                elif recorded.seconds > A_PART:
                    reached.add(number)
                    heard[number] += any(compare(sent, recorded).whole for sent in self.passes)
        return Experience(self.wire.placed, +heard, reached, {}, silent)

    def _port(self, at: int) -> int:
        return int(self._pbx[at]["sip_bind"].rpartition(":")[2])


def _nth(file: Path) -> int:
    return int(file.stem.rpartition("-")[2])


async def kill_asterisk(zone: Zone) -> None:
    node = zone.any_node()
    zone.dies(node.node)
    _kill_pbx(zone, node)


async def kill_the_machine(zone: Zone) -> None:
    """All of it, the PBX too."""
    node = zone.any_node()
    with zone.without(node):
        zone.dies(node.node)
        zone.tally.kills += node.kill_all(serve=True)
        _kill_pbx(zone, node)
        await asyncio.sleep(zone.random.uniform(0, 6))


async def fill_the_disk(zone: Zone) -> None:
    """Nothing of what is said on the phone can be recorded."""
    node = zone.any_node()
    folder = RunDirectory(node.folder / "pbx").recordings
    node.fill_disk(folder)
    await asyncio.sleep(zone.random.uniform(3, 8))
    node.free_disk(folder)


def _kill_pbx(zone: Zone, node: Node) -> None:
    assert isinstance(zone.far_side, RealFarSide)
    with suppress(OSError, ValueError, psutil.NoSuchProcess):
        node.kill("pbx/program.json")
        zone.tally.kills += 1
        zone.far_side.pbx_dies(list(zone.nodes).index(node.node))


ON_ASTERISK: Mapping[Fault, int] = {kill_asterisk: 6, kill_the_machine: 2, fill_the_disk: 2}


@asynccontextmanager
async def _far_side(root: Path, names: Sequence[str]) -> AsyncIterator[RealFarSide]:
    port = free_ports(3)
    with TemporaryDirectory(prefix="bb-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        recordings = Path(folder) / "recordings"
        asterisk = await set_stage(
            voice_for("espeak-ng"),
            root,
            Path(folder) / "neighbourhood",
            sip_bind=f"{LOOPBACK}:{port}",
            rtp_ports=rtp_range(100),
            recordings=recordings,
        )
        try:
            with CountingWire((WIRE, port), (LOOPBACK, port)) as wire:
                yield RealFarSide(root, wire, port, recordings, names)
        finally:
            await asterisk.stop()


async def real(random: Random, names: Sequence[str], *, kills: int, size: int) -> Tally:
    root = await asyncio.to_thread(ensure_root)
    several = len(names) > 1
    faults = {**EVERYWHERE, **(SHARED if several else {}), **ON_ASTERISK}
    async with _far_side(root, names) as far_side, Zone(far_side, random, names, shares=several) as zone:
        for node in zone.nodes.values():
            _give_small_disk(RunDirectory(node.folder / "pbx").recordings)
        try:
            await rage(zone, faults, kills=kills, pause=2.5, size=size)
            await zone.until_closed(CLOSED_WITHIN)
            far_side.passes = await asyncio.to_thread(audit.passes, zone.url, zone.broadcasts)
            return await zone.judge()
        finally:
            for node in zone.nodes.values():
                _take_small_disk(RunDirectory(node.folder / "pbx").recordings)


def _give_small_disk(folder: Path) -> None:
    owner = folder.stat()
    how = f"size={DISK},uid={owner.st_uid},gid={owner.st_gid},mode=0755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", how, "tmpfs", folder], check=True)


def _take_small_disk(folder: Path) -> None:
    # Asterisk may still hold a file open there.
    subprocess.run(["umount", "--lazy", folder], check=True)
