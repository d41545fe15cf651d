"""What is played on a server of its own, in a process of its own, before anything is attacked."""

import subprocess
import sys


def said_by(module: str) -> list[str]:
    """The lines that this module of the tests writes when it is run."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as playing:
        try:
            said, _ = playing.communicate()
        except BaseException:
            playing.terminate()  # it ends its server before itself
            raise
    return said.splitlines()
