"""PINs of officers: which ones are refused, and how one is kept and compared without being known."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from directory.errors import PinRefused

SHORTEST, LONGEST = 6, 10
_AT_WORK = ThreadPoolExecutor(2, thread_name_prefix="argon2")
"""Each one at work takes 64 MB and a processor: a call that is up must not wait for many of them."""


class _Hashing:
    """What it costs to look whether a PIN is right, in this process."""

    hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def hash_at(cost: Parameters) -> None:
    """Hash at this cost from now on, in this process: for tests, which would do little else at the full one.

    What was kept before is still compared, at the cost that is written in it.
    """
    _Hashing.hasher = PasswordHasher.from_parameters(cost)


def checked_pin(pin: str, *, not_like: tuple[str, ...] = ()) -> str:
    """The PIN, if nobody would guess it first; `not_like` are numbers of its owner. Raises PinRefused."""
    if not re.fullmatch(rf"[0-9]{{{SHORTEST},{LONGEST}}}", pin):
        raise PinRefused(f"A PIN is {SHORTEST} to {LONGEST} digits; choose another one.")
    if _is_a_row(pin) or _repeats(pin) or _is_a_date(pin):
        raise PinRefused(
            "A PIN is no row, no repetition and no date, which are guessed first; choose another."
        )
    if any(pin in number or number in pin for number in not_like):
        raise PinRefused("A PIN is no part of the officer's own numbers; choose another one.")
    return pin


async def hashed(pin: str) -> str:
    """What is kept of a PIN: Argon2id with its salt and its cost."""
    return await asyncio.get_running_loop().run_in_executor(_AT_WORK, _Hashing.hasher.hash, pin)


async def is_right(pin: str, kept: str | None) -> bool:
    """Whether this is the PIN; takes as long when there is none to compare with."""
    return await asyncio.get_running_loop().run_in_executor(_AT_WORK, _verify, pin, kept)


def _verify(pin: str, kept: str | None) -> bool:
    hasher = _Hashing.hasher
    try:
        return hasher.verify(kept if kept is not None else _nobodys(hasher), pin) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("of nobody")


def _is_a_row(pin: str) -> bool:
    """As 123456, 987654 or 246802."""
    return len({(int(after) - int(before)) % 10 for before, after in pairwise(pin)}) == 1


def _repeats(pin: str) -> bool:
    """As 121212, 123123, 112233 or with two digits in all."""
    return len(set(pin)) < 3 or pin in (pin + pin)[1:-1] or pin[::2] == pin[1::2]


def _is_a_date(pin: str) -> bool:
    """As 310185, 19850131 or 31011985."""
    year, month, day = r"(19|20)\d\d", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
    dates = (f"{day}{month}{year}", f"{year}{month}{day}", rf"{day}{month}\d\d", rf"\d\d{month}{day}")
    return any(re.fullmatch(date, pin) for date in dates)
