"""Seconds of processor time, user and system together, as the kernel counts them."""

from pathlib import Path

import psutil


def of_process(pid: int) -> float:
    """What this process with all its threads has used; its children count for themselves."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def of_tree(pid: int) -> float:
    """What this process and all its children have used, those included that ended and were waited for."""
    parent = psutil.Process(pid)
    return sum(map(_with_ended_children, [*parent.children(recursive=True), parent]))


def _with_ended_children(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def of_postgres(folder: Path) -> float:
    """What the server on this data folder has used, with every connection it ever served."""
    return of_tree(int((folder / "postmaster.pid").read_text().split()[0]))
