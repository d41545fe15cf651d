"""README's "Using it", typed literally and in order on a fresh machine."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from broadcast.policy import RetryPolicy
from buurtbel.demo.script import play_out
from tests.support.terminal import working_in
from tests.system.demo.typist import HOUSE, Typist, commands, first_terminal, fresh_checkout, shell

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(420)]


@pytest.fixture
def checkout(folders: Callable[[], Path]) -> Path:
    folder = folders()
    folder.mkdir(mode=0o755)
    fresh_checkout(folder)
    return folder


def results() -> dict[str, str]:
    """What the phones of the sample list are made to do with an alert, by name."""
    with (HOUSE / "examples" / "leden.csv").open() as file:
        people = {
            row["naam"]: [row[phone] for phone in ("telefoon", "telefoon2", "telefoon3") if row[phone]]
            for row in csv.DictReader(file)
        }
    return {name: play_out(numbers, RetryPolicy()).result for name, numbers in people.items()}


def type_all(typist: Typist, lines: list[str]) -> dict[str, str]:
    """What each command answers, by its first words."""
    told: dict[str, str] = {}
    for line in lines:
        answered = typist.answers_a_pin(line) if "asks for a PIN" in line else typist.types(line)
        told.setdefault(" ".join(line.split()[:2]), answered)
    return told


def test_what_the_readme_says_works_line_by_line(checkout: Path) -> None:
    [_, second] = commands("README.md", "Using it")
    with first_terminal(checkout), shell(checkout) as typist:
        told = type_all(typist, second)
        again = typist.types("buurtbel doctor")
    assert "NO" not in again.split()
    assert f"to go 0 of {len(results())}" in told["buurtbel watch"]
    report = [line.split() for line in told["buurtbel results"].splitlines()]
    assert {" ".join(row[:2]): row[3] for row in report if " ".join(row[:2]) in results()} == results()
    assert "Broadcast 2 is stopped" in told["buurtbel stop"]
    assert "May send to BIN De Bist" in told["buurtbel officer"]
    assert working_in(checkout) == set()
