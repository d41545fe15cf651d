"""Somebody who calls our number, as a script knows them, and the telephone they hold."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from ivr.call.errors import Hangup
from ivr.call.values import Sound
from ivr.scripts.leave import NumberHolder
from ivr.scripts.member_line import ReplayedAlert, member_line
from ivr.scripts.officer_ports import AlertRefused, SignedInOfficer, SignIn
from ivr.scripts.sentences import Says
from ivr.scripts.take_report import SpokenReporting
from prompts.catalogue import Key
from tests.fakes.phone import Phone

SAYS: dict[Key, Sound] = {key: Sound(Path(f"/sounds/{key}"), 2.0) for key in get_args(Key)}
TONE = Sound(Path("/sounds/tone"), 0.4)
SPOKEN = Sound(SAYS["goodbye"].path.with_name("what-was-said"), 3.0)
NEWEST, OLDER = (ReplayedAlert(number, Sound(Path(f"/sounds/alert-{number}"), 8.0)) for number in (2, 1))


class NoStation:
    """Where nobody signs in."""

    says: Says = SAYS

    async def sign_in(self, number: str, pin: str) -> SignedInOfficer | AlertRefused:
        raise AssertionError


@dataclass
class Caller:
    """A member, or not, and what was done for them."""

    past: Sequence[ReplayedAlert] = (NEWEST, OLDER)
    is_member: bool = True
    is_rung: bool = False
    is_vouched: bool = True
    may_ask: bool = True
    says: Says = field(default_factory=lambda: SAYS)
    tone: Sound = TONE
    people: Sequence[NumberHolder] = (NumberHolder([1], "An"),)
    code: str = "482913"
    """Of the newest alert."""
    confirmed: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    asked_to_leave: bool = False
    news: dict[int, Key] = field(default_factory=dict)
    """What has become of alerts while they were heard."""
    station: SignIn = field(default_factory=NoStation)

    async def begin_report(self) -> SpokenReporting:
        raise AssertionError

    def close(self) -> None:
        """Nothing is left of a call without a report."""

    async def alerts(self) -> Sequence[ReplayedAlert]:
        return self.past

    async def alert_with(self, code: str) -> ReplayedAlert | Key:
        return NEWEST if code == self.code else "line_wrong_code"

    async def ask_to_leave(self) -> bool:
        self.asked_to_leave = True
        return self.may_ask

    async def offer(self, people: Sequence[NumberHolder]) -> Sound:
        return Sound(Path("/sounds/who-leaves"), 2.0 + len(people))

    async def leave(self, people: Sequence[NumberHolder]) -> None:
        self.left += [one.name for one in people]

    async def news_of(self, alert: ReplayedAlert) -> Key | None:
        return self.news.get(alert.broadcast)

    async def confirm(self, alert: ReplayedAlert) -> None:
        self.confirmed.append(alert.broadcast)


@dataclass
class Spoken:
    """What a caller said, and what they had done with it."""

    recording: str
    did: list[str]
    is_empty: bool

    async def keep(self) -> Sound | None:
        self.did.append("empty" if self.is_empty else "keep")
        return None if self.is_empty else SPOKEN

    async def send(self) -> None:
        self.did.append("send")

    async def discard(self) -> None:
        self.did.append("discard")


class Reporting(Caller):
    """Somebody whose report is taken."""

    async def begin_report(self) -> SpokenReporting:
        return Spoken("report-1", did=[], is_empty=False)


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
