"""Draws docs/demo.svg from what `make demo` prints: `python -m bench.picture` runs it."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

PICTURE = Path(__file__).parents[1] / "docs" / "demo.svg"
TYPED = "$ make demo"
LEFT_OUT = "..."
WIDE = 128
"""Characters; what is longer goes on in the next line, as on a terminal."""
PROGRESS = re.compile(r" *\d+ s \| ")
KEPT_OF_PROGRESS, KEPT_OF_ROWS = 5, 16
PAPER, INK = "#1e1e1e", "#d4d4d4"
CHARACTER, LINE, MARGIN = 8.4, 18, 16


def shortened(printed: Sequence[str]) -> Iterator[str]:
    """The same lines, with `LEFT_OUT` in place of most of the progress and of most people."""
    columns = next(line for line in printed if line.startswith("name "))
    people = printed[printed.index(columns) + 1 :]
    people = people[: next(at for at, line in enumerate(people) if line.startswith("demo: "))]
    rows = set(_various(people))
    progress = [line for line in printed if PROGRESS.match(line)]
    told = set(progress[:: max(1, len(progress) // KEPT_OF_PROGRESS)]) | {progress[-1]}
    for kept, lines in groupby(
        printed, lambda line: line in rows | told or not _is_one_of_many(line, people)
    ):
        yield from lines if kept else [LEFT_OUT]


def _is_one_of_many(line: str, people: Sequence[str]) -> bool:
    return line in people or PROGRESS.match(line) is not None


def _various(people: Sequence[str]) -> Iterator[str]:
    """One person for each way in which calls can go, as many as fit."""
    ways: dict[str, str] = {}
    for line in people:
        ways.setdefault(re.split(r" {2,}", line)[3], line)
    yield from list(ways.values())[:KEPT_OF_ROWS]


def drawn(lines: Sequence[str]) -> str:
    """An SVG of these lines, in one colour: `make demo` has no other."""
    wrapped = [line[at : at + WIDE] for line in lines for at in range(0, max(1, len(line)), WIDE)]
    width, height = WIDE * CHARACTER + 2 * MARGIN, len(wrapped) * LINE + 2 * MARGIN
    texts = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + LINE * number - 4}" xml:space="preserve">{escape(line)}</text>'
        for number, line in enumerate(wrapped, 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>\n'
        f'<g fill="{INK}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">\n'
        f"{texts}\n</g>\n</svg>\n"
    )


def main() -> None:
    ran = subprocess.run(
        ["make", "demo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    sys.stdout.write(ran.stdout)
    if ran.returncode != 0:
        raise SystemExit("The demo did not end well: nothing was drawn.")
    printed = [line for line, _ in groupby(line.rstrip() for line in ran.stdout.splitlines())]
    PICTURE.write_text(drawn([TYPED, *shortened(printed)]))


if __name__ == "__main__":
    main()
