"""The page of the far ends says what the code does, and there are enough of them."""

from pathlib import Path

from tests.far_ends.behaviours import ALL
from tests.far_ends.page import table
from tests.far_ends.telling import FEWEST_FAR_ENDS, TELLING

PAGE = Path(__file__).parents[2] / "docs" / "far-ends.md"


def test_the_page_has_a_row_for_each() -> None:
    assert PAGE.read_text().endswith(table(ALL.values()) + "\n"), "write it anew: see its beginning"


def test_there_are_enough_and_each_says_what_it_does() -> None:
    assert len(ALL) >= FEWEST_FAR_ENDS
    assert [one.number for one in ALL.values() if len(one.does) < 10] == []
    assert set(TELLING) <= set(ALL)
