"""Who reads what a command answers may stop reading, as `head` does: the command ends without a word."""

import os
import subprocess
import sys

import pytest

from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST

QUIETLY = (1, "")
"""Not everything was told, and that is nothing to complain of."""
A_FEW, MORE_THAN_A_BUFFER = 1, 400


def typed_before_nobody(*words: str) -> tuple[int, str]:
    """The code and the complaint of a command whose answer nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        typed = subprocess.run(
            [sys.executable, "-m", "buurtbel", *words],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            check=False,
        )
    finally:
        os.close(writer)
    return typed.returncode, typed.stderr


@pytest.mark.parametrize("networks", [pytest.param(A_FEW, marks=pytest.mark.thorough), MORE_THAN_A_BUFFER])
@pytest.mark.parametrize("words", [["network", "list"], ["network", "list", "--json"]])
def test_a_command_whose_answer_nobody_reads_ends_quietly(
    town: Town, words: list[str], networks: int
) -> None:
    town.ask(
        "INSERT INTO network (slug, name, municipality) "
        f"SELECT 'network-' || n, 'Network ' || n, 'Westerlo' FROM generate_series(1, {networks}) n"
    )
    assert typed_before_nobody(*words) == QUIETLY


@pytest.mark.parametrize(
    "how",
    [
        "--csv",
        pytest.param("--calls", marks=pytest.mark.thorough),
        pytest.param("--json", marks=pytest.mark.thorough),
    ],
)
def test_results_that_nobody_reads_end_quietly(typed: Typed, town: Town, how: str) -> None:
    town.add()
    typed("send", "--network", DE_BIST, "--urgent", "--text", "nl=Een kind is vermist.")
    assert typed_before_nobody("results", "1", how) == QUIETLY


def test_a_command_whose_output_was_closed_before_it_began_has_nothing_to_complain_of() -> None:
    typed = subprocess.run(
        ["sh", "-c", 'exec "$0" -m buurtbel --help >&-', sys.executable],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (typed.returncode, typed.stderr) == (0, "")


@pytest.mark.parametrize(
    "words", [["--help"], pytest.param(["results", "--help"], marks=pytest.mark.thorough)]
)
def test_help_that_nobody_reads_ends_quietly(words: list[str]) -> None:
    assert typed_before_nobody(*words) == QUIETLY
