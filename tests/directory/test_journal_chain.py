"""Whoever changes an exported journal is found: 200 drawn tamperings."""

import random
from collections.abc import Callable

import pytest

from directory.journal.chain import Flaw, Head, Verification, judge_file, written
from tests.directory.tamperings import CAREFUL_TAMPERS, ENTRIES, TAMPERS, Lines, file_of, some, tampered

TAMPERINGS = 200


def test_a_journal_as_it_was_written_is_whole() -> None:
    entries = some(random.Random(1))
    head = Head(ENTRIES, str(entries[-1]["hash"]))
    assert judge_file(file_of(entries)) == Verification(head)
    for noted in (entries[0]["hash"], entries[7]["hash"], head.hash):
        assert judge_file(file_of(entries), noted=str(noted)) == Verification(head)
    assert judge_file(written([], Head())) == Verification(Head())


@pytest.mark.parametrize("seed", range(TAMPERINGS))
def test_a_drawn_tampering_is_found(seed: int) -> None:
    how, is_found = tampered(seed)
    assert is_found, how


def test_every_way_to_tamper_is_among_those_that_are_drawn() -> None:
    assert {tampered(seed)[0] for seed in range(TAMPERINGS)} == {
        one.__name__ for one in (*TAMPERS, *CAREFUL_TAMPERS)
    }


@pytest.mark.parametrize("tamper", CAREFUL_TAMPERS)
def test_a_chain_that_is_made_anew_is_whole_and_goes_to_another_head(
    tamper: Callable[[Lines, random.Random], Lines],
) -> None:
    entries = some(random.Random(2))
    forged = tamper(file_of(entries), random.Random(3))
    assert judge_file(forged).fault is None
    assert judge_file(forged, noted=str(entries[-1]["hash"])).fault is Flaw.UNKNOWN_HEAD


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["[]"],
        ["[" * 100_000],
        ['{"journal":2,"entries":0,"head":""}'],
        ["\x00"],
    ],
)
def test_what_is_no_journal_is_called_so(lines: Lines) -> None:
    assert judge_file(lines).fault is Flaw.NO_JOURNAL
