"""Decisions have numbers, so that one can name another, and an index that finds them."""

from tests.architecture.decisions import HEADING, PAGE, numbered


def test_numbers_and_index_are_those_of_the_entries() -> None:
    page = PAGE.read_text()
    assert page == numbered(page), "run `python -m tests.architecture.decisions`"


def test_they_stand_in_the_order_in_which_they_were_taken() -> None:
    dates = [entry["date"] for entry in HEADING.finditer(PAGE.read_text())]
    assert dates == sorted(dates)
    assert len(dates) > 100
