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

from embedded.asterisk_root import ensure_root
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from embedded.run_directory import RunDirectory
from prompts.audio import Audio, read
from prompts.comparator import compare
from prompts.engines import voice_for
from simulation.stage import set_stage
from tests.chaos.faults import EVERYWHERE, ITS_OWN, SHARED, Fault, ends_frozen, rage
from tests.chaos.judge import Experience, Told
from tests.chaos.node import Node
from tests.chaos.steering import STEERED
from tests.chaos.tally import Tally
from tests.chaos.zone import Zone
from tests.support.hanging import PBX_NOTE, has_ended, stopped
from tests.support.server import Values
from tests.support.settings_of_nodes import own_pbx
from tests.support.timed_wire import TimedWire

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
        self, root: Path, wire: TimedWire, port: int, recordings: Path, names: Sequence[str]
    ) -> None:
        self.wire = wire
        self.killed: set[int] = set()
        """Process ids of Asterisks that faults ended."""
        self._recordings = recordings
        self._pbx = [own_pbx(root) for _ in names]
        self._trunk = {
            "uri": f"sip:{WIRE}:{port}",
            "networks": LOOPBACK,  # a phone is put down past the wire
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

    def pbx_freezes(self, at: int) -> None:
        self.wire.freezes(self._port(at))

    def pbx_goes_on(self, at: int) -> None:
        self.wire.goes_on(self._port(at))

    def experience(self, numbers: set[str], passes: Mapping[str, Audio]) -> Experience:
        heard: Counter[tuple[str, str]] = Counter()
        reached: set[str] = set()
        silent: list[str] = []
        told: list[Told] = []
        for number in numbers:
            files = sorted(self._recordings.glob(f"{number.removeprefix('+')}-*.wav"), key=_nth)
            cut_off = self.wire.cut_off(number)
            placed_at = [call.asked_at for call in self.wire.calls_to(number) if call.answered_at is not None]
            for at, file in enumerate(files):
                recorded = read(file)
                if abs(recorded.samples).max(initial=0) < SILENCE:
                    if not cut_off[at]:
                        silent.append(number)
                    continue
                found = {one: compare(sent, recorded) for one, sent in passes.items()}
                if recorded.seconds > A_PART:
                    reached.add(number)
                    heard.update((number, one) for one, hearing in found.items() if hearing.whole)
                most = max((hearing.found for hearing in found.values()), default=0)
                some = [one for one, hearing in found.items() if hearing.found in {most, hearing.active}]
                told.append(Told(number, placed_at[at], frozenset(some)))
        return Experience(self.wire.placed, heard, reached, {}, silent, self.wire.two_at_once, told)

    def _port(self, at: int) -> int:
        return int(self._pbx[at]["sip_bind"].rpartition(":")[2])


def _nth(file: Path) -> int:
    return int(file.stem.rpartition("-")[2])


async def kill_asterisk(zone: Zone) -> None:
    node = zone.any_node()
    zone.dies(node.node)
    _kill_pbx(zone, node)


async def freeze_asterisk(zone: Zone) -> None:
    """It alone, for seconds: it goes on, and nobody has ended it."""
    node = zone.any_node()
    async with _frozen(zone, node) as process:
        if process is not None:
            await asyncio.sleep(zone.random.uniform(1, 8))
            if has_ended(process) and not _was_killed(zone, process):
                zone.tally.killed_in_vain += 1
                zone.tally.problems.append("an Asterisk was ended that had stood still for seconds")
                _far_side_of(zone).pbx_dies(_at(zone, node))


async def freeze_asterisk_for_ever(zone: Zone) -> None:
    """It alone, until `serve` ends it and starts another."""
    node = zone.any_node()
    async with _frozen(zone, node) as process:
        if process is None:
            return
        if not await ends_frozen([process]):
            zone.tally.left_hanging += 1
            zone.tally.problems.append("nobody ended a frozen Asterisk")
        elif not _was_killed(zone, process):
            zone.tally.kills += 1
            _far_side_of(zone).pbx_dies(_at(zone, node))


@asynccontextmanager
async def _frozen(zone: Zone, node: Node) -> AsyncIterator[psutil.Process | None]:
    """This node's Asterisk, which stands still; None when it does not run, or does so for another fault."""
    far_side, at = _far_side_of(zone), _at(zone, node)
    try:
        process = psutil.Process(node.pid_of(PBX_NOTE))
        is_free = process.status() not in {psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}
    except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
        is_free = False
    if not is_free:
        yield None
        return
    zone.dies(node.node)
    far_side.pbx_freezes(at)
    with stopped(process):
        yield process
    far_side.pbx_goes_on(at)


def _was_killed(zone: Zone, process: psutil.Process) -> bool:
    return process.pid in _far_side_of(zone).killed


def _far_side_of(zone: Zone) -> RealFarSide:
    assert isinstance(zone.far_side, RealFarSide)
    return zone.far_side


def _at(zone: Zone, node: Node) -> int:
    return list(zone.nodes).index(node.node)


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
    far_side = _far_side_of(zone)
    with suppress(OSError, ValueError, psutil.NoSuchProcess):
        far_side.killed.add(node.kill(PBX_NOTE))
        zone.tally.kills += 1
        far_side.pbx_dies(_at(zone, node))


ON_ASTERISK: Mapping[Fault, int] = {
    kill_asterisk: 6,
    kill_the_machine: 2,
    freeze_asterisk: 3,
    freeze_asterisk_for_ever: 2,
    fill_the_disk: 2,
}


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
            rtp_ports=str(free_audio_ports(100)),
            recordings=recordings,
        )
        try:
            with TimedWire((WIRE, port), (LOOPBACK, port)) as wire:
                yield RealFarSide(root, wire, port, recordings, names)
        finally:
            await asterisk.stop()


async def real(random: Random, names: Sequence[str], *, kills: int, size: int) -> Tally:
    root = await asyncio.to_thread(ensure_root)
    several = len(names) > 1
    faults = {**EVERYWHERE, **(SHARED if several else ITS_OWN), **ON_ASTERISK, **STEERED}
    async with _far_side(root, names) as far_side, Zone(far_side, random, names, shares=several) as zone:
        for node in zone.nodes.values():
            _give_small_disk(RunDirectory(node.folder / "pbx").recordings)
        try:
            await rage(zone, faults, kills=kills, pause=2.5, size=size)
            await zone.until_closed(CLOSED_WITHIN)
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
