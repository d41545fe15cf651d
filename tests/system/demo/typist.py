"""Somebody who types what the documentation says, line by line, into a shell that knows nothing else."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from tests.support.terminal import Terminal, terminal

HOUSE = Path(__file__).parents[3]
PROMPT = re.compile(r"\[(\d+)\] you> ")
SERVES = "Buurtbel serves."
READY_WITHIN, DONE_WITHIN, ENDS_WITHIN = 90.0, 120.0, 90.0
PIN = "846203"
"""What the typist answers when a PIN is asked for, and again when it is asked for once more."""


def commands(page: str, heading: str) -> list[list[str]]:
    """The blocks of shell commands below this heading, line by line."""
    text = (HOUSE / page).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [block.splitlines() for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)]


class Typist:
    """An interactive bash; its prompt tells how the last command ended."""

    def __init__(self, screen: Terminal) -> None:
        self.screen = screen
        self._seen = 0

    def types(self, line: str) -> str:
        """What is answered to this line, which must go well."""
        self.begins(line)
        return self._answer(line)

    def begins(self, line: str) -> None:
        self.screen.types(f"{line}\n")

    def until(self, words: str, *, seconds: float) -> None:
        self._seen = self.screen.until(words, seconds=seconds, after=self._seen)

    def answers_a_pin(self, line: str) -> str:
        """Type this line, and twice the PIN that it asks for."""
        self.begins(line)
        for asked in ("no date: ", "once more: "):
            self.until(asked, seconds=DONE_WITHIN)
            self.screen.types(f"{PIN}\n")
        return self._answer(line)

    def _answer(self, line: str) -> str:
        before = self._seen
        self.until("] you> ", seconds=DONE_WITHIN)
        said = self.screen.screen[before : self._seen]
        code = PROMPT.search(said)
        assert code is not None
        assert code[1] == "0", f"{line}\n{said}"
        return said


@contextmanager
def shell(folder: Path) -> Iterator[Typist]:
    """In this folder, with nothing set that the documentation does not set."""
    bare = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL") if name in os.environ}
    bare |= {"PATH": "/usr/local/bin:/usr/bin:/bin", "TERM": "xterm", "PS1": "[$?] you> "}
    with in_bash(folder, bare) as screen:
        typist = Typist(screen)
        typist.until("] you> ", seconds=DONE_WITHIN)
        yield typist
        typist.begins("exit")
        screen.until_over(seconds=ENDS_WITHIN)


def in_bash(folder: Path, environment: dict[str, str]) -> AbstractContextManager[Terminal]:
    words = ["bash", "--noprofile", "--norc", "--noediting", "-i"]
    return terminal(words, cwd=folder, environment=environment)


def fresh_checkout(folder: Path) -> None:
    """As it stands after `make demo`. Other than in the sample settings are ports and data folder alone."""
    (folder / ".venv").symlink_to(HOUSE / ".venv")
    shutil.copytree(HOUSE / "examples", folder / "examples")
    file = folder / "examples" / "simulated.env"
    ports = free_ports(5)
    settings = re.sub(r"(?m)^BUURTBEL_DATA_DIR=.*$", f"BUURTBEL_DATA_DIR={folder}/data", file.read_text())
    settings = settings.replace("127.0.0.1:15070", f"{LOOPBACK}:{ports}")
    settings += (
        f"BUURTBEL_PBX_SIP_BIND={LOOPBACK}:{ports + 3}\nBUURTBEL_PBX_ARI_BIND={LOOPBACK}:{ports + 4}\n"
    )
    file.write_text(f"{settings}BUURTBEL_PBX_RTP_PORTS={free_audio_ports()}\n")


@contextmanager
def first_terminal(folder: Path) -> Iterator[None]:
    """What README says to type there: neighbourhood and server, ended as it says."""
    [first, _] = commands("README.md", "Using it")
    with shell(folder) as typist:
        for line in first[:-1]:
            typist.types(line)
        typist.begins(first[-1])
        typist.until(SERVES, seconds=READY_WITHIN)
        try:
            yield
        finally:
            typist.screen.interrupts()
            typist.until("] you> ", seconds=ENDS_WITHIN)
            typist.types("kill %1")
            typist.types("wait")
