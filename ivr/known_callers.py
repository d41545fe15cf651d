"""Who calls or was called, looked up in the database, with the sounds that they are to hear."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

import broadcast.caller
from broadcast import callback
from broadcast.callback import KnownCaller, alert_with_code, called_member, known_caller, past_alerts
from broadcast.leave_policy import LeavePolicy
from broadcast.leaving import ask_to_leave
from broadcast.ports import CallOrder
from directory.lockout import Guess
from ivr.announcer import Announcer
from ivr.call import Sound
from ivr.patience import patiently
from ivr.police import Police
from ivr.reports import Reports, SpokenReport
from ivr.scripts.leave import Person
from ivr.scripts.member_line import PastAlert
from ivr.scripts.sentences import Says
from ivr.station import Station
from prompts.catalogue import Key, sentence

DEFAULT_LANGUAGE = "nl"


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of somebody on the line."""

    number: str | None
    """E.164; None when it is withheld."""
    language: str
    known: KnownCaller | None
    alert: int | None = None
    """What they were called with: then it is what they talk about."""


@dataclass(frozen=True, slots=True)
class KnownCallers:
    """The Callers of a node: `says` will hold the fixed sentences by language."""

    engine: AsyncEngine
    calls: broadcast.caller.Caller
    reports: Reports
    police: Police
    leaving: LeavePolicy
    says: Awaitable[Mapping[str, Says]]
    tone: Sound

    async def who(self, number: str | None) -> "Somebody":
        known = await self._known(number) if number is not None else None
        return await self._somebody(Identity(number, known.language if known else DEFAULT_LANGUAGE, known))

    async def called(self, order: CallOrder) -> "Somebody":
        async with self.engine.connect() as connection:
            known = await called_member(connection, order.broadcast, order.number)
        return await self._somebody(Identity(order.number, order.language, known, order.broadcast))

    async def _known(self, number: str) -> KnownCaller | None:
        async with self.engine.connect() as connection:
            return await known_caller(connection, number)

    async def _somebody(self, identity: Identity) -> "Somebody":
        return Somebody(self, (await self.says)[identity.language], identity)

    async def laid_out(self, alerts: Sequence[callback.PastAlert]) -> list[PastAlert]:
        """As the PBX can play them."""
        sounds = self.reports.sounds
        for one in alerts:
            await sounds.ensure(one.audio)
        return [PastAlert(one.broadcast, Sound(sounds.path(one.audio), one.seconds)) for one in alerts]


class Somebody:
    """One caller, member or not (the member line's Caller)."""

    def __init__(self, callers: KnownCallers, says: Says, identity: Identity) -> None:
        self.says = says
        self.tone = callers.tone
        self.is_member = identity.known is not None
        self.is_rung = identity.alert is not None
        self.left_network = False
        """Somebody behind the number has left on this call."""
        self.station = Station(callers.police, says, identity.number)
        self._callers = callers
        self._number = identity.number
        self._known = identity.known
        self._alert = identity.alert
        self._begun: list[SpokenReport] = []
        self._announcer = Announcer(callers.police.voice, callers.reports.sounds.folder, identity.language)

    @property
    def people(self) -> Sequence[Person]:
        """Who is in two networks is there twice, and is one person to be asked about."""
        known, by_name = self._known, defaultdict[str, list[int]](list)
        for member, name in zip(known.members, known.names, strict=True) if known else ():
            by_name[name].append(member)
        return [Person(members, name) for name, members in by_name.items()]

    async def alerts(self) -> Sequence[PastAlert]:
        if self._known is None:
            return []
        async with self._callers.engine.connect() as connection:
            found = await past_alerts(connection, self._known)
        return await self._callers.laid_out(found)

    async def alert_with(self, code: str) -> "PastAlert | Key":
        guess = Guess.of_code(self._number, self._callers.police.lockout)
        async with self._callers.engine.begin() as connection:
            if not await guess.count(connection):
                return "police_locked"
        async with self._callers.engine.begin() as connection:
            found = await alert_with_code(connection, code, self._announcer.language)
            if found is None:
                return "line_wrong_code"
            await guess.take_back(connection)
        self._alert = found.broadcast
        [alert] = await self._callers.laid_out([found])
        return alert

    async def confirm(self, alert: PastAlert) -> None:
        if self._number is not None:
            await self._callers.calls.confirm_by_callback(alert.broadcast, self._number)

    async def begin_report(self) -> SpokenReport:
        report = await self._callers.reports.begin(
            number=self._number,
            members=self._known.members if self._known else [],
            broadcast=self._alert,
        )
        self._begun.append(report)
        return report

    async def ask_to_leave(self) -> bool:
        assert self._number is not None, "who withholds the number is no member"
        async with self._callers.engine.begin() as connection:
            return await ask_to_leave(connection, self._number, self._callers.leaving)

    async def offer(self, people: Sequence[Person]) -> Sound:
        offers = [
            sentence("told_person", self._announcer.language, digit=str(digit), name=one.name)
            for digit, one in enumerate(people, 1)
        ]
        return await self._announcer.tell("told_who_leaves", offers=", ".join(offers))

    async def leave(self, people: Sequence[Person]) -> None:
        members = [member for one in people for member in one.members]
        leaving = partial(self._callers.calls.leave_for_good, members)
        await asyncio.shield(self._callers.police.goes_on(patiently(leaving)))
        self.left_network = True

    def has_left(self) -> None:
        """The call is over, however it ended."""
        self.station.has_left()
        self._announcer.clear()
        for report in self._begun:
            self._callers.reports.let_go(report)
