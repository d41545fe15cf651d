"""By what users prove who they are: a password, and six digits of an app (TOTP, RFC 6238)."""

from datetime import datetime

import pyotp

from directory.errors import PasswordRefused, WrongDigits
from directory.officers.pins import hashed

SHORTEST, LONGEST = 12, 200
"""Characters of a password: length is what makes one good, so nothing else is asked of it."""
STEP = 30
"""Seconds for which the six digits are the same."""
_FEWEST_SIGNS = 5
"""Different characters: fewer are typed by who only fills a field."""


async def checked_password(password: str, *, not_like: str) -> str:
    """What is kept of it. Raises PasswordRefused for one that is too short, or is the name of its owner."""
    is_name = not_like.casefold() in password.casefold()
    if not SHORTEST <= len(password) <= LONGEST or is_name or len(set(password)) < _FEWEST_SIGNS:
        raise PasswordRefused(shortest=SHORTEST)
    return await hashed(password)


def matching_step(secret: str, digits: str, now: datetime, *, after: int) -> int:
    """The half minute that these digits are of: this one or one beside it, for clocks that go wrong.

    Raises WrongDigits, also for digits that are not later than the half minute `after`: they were used.
    """
    typed = "".join(digits.split())
    app, at = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    for step in (at, at - 1, at + 1):
        if step > after and pyotp.utils.strings_equal(app.at(step * STEP), typed):
            return step
    raise WrongDigits
