"""Whatever people type as a telephone number, only a person's number is ever kept or dialled."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType, shortnumberinfo

from directory.errors import NumberRefused
from directory.numbers import E164, check_may_be_dialled, dialled, is_simulated, normalise_number

SERVICES = (
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.VOICEMAIL,
)
PEOPLE = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)


def examples_of(kinds: tuple[int, ...]) -> list[str]:
    """One number of each kind for each country of the world that has one."""
    examples = (
        phonenumbers.example_number_for_type(r, k) for r in phonenumbers.SUPPORTED_REGIONS for k in kinds
    )
    return sorted({phonenumbers.format_number(e, phonenumbers.PhoneNumberFormat.E164) for e in examples if e})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0475 12 34 56", "+32475123456"),
        ("0475/12.34.56", "+32475123456"),
        ("014 53 96 00", "+3214539600"),
        ("014/53.96.00", "+3214539600"),
        ("+32 (0)475 12 34 56", "+32475123456"),
        ("(+32) 475-12-34-56", "+32475123456"),
        ("+32 0475 12 34 56", "+32475123456"),
        ("0032 475 12 34 56", "+32475123456"),
        ("475123456", "+32475123456"),
        ("32475123456", "+32475123456"),
        ("  0475\u00a012\u00a034\u00a056 ", "+32475123456"),
        ("\u202a+32475123456\u202c", "+32475123456"),
        ("\ufeff0475\u200b123456", "+32475123456"),
        ("０４７５１２３４５６", "+32475123456"),
        ("＋32 475 12 34 56", "+32475123456"),
        ("0475\u201312\u201334\u201356", "+32475123456"),
        ("+31 6 12345678", "+31612345678"),
        ("011 21 23 45", "+3211212345"),
        ("+999 10 000001", "+99910000001"),
        ("00999 23 000042", "+99923000042"),
    ],
)
def test_what_people_write_becomes_the_one_international_form(typed: str, kept: str) -> None:
    assert normalise_number(typed) == kept
    assert dialled(typed) == kept


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0800 30 300", "+3280030300"),
        ("0800/30.300", "+3280030300"),
        ("+32 800 30 300", "+3280030300"),
        ("1207", "1207"),
        ("116 000", "116000"),
        ("112", "112"),
        ("the station", ""),
        ("", ""),
    ],
)
def test_services_have_one_form_too_by_which_they_are_known_again(typed: str, meant: str) -> None:
    assert dialled(typed) == meant


def test_a_number_without_country_is_at_home_where_the_list_is() -> None:
    assert normalise_number("06 12345678", region="NL") == "+31612345678"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "no number here"),
        (" \u200b ", "no number here"),
        ("0475-FLOWER", "without letters"),
        ("0475 12 34 56 ext. 7", "without an extension"),
        ("tel:+32475123456", "without letters"),
        ("3,2475E+10", "without letters"),
        ("٠٤٧٥١٢٣٤٥٦", "digits, spaces"),
        ("0475 12 34 5²", "digits, spaces"),
        ("\u202e654321574 0", "digits, spaces"),
        ("0475123456#7", "digits, spaces"),
        ("=0475123456", "digits, spaces"),
        ("0475\n123456", "digits, spaces"),
        ("0475\x00123456", "digits, spaces"),
        ("014 53 96 00/01", "two numbers"),
        ("+32475123456+32475123457", "at the very front"),
        ("+0032475123456", "at the very front"),
        ("014 53 96 00 014 53 96", "too few or too many digits"),
        ("0475 12 34 5", "missing or wrong digit"),
        ("0475 12 34 567", "too few or too many digits"),
        ("1" * 61, "too long"),
        ("0900 12 345", "premium-rate"),
        ("+32 902 12 345", "premium-rate"),
        ("070 222 900", "premium-rate"),
        ("078 15 15 15", "shared-cost"),
        ("0800 12 345", "free service"),
        ("+44 70 1234 5678", "costs extra"),
        ("+881 6 1234 5678", "satellite"),
        ("+999 10 00001", "exactly eight digits"),
        ("+999 10 0000012", "exactly eight digits"),
        ("+99", "not a telephone number"),
    ],
)
def test_what_is_not_one_whole_number_of_a_person_is_refused_with_a_sentence(
    typed: str, sentence: str
) -> None:
    with pytest.raises(NumberRefused, match=sentence) as refusal:
        normalise_number(typed)
    assert not typed.strip() or typed not in str(refusal.value), "a refusal is logged, a number never is"


@pytest.mark.parametrize(
    "short", ["100", "101", "110", "112", "103", "1207", "1307", "105", "116000", "116117"]
)
@pytest.mark.parametrize("before", ["", "0", "+32", "+32 ", "0032", "+32 0", "+32 (0)", "00 32 "])
def test_no_short_or_emergency_number_is_kept_whatever_stands_before_it(before: str, short: str) -> None:
    with pytest.raises(NumberRefused):
        normalise_number(before + short)


@pytest.mark.parametrize("emergency", ["+31112", "+49110", "+49112", "+33112", "+44999", "+1911", "+352113"])
def test_a_neighbouring_countrys_emergency_number_is_refused(emergency: str) -> None:
    with pytest.raises(NumberRefused, match="emergency"):
        normalise_number(emergency)


def test_no_service_number_of_any_country_is_kept_or_dialled() -> None:
    numbers = examples_of(SERVICES)
    assert len(numbers) > 400
    for e164 in numbers:
        with pytest.raises(NumberRefused):
            normalise_number(e164)
        with pytest.raises(NumberRefused):
            check_may_be_dialled(e164, simulated_trunk=True)


def test_a_landline_and_a_mobile_of_every_country_are_kept_and_dialled() -> None:
    numbers = examples_of(PEOPLE)
    assert len(numbers) > 400
    for e164 in numbers:
        assert normalise_number(e164) == e164
        check_may_be_dialled(e164, simulated_trunk=False)


PHONE_LIKE = st.text("0123456789+ ()./-٣０²#*;=xe\u200b\u202e\n", max_size=24)
INTERNATIONAL = st.integers(10**6, 10**15 - 1).map(lambda digits: f"+{digits}")
BELGIAN = st.integers(10**7, 10**9 - 1).map(lambda digits: f"+32{digits}")
ANYTHING = st.one_of(st.text(), PHONE_LIKE, INTERNATIONAL, BELGIAN)


@given(ANYTHING)
def test_whatever_goes_in_comes_out_as_a_persons_number_or_not_at_all(typed: str) -> None:
    try:
        kept = normalise_number(typed)
    except NumberRefused:
        return
    assert E164.fullmatch(kept)
    assert normalise_number(kept) == kept
    check_may_be_dialled(kept, simulated_trunk=True)
    if not is_simulated(kept):
        parsed = phonenumbers.parse(kept, None)
        assert phonenumbers.number_type(parsed) not in SERVICES
        region = phonenumbers.region_code_for_number(parsed)
        assert region is not None
        assert not shortnumberinfo.is_emergency_number(str(parsed.national_number), region)


@given(ANYTHING, st.booleans())
def test_what_may_be_dialled_is_a_plus_and_digits_and_nothing_else(text: str, simulated_trunk: bool) -> None:
    try:
        check_may_be_dialled(text, simulated_trunk=simulated_trunk)
    except NumberRefused:
        return
    assert text[0] == "+"
    assert set(text[1:]) <= set("0123456789")
    assert 7 <= len(text[1:]) <= 15


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0475123456",
        "101",
        "+101",
        "+32101",
        "+32112",
        "+32475123456\n",
        "+32475123456@evil.example",
        "+32475123456;user=phone",
        "+32475123456&PJSIP/100",
        "+３２475123456",
        "+320475123456",
        "+3290012345",
        "+9991000001",
        "+999100000012",
    ],
)
@pytest.mark.parametrize("simulated_trunk", [True, False])
def test_the_last_check_lets_nothing_else_through(text: str, simulated_trunk: bool) -> None:
    with pytest.raises(NumberRefused):
        check_may_be_dialled(text, simulated_trunk=simulated_trunk)


def test_a_simulated_person_can_be_rung_on_a_simulated_trunk_only() -> None:
    check_may_be_dialled("+99910000001", simulated_trunk=True)
    with pytest.raises(NumberRefused, match="trunk is real"):
        check_may_be_dialled("+99910000001", simulated_trunk=False)
