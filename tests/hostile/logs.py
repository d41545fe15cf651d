"""What all of it left in the logs: how much, whose numbers, and anything that is not a line of words."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from tests.hostile.packets import FORGED

_SHORTEST = 6
_RUN = re.compile(r"\d{6,}")
_BETWEEN = re.compile(r"(?<=\d)[ ().\-/]{1,2}(?=\d)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
_FORGED = re.compile(rf"^{FORGED}", re.MULTILINE)


@dataclass(frozen=True)
class Logs:
    """All files that programs of a server write for people to read, or for the record."""

    files: tuple[Path, ...]

    @classmethod
    def of(cls, folder: Path, *others: Path) -> "Logs":
        return cls((*sorted(set(_logs(folder))), *others))

    @property
    def kilobytes(self) -> int:
        return sum(file.stat().st_size for file in self.files) // 1024

    def with_numbers(self, numbers: Collection[str]) -> list[str]:
        """Where one of these numbers stands, however it is written; the number itself is not told."""
        holds = number_finder(numbers)
        return [f"{file}:{at}" for file, at, line in self._lines() if holds(line)]

    def with_controls(self) -> list[str]:
        """The lines that would do something to a terminal, or that somebody else wrote."""
        return [f"{file}:{at}: {line[:100]!r}" for file, at, line in self._lines() if _CONTROL.search(line)]

    def forged(self) -> list[str]:
        """The lines that began where a packet said so."""
        return [f"{file}:{at}" for file, at, line in self._lines() if _FORGED.match(line)]

    def with_words(self, words: str) -> list[str]:
        """The places where these words stand."""
        return [f"{file}:{at}" for file, at, line in self._lines() if words in line]

    def _lines(self) -> Iterator[tuple[Path, int, str]]:
        for file in self.files:
            for at, line in enumerate(file.read_bytes().decode(errors="replace").split("\n"), 1):
                yield file, at, line


def number_finder(numbers: Collection[str]) -> Callable[[str], bool]:
    """Tells of a line whether one of these numbers stands in it, however it is written."""
    forms = {form for number in numbers for form in _forms(number)}

    def holds(line: str) -> bool:
        ways = (line, _BETWEEN.sub("", line), unquote(line))
        runs = {run for way in ways for run in _RUN.findall(way)}
        return any(form in run for run in runs for form in forms)

    return holds


def _logs(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_symlink() or not file.is_file():
            continue
        if file.parent.name in ("log", "cdr-custom", "logs") or ".log" in file.name or ".csv" in file.name:
            yield file


def _forms(number: str) -> Iterator[str]:
    """As it is written with and without its country; all of them have what makes it somebody's."""
    yield number
    for country in ("999", "32"):
        rest = number.removeprefix(country)
        if rest != number and len(rest) >= _SHORTEST + 2:
            yield rest
