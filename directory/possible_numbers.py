"""Which number is meant by the digits that a carrier shows of a caller, in whichever form it writes them."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import phonenumbers

from directory.errors import NumberRefused
from directory.numbers import normalise_number

_DIGITS = re.compile(r"\+?[0-9]{7,18}")
_BETWEEN_DIGITS = str.maketrans("", "", " -.()")
"""Visual separators (RFC 3966, section 5.1.1)."""


@dataclass(frozen=True, slots=True)
class PossibleNumbers:
    """All numbers that are perhaps meant."""

    numbers: tuple[str, ...] = ()
    """E.164, the likeliest first."""
    elsewhere: str = ""
    """Digits that are no number of the trunk's country, and may be a national one of a member's country."""

    @property
    def ending(self) -> str:
        """How the numbers end that `elsewhere` may mean."""
        return self.elsewhere.lstrip("0")

    def meant(self, held: Collection[str]) -> str | None:
        """The one that a member has (`held`: those of them that members have), else the likeliest.

        None when nobody can tell: a national number of several countries, or of none where a member lives.
        """
        if self.elsewhere:
            fitting = [number for number in held if _is_written_at_home_as(number, self.elsewhere)]
            return fitting[0] if len(fitting) == 1 else None
        return next((number for number in self.numbers if number in held), next(iter(self.numbers), None))


NONE = PossibleNumbers()
"""Of what is no number, or of a number that is withheld."""


def possible_numbers(text: str, country: str) -> PossibleNumbers:
    """How `text` can be read on a trunk of `country` (ISO 3166, as `BE`).

    `+32475...`, `0032475...` and `0475...` mean one number. Digits without anything in front may be an
    international number without its plus, or a national one without its zero: the longer one is likelier.
    """
    digits = text.translate(_BETWEEN_DIGITS)
    if not _DIGITS.fullmatch(digits):
        return NONE
    if digits.startswith(("+", "00")):
        return _only(_number(digits, country))
    national = _number(digits, country)
    if digits.startswith("0"):
        return _only(national) if national else PossibleNumbers(elsewhere=digits)
    found = {one for one in (_number(f"+{digits}", country), national) if one}
    if not found:
        return PossibleNumbers(elsewhere=digits)
    return PossibleNumbers(tuple(sorted(found, key=lambda one: (-len(one), one))))


def country_of_code(code: str) -> str:
    """The country that this calling code is of; empty for none."""
    region = phonenumbers.region_code_for_country_code(int(code))
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""


def _only(number: str | None) -> PossibleNumbers:
    return PossibleNumbers((number,)) if number else NONE


def _number(digits: str, country: str) -> str | None:
    try:
        return normalise_number(digits, region=country)
    except NumberRefused:
        return None


def _is_written_at_home_as(number: str, digits: str) -> bool:
    region = phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    return region is not None and _number(digits, region) == number
