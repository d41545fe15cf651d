"""Whether a run had the machine to itself: what is disturbed tells nothing of who ran."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

MOST_STEAL = 0.03
"""Part of all cores that another machine on the same host may have had."""
MOST_OTHERS = 0.06
"""Part of all cores that programs may have had which belong to nobody here."""
FULL = 0.9
"""Of a core: a far end that is this busy is what is measured."""
_KERNEL = 2
"""The process that all threads of the kernel are children of."""


@dataclass(slots=True)
class Quiet:
    """What others had of the machine while it was watched; parts of all cores, of one for the far end."""

    steal: float = 0.0
    others: float = 0.0
    far_end: float = 0.0

    @property
    def disturbed_by(self) -> str:
        """In words; empty when nothing did."""
        told = [
            f"the host took {self.steal:.0%} of the cores" if self.steal > MOST_STEAL else "",
            f"other programs took {self.others:.0%} of the cores" if self.others > MOST_OTHERS else "",
            f"the phones filled {self.far_end:.0%} of a core" if self.far_end > FULL else "",
        ]
        return ", ".join(filter(None, told))


@contextmanager
def watching(own: set[int], far_end: int) -> Iterator[Quiet]:
    """Fill what is given at the end of the block; `own` and their children are nobody else."""
    quiet = Quiet()
    began, before, all_before = time.monotonic(), _used(), psutil.cpu_times()
    yield quiet
    seconds, after, all_after = time.monotonic() - began, _used(), psutil.cpu_times()
    ours = _with_children(own | {far_end, psutil.Process().pid})
    every = seconds * (psutil.cpu_count() or 1)
    quiet.steal = (all_after.steal - all_before.steal) / every
    quiet.others = sum(used - before.get(pid, 0.0) for pid, used in after.items() if pid not in ours) / every
    quiet.far_end = (after.get(far_end, 0.0) - before.get(far_end, 0.0)) / seconds


def _used() -> Mapping[int, float]:
    """Seconds of processor time of every program by its process id; the kernel's own threads are none."""
    found = psutil.process_iter(["pid", "ppid", "cpu_times"])
    programs = [one.info for one in found if _KERNEL not in {one.info["pid"], one.info["ppid"]}]
    return {
        one["pid"]: one["cpu_times"].user + one["cpu_times"].system for one in programs if one["cpu_times"]
    }


def _with_children(pids: set[int]) -> set[int]:
    whole = set(pids)
    for pid in pids:
        if psutil.pid_exists(pid):
            whole |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
    return whole
