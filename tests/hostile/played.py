"""What is played on a server of its own, in a process of its own, before anything is attacked."""

import re
import subprocess
import sys

WRONG = "WRONG "


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


def last_of(
    lines: list[str], last_line: re.Pattern[str], otherwise: str
) -> tuple[re.Match[str] | None, list[str]]:
    """What stands in the last line, and what was said to be wrong: `otherwise`, without such a line."""
    problems = [line.removeprefix(WRONG) for line in lines if line.startswith(WRONG)]
    found = last_line.fullmatch(lines[-1]) if lines else None
    if found is None:
        problems.append(f"{otherwise}: {' '.join(lines[-3:])}")
    return found, problems
