"""Where a node's own words lie: the log of its line, which tells of every call, and that of `serve`."""

from collections.abc import Sequence
from pathlib import Path

from embedded.logs import BoundedLog

SERVE_LOG = "serve.log"
LINE_LOG = "line.log"
"""What the line tells, begun anew by each; what was said before is in `line.log.1` and so on."""
LIMIT, KEPT = 4 << 20, 9
"""Bytes of one file, and older ones that are kept. A call leaves a kilobyte: these are forty thousand."""


def line_log(data_dir: Path) -> BoundedLog:
    return BoundedLog(data_dir / LINE_LOG, LIMIT, KEPT)


def serve_log(data_dir: Path) -> BoundedLog:
    return BoundedLog(data_dir / SERVE_LOG)


def call_logs(data_dir: Path) -> Sequence[BoundedLog]:
    """Every log of this machine in which something can stand of a call, the line's first."""
    return [line_log(data_dir), serve_log(data_dir)]
