"""A part of this machine of its own, in which a test may change what belongs to root, as root or not."""

import os
import sys
from collections.abc import Sequence


def apart(module: str, *words: str, of: Sequence[str]) -> list[str]:
    """The command that runs this module with its own `net`, `mount` and so on."""
    rights = [] if os.geteuid() == 0 else ["--map-current-user", "--keep-caps"]
    return ["unshare", *(f"--{one}" for one in of), *rights, sys.executable, "-m", module, *words]
