"""A folder of a stranger's in which root types commands: modules and settings lie there as bait."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.intruder import Intruder

MODULES = (
    *("buurtbel", "typer", "sqlalchemy", "psutil", "aiohttp", "msgspec", "jinja2"),
    *("sitecustomize", "asyncio", "logging", "argparse", "json", "fcntl", "shutil", "tempfile"),
)
"""Ours, of others, and Python's own, each of which something imports that root or an account starts."""
PLANTED = "planted"
_BAIT = """
import importlib, os, sys
open(os.path.join({marks!r}, f"{{__name__}}.py, by {{os.getuid()}}"), "w").close()
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.getcwd()) != here]
del sys.modules[__name__]
sys.modules[__name__] = importlib.import_module(__name__)
"""
"""Leaves a mark and hands on the true module: who walks into it is seen, and goes on."""


@dataclass(frozen=True)
class Trap:
    folder: Path
    marks: Path

    @classmethod
    def set(cls, place: Path, owner: Intruder) -> "Trap":
        trap = cls(place / "trap", place / "marks")
        trap.marks.mkdir()
        trap.marks.chmod(0o1777)
        trap.folder.mkdir()
        for name in MODULES:
            (trap.folder / f"{name}.py").write_text(_BAIT.format(marks=str(trap.marks)))
        (trap.folder / "buurtbel.env").write_text(f"BUURTBEL_PBX_ARI_USER={PLANTED}\n")
        for path in (trap.folder, *trap.folder.iterdir()):
            os.chown(path, owner.uid, owner.gid)
        return trap

    def walked_into(self) -> Sequence[str]:
        """Which bait was taken, and by whom."""
        return sorted(mark.name for mark in self.marks.iterdir())
