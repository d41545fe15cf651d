"""Leaving the network by phone: on a call that we placed, for who calls us could be anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr.call import Call, Key, Sound
from ivr.menu import ANY_KEY, NoInput, menu
from ivr.scripts.sentences import Says

LEAVE = "0"
MOST = 9
"""People behind one number who can be told apart by key."""
WAIT = 4.0
"""Seconds after the question in which the second key is pressed, or not."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of those behind a number."""

    member: int
    name: str


class Leaver(Protocol):
    """Whoever has answered the number that is to leave."""

    says: Says

    @property
    def people(self) -> Sequence[Person]:
        """Those behind the number."""

    async def offer(self, people: Sequence[Person]) -> Sound:
        """Which key is for whom."""

    async def leave(self, people: Sequence[Person]) -> None:
        """Once this returns they are not called any more."""


async def is_sure(call: Call, question: Sound) -> bool:
    """0 was pressed; whether it is pressed again."""
    pressed: object = await call.play(question, keys=ANY_KEY)
    if not isinstance(pressed, Key):
        pressed = await call.pause(WAIT, keys=ANY_KEY)
    return pressed == Key(LEAVE)


async def leave_call(call: Call, leaver: Leaver) -> bool:
    """We ring the number that asked to leave: 0 leaves. Whether somebody did."""
    says = leaver.says
    await call.play(says["leave_asked"])
    try:
        await menu(call, says["leave_confirm"], LEAVE, wrong=says["line_wrong_key"])
        return await leave(call, leaver)
    except NoInput:
        await call.play(says["leave_stays"])
        return False


async def leave(call: Call, leaver: Leaver) -> bool:
    """They leave; of several behind one number, those who are chosen. Whether somebody did."""
    says, people = leaver.says, leaver.people[:MOST]
    if len(people) > 1:
        keys = "".join(str(digit) for digit in range(1, len(people) + 1))
        try:
            chosen = await menu(call, await leaver.offer(people), keys + "0", wrong=says["line_wrong_key"])
        except NoInput:
            await call.play(says["leave_stays"])
            return False
        people = people if chosen == "0" else [people[int(chosen) - 1]]
    await leaver.leave(people)
    await call.play(says["leave_done"])
    return True
