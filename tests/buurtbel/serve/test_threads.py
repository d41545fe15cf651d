"""No library starts threads behind our back: a process that forks while they are at work hangs for ever."""

import subprocess
import sys

MULTIPLIES = """
import os, sys
from buurtbel.commands.cli import main
sys.argv = ["buurtbel", "--version"]
try:
    main()
except SystemExit:
    import numpy
    many = numpy.ones((500, 500))
    many @ many
    sys.exit(len(os.listdir("/proc/self/task")))
"""


def test_our_processes_multiply_in_the_thread_that_asks() -> None:
    assert (
        subprocess.run([sys.executable, "-c", MULTIPLIES], check=False, capture_output=True).returncode == 1
    )
