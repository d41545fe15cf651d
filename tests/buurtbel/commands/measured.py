"""A command in a process of its own, with what it used of the machine."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.buurtbel.conftest import Answer

# Between us and the command stands a small process: what we use ourselves would else count as the command's.
WRAPPER = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[2:], check=False)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as told:
    told.write(f"{used.ru_maxrss / 1024} {used.ru_utime + used.ru_stime}")
sys.exit(done.returncode)
"""


@dataclass(frozen=True)
class Used:
    answer: Answer
    megabytes: float
    """The most that it had in memory."""
    seconds: float
    """Of the processor."""


def measured(told: Path, *words: str, stdin: IO[bytes] | int = subprocess.DEVNULL) -> Used:
    """Type this; what was used is noted in the file `told`."""
    command = [sys.executable, "-S", "-c", WRAPPER, str(told), sys.executable, "-m", "buurtbel", *words]
    done = subprocess.run(
        command, stdin=stdin, capture_output=True, text=True, env=dict(os.environ), timeout=100, check=False
    )
    megabytes, seconds = map(float, told.read_text().split())
    return Used(Answer(done.returncode, done.stdout, done.stderr), megabytes, seconds)
