"""Which number a carrier means, in every form that carriers use."""

import pytest

from directory.possible_numbers import PossibleNumbers, country_of_code, possible_numbers

AN = "+32475000001"


@pytest.mark.parametrize(
    ("text", "country", "numbers"),
    [
        ("+32475000001", "BE", [AN]),
        ("0032475000001", "BE", [AN]),
        ("32475000001", "BE", [AN]),
        ("0475000001", "BE", [AN]),
        ("475000001", "BE", [AN]),
        ("+32-475-00.00.01", "BE", [AN]),
        ("(0475) 00 00 01", "BE", [AN]),
        ("+320475000001", "BE", [AN]),
        ("014539600", "BE", ["+3214539600"]),
        ("3214539600", "BE", ["+3214539600"]),
        ("0031612345606", "BE", ["+31612345606"]),
        ("31612345606", "BE", ["+31612345606"]),
        ("0612345606", "NL", ["+31612345606"]),
        ("33612345614", "BE", ["+33612345614"]),
        ("004915112345678", "BE", ["+4915112345678"]),
        ("4915112345678", "BE", ["+4915112345678"]),
        ("+352621123456", "BE", ["+352621123456"]),
        ("352621123456", "BE", ["+352621123456"]),
        ("621123456", "LU", ["+352621123456"]),
        ("447400123456", "BE", ["+447400123456"]),
        ("99910000001", "BE", ["+99910000001"]),
    ],
)
def test_one_number_is_known_in_all_its_forms(text: str, country: str, numbers: list[str]) -> None:
    assert possible_numbers(text, country) == PossibleNumbers(tuple(numbers))


@pytest.mark.parametrize(
    "text",
    [
        *("", "101", "112", "+112", "0032112", "anonymous", "zk01", "+", "+32 475 00 00 01 x2"),
        *("32475000001" * 3, "+32475000001;ext=5", "0900123456", "+32900123456", "+0475000001"),
        *("٠٤٧٥٠٠٠٠٠١", "0475\n000001"),
    ],
)
def test_what_is_no_person_s_number_has_no_reading(text: str) -> None:
    assert possible_numbers(text, "BE").meant([]) is None
    assert possible_numbers(text, "BE").numbers == ()


def test_what_a_member_has_goes_before_the_longest_reading() -> None:
    both = possible_numbers("35245671", "BE")
    assert both.numbers == ("+3235245671", "+35245671")
    assert both.meant([]) == "+3235245671"
    assert both.meant(["+35245671"]) == "+35245671"
    assert both.meant(["+35245671", "+3235245671"]) == "+3235245671"


def test_a_number_that_the_trunk_s_country_has_is_no_other_country_s() -> None:
    assert possible_numbers("0475000001", "BE").meant(["+33475000001"]) == AN


def test_a_national_number_of_another_country_is_a_member_s_or_nobody_s() -> None:
    dutch = possible_numbers("0612345606", "BE")
    assert (dutch.numbers, dutch.ending) == ((), "612345606")
    assert dutch.meant([]) is None
    assert dutch.meant(["+31612345606"]) == "+31612345606"
    assert dutch.meant(["+31612345606", "+33612345606"]) is None, "nobody can tell which of them"
    assert dutch.meant(["+4930612345606"]) is None, "it only ends in the same way"


def test_an_italian_number_keeps_its_zero_at_home() -> None:
    assert possible_numbers("0669812345678"[:10], "BE").meant(["+390669812345"]) == "+390669812345"


@pytest.mark.parametrize(("code", "country"), [("32", "BE"), ("33", "FR"), ("999", ""), ("0", "")])
def test_a_calling_code_names_its_country(code: str, country: str) -> None:
    assert country_of_code(code) == country
