"""Somebody who calls our number, as a script knows them, and the telephone they hold."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from ivr.call import Hangup, Sound
from ivr.scripts.leave import Person
from ivr.scripts.member_line import PastAlert, member_line
from ivr.scripts.take_report import Report
from prompts.catalogue import Key
from tests.fakes.phone import Phone

SAYS: dict[Key, Sound] = {key: Sound(Path(f"/sounds/{key}"), 2.0) for key in get_args(Key)}
TONE = Sound(Path("/sounds/tone"), 0.4)
NEWEST, OLDER = (PastAlert(number, Sound(Path(f"/sounds/alert-{number}"), 8.0)) for number in (2, 1))


@dataclass
class Caller:
    """A member, or not, and what was done for them."""

    past: Sequence[PastAlert] = (NEWEST, OLDER)
    is_member: bool = True
    is_rung: bool = False
    may_ask: bool = True
    says: dict[Key, Sound] = field(default_factory=lambda: SAYS)
    tone: Sound = TONE
    people: Sequence[Person] = (Person([1], "An"),)
    code: str = "482913"
    """Of the newest alert."""
    confirmed: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    asked_to_leave: bool = False

    async def begin_report(self) -> Report:
        raise AssertionError

    def has_left(self) -> None:
        """Nothing is left of a call without a report."""

    async def alerts(self) -> Sequence[PastAlert]:
        return self.past

    async def alert_with(self, code: str) -> PastAlert | Key:
        return NEWEST if code == self.code else "line_wrong_code"

    async def ask_to_leave(self) -> bool:
        self.asked_to_leave = True
        return self.may_ask

    async def offer(self, people: Sequence[Person]) -> Sound:
        return Sound(Path("/sounds/who-leaves"), 2.0 + len(people))

    async def leave(self, people: Sequence[Person]) -> None:
        self.left += [one.name for one in people]

    async def confirm(self, alert: PastAlert) -> None:
        self.confirmed.append(alert.broadcast)


@asynccontextmanager
async def calls(caller: Caller) -> AsyncIterator[Phone]:
    """A phone that has rung our number; at the end the conversation is over."""
    phone = Phone()

    async def script() -> None:
        with suppress(Hangup):
            await member_line(phone.call, caller)

    talking = asyncio.create_task(script())
    yield phone
    await talking


def heard(phone: Phone) -> list[str]:
    return [one.sound.path.name for one in phone.heard]
