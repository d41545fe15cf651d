"""Which telephone numbers may be kept and dialled: every text becomes E.164 or is refused with a sentence."""

import re
import unicodedata
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, shortnumberinfo

from directory.errors import NumberRefused

E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
SIMULATED: Final = re.compile(r"\+999[0-9]{8}")
SHORT_NUMBER_LENGTH: Final = 6
"""Up to six digits, Belgian numbers are services (101, 112, 1207, 116000) and never people."""
LONGEST_TEXT: Final = 60

_FULLWIDTH: Final = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0B: "+"}
_HIDDEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u202a\u202c\u2060\u2066\u2068\u2069\ufeff"))
"""Address books paste these around a number; unlike an override (U+202E) they reorder no digits."""
_PUNCTUATION: Final = frozenset("()./-\u2010\u2011\u2012\u2013\u2212")
_NUMBERS_RUN_TOGETHER: Final = re.compile(r"/(?!\D*(?:\d\D*){5})")
"""A slash before fewer than five digits: `014 53 96 00/01` is two numbers, `014/53 96 00` is one."""

_PEOPLE: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)
_REFUSED_TYPES: Final = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number",
    PhoneNumberType.UAN: "a shared-cost company number",
    PhoneNumberType.TOLL_FREE: "a free service number",
    PhoneNumberType.PERSONAL_NUMBER: "a call-forwarding number that costs extra",
    PhoneNumberType.PAGER: "a pager",
    PhoneNumberType.VOICEMAIL: "a voicemail access number",
}


def normalise_number(text: str, *, region: str = "BE") -> str:
    """The E.164 form of a number as people write it, at home in `region`.

    Accepts spaces, brackets, dots, dashes, a slash after the area code, `00` for `+`, `+32 (0)475 ...`,
    full-width digits and the invisible marks that address books paste; `+999` and eight digits is a
    simulated number. Raises NumberRefused for all that is not one whole number of a person.
    """
    dialled = _digits(text)
    if SIMULATED.fullmatch(dialled):
        return dialled
    if dialled.startswith("+999"):
        raise NumberRefused("A simulated number is +999 followed by exactly eight digits.")
    if not dialled.startswith("+") and len(dialled) <= SHORT_NUMBER_LENGTH:
        raise NumberRefused("This is a short or emergency number; give the full number of a person.")
    try:
        parsed = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException as error:
        raise NumberRefused(
            "This is not a telephone number; write it as 0475 12 34 56 or +32 475 12 34 56."
        ) from error
    return _e164_of_a_person(parsed)


def dialled(text: str, *, region: str = "BE") -> str:
    """The same for every writing of one number, whosever it is; empty for what is none.

    E.164, or the digits of a short number; unlike `normalise_number` it takes services too (0800, 1207).
    """
    try:
        digits = _digits(text)
    except NumberRefused:
        return ""
    if len(digits) <= SHORT_NUMBER_LENGTH:
        return digits
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(digits, region), phonenumbers.PhoneNumberFormat.E164
        )
    except phonenumbers.NumberParseException:
        return digits


def is_simulated(e164: str) -> bool:
    """Whether this number exists only in the simulated neighbourhood."""
    return SIMULATED.fullmatch(e164) is not None


def check_may_be_dialled(e164: str, *, simulated_trunk: bool) -> None:
    """The last check before a dial string is built: raises NumberRefused unless exactly this may ring.

    What passes is `+` and digits only. Emergency, short, premium and other service numbers never pass;
    simulated numbers pass only when the trunk is a simulation, so that seeded people never ring a stranger.
    Costs about 20 us.
    """
    if not E164.fullmatch(e164):
        raise NumberRefused(
            "This number is not in international form (+ and 7 to 15 digits), so it is not dialled."
        )
    if e164.startswith("+999"):
        if not is_simulated(e164):
            raise NumberRefused("A simulated number is +999 followed by exactly eight digits.")
        if not simulated_trunk:
            raise NumberRefused(
                "This is a simulated number and the trunk is real; dial it on a trunk marked as simulated."
            )
        return
    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException as error:
        raise NumberRefused("This number belongs to no country, so it is not dialled.") from error
    if _e164_of_a_person(parsed) != e164:
        raise NumberRefused("This number is not in its one international form; store it again to correct it.")


def _digits(text: str) -> str:
    """The text without what may be written between digits: an optional `+`, then ASCII digits only."""
    if len(text) > LONGEST_TEXT:
        raise NumberRefused("This is too long for a telephone number.")
    plain = text.translate(_FULLWIDTH).translate(_HIDDEN).strip()
    if not plain:
        raise NumberRefused("There is no number here.")
    if any(character.isalpha() for character in plain):
        raise NumberRefused("A number is written in digits, without letters and without an extension.")
    if _NUMBERS_RUN_TOGETHER.search(plain):
        raise NumberRefused("This looks like two numbers; give each its own column.")
    kept = [c for c in plain if c not in _PUNCTUATION and unicodedata.category(c) != "Zs"]
    if not all(c == "+" or "0" <= c <= "9" for c in kept):
        raise NumberRefused("A number has digits, spaces, dots, dashes, brackets and a leading + only.")
    dialled = "".join(kept)
    dialled = "+" + dialled[2:] if dialled.startswith("00") else dialled
    if "+" in dialled[1:] or dialled.startswith("+0"):
        raise NumberRefused("A + stands once, at the very front, and a country code follows it.")
    return dialled


def _e164_of_a_person(number: PhoneNumber) -> str:
    """Refuse what is not one whole number of a person: the one rule for keeping and for dialling."""
    national = phonenumbers.national_significant_number(number)
    region = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    exists = phonenumbers.is_valid_number(number)
    is_short = len(national) <= SHORT_NUMBER_LENGTH and not exists
    # Both, so that the safety of 112 hangs on no single table of the library.
    if is_short or shortnumberinfo.is_emergency_number(national, region):
        raise NumberRefused("This is a short or emergency number; give the full number of a person.")
    if not phonenumbers.is_possible_number(number):
        raise NumberRefused(
            "This number has too few or too many digits for its country; check it for a missing one."
        )
    if not exists:
        raise NumberRefused("No such number exists in its country; check it for a missing or wrong digit.")
    kind = phonenumbers.number_type(number)
    if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY or kind not in _PEOPLE:
        what = _REFUSED_TYPES.get(kind, "a satellite or service number")
        raise NumberRefused(f"This is {what}; give the landline or mobile number of a person.")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension or not E164.fullmatch(e164):
        raise NumberRefused("This is not one whole number in international form.")
    return e164
