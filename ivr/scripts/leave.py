"""Leaving the network by phone: on a call that we placed, for who calls us could be anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr import alert_keys
from ivr.call.call import Call
from ivr.call.errors import NoInput
from ivr.call.menu import ANY_KEY, menu
from ivr.call.signals import Key
from ivr.call.values import Sound
from ivr.scripts.sentences import Says

LEAVE = Key(alert_keys.LEAVE)
EVERYBODY = "9"
"""Not the key that leaves: who presses that one once too often has not spoken for all."""
MOST = 8
"""People behind one number who can be told apart by key."""
WAIT = 6.0
"""Seconds after the question in which the second key is pressed, or not."""


@dataclass(frozen=True, slots=True)
class NumberHolder:
    """One of those behind a number, once for each network that they are in."""

    members: Sequence[int]
    name: str


class Leaver(Protocol):
    """Whoever has answered the number that is to leave."""

    says: Says

    @property
    def people(self) -> Sequence[NumberHolder]:
        """Those behind the number."""

    async def offer(self, people: Sequence[NumberHolder]) -> Sound:
        """Which key is for whom."""

    async def leave(self, people: Sequence[NumberHolder]) -> None:
        """Once this returns they are not called any more; it goes on though they hang up."""


async def second_key(call: Call, question: Sound) -> Key | None:
    """0 was pressed: what is pressed next, if anything is."""
    pressed: object = await call.play(question, keys=ANY_KEY)
    if not isinstance(pressed, Key):
        pressed = await call.pause(WAIT, keys=ANY_KEY)
    return pressed if isinstance(pressed, Key) else None


async def leave_call(call: Call, leaver: Leaver) -> None:
    """We ring the number that asked to leave: 0 leaves."""
    says = leaver.says
    await call.play(says["leave_asked"])
    try:
        await menu(call, says["leave_confirm"], LEAVE.digit, wrong=says["line_wrong_key"])
    except NoInput:
        await call.play(says["leave_stays"])
    else:
        await leave(call, leaver)


async def leave(call: Call, leaver: Leaver) -> None:
    """They leave; of several behind one number, those who are chosen."""
    chosen = await _chosen(call, leaver)
    if chosen:
        await leaver.leave(chosen)
    await call.play(leaver.says["leave_done" if chosen else "leave_stays"])


async def _chosen(call: Call, leaver: Leaver) -> Sequence[NumberHolder]:
    people = leaver.people
    if len(people) < 2:
        return people
    offered = people[:MOST]
    keys = "".join(str(digit) for digit in range(1, len(offered) + 1)) + EVERYBODY
    try:
        key = await menu(call, await leaver.offer(offered), keys, wrong=leaver.says["line_wrong_key"])
    except NoInput:
        return ()
    return people if key == EVERYBODY else [people[int(key) - 1]]
