"""Who calls or was called, looked up in the database, with the sounds that they are to hear."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from broadcast.ledger import callback
from broadcast.ledger.callback import (
    KnownCaller,
    Validity,
    called_member,
    past_alerts,
    validity_of,
    who_calls,
)
from broadcast.ports import CallOrder
from broadcast.responses.callbacks import Callbacks
from broadcast.responses.codes import guess_code
from broadcast.service_calls.leave_policy import LeavePolicy
from broadcast.service_calls.leaving import ask_to_leave
from directory import actor
from directory.officers.lockout import Guess
from directory.officers.lockout_policy import LockoutPolicy
from directory.refusals import Refusal
from ivr.call.announcer import Announcements
from ivr.call.values import Sound
from ivr.detached import DetachedWork
from ivr.officers.resources import OfficerResources
from ivr.officers.sign_in import OfficerSignIn
from ivr.pbx.identity import CallerId
from ivr.recordings.patience import patiently
from ivr.recordings.reports import Reports, SpokenReport
from ivr.refusals import SAYS
from ivr.scripts.leave import NumberHolder
from ivr.scripts.member_line import REPLACED, ReplayedAlert
from ivr.scripts.sentences import Says
from prompts.catalogue import Key, sentence
from prompts.errors import AudioUnreadable
from prompts.languages import DEFAULT_LANGUAGE
from storage.transactions import Transactions

log = logging.getLogger(__name__)
_NEWS: Mapping[Validity, Key] = {Validity.TAKEN_BACK: "stopped", Validity.REPLACED: REPLACED}


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of somebody on the line."""

    number: str | None
    """E.164; None when it is withheld, or when nobody can tell which one is meant."""
    is_vouched: bool
    """The number is theirs: the trunk stands in for it, or we called it; else it is what they say."""
    language: str
    known: KnownCaller | None
    alert: int | None = None
    """What they were called with: then it is what they talk about."""


@dataclass(frozen=True, slots=True)
class KnownCallers:
    """The Callers of a node: `says` will hold the fixed sentences by language."""

    database: Transactions
    callbacks: Callbacks
    reports: Reports
    officers: OfficerResources
    """For those who sign in as one."""
    announcements: Announcements
    detached: DetachedWork
    lockout: LockoutPolicy
    leaving: LeavePolicy
    says: Awaitable[Mapping[str, Says]]
    tone: Sound

    async def who(self, caller: CallerId) -> "Somebody":
        number, known = await self.database(who_calls, caller.possible_numbers)
        language = known.language if known else DEFAULT_LANGUAGE
        return await self._somebody(Identity(number, caller.is_vouched, language, known))

    async def called(self, order: CallOrder) -> "Somebody":
        known = await self.database(called_member, order.broadcast, order.number)
        return await self._somebody(Identity(order.number, True, order.language, known, order.broadcast))

    async def _somebody(self, identity: Identity) -> "Somebody":
        return Somebody(self, (await self.says)[identity.language], identity)

    async def laid_out(self, alerts: Sequence[callback.PastAlert]) -> list[ReplayedAlert]:
        """As the PBX can play them; one whose sound cannot be read is left out."""
        sounds, laid = self.reports.sounds, []
        for one in alerts:
            try:
                await sounds.ensure(one.audio)
            except AudioUnreadable as fault:
                log.error("Broadcast %d cannot be heard again: %s", one.broadcast, fault)  # noqa: TRY400 - no trace needed
            else:
                laid.append(ReplayedAlert(one.broadcast, Sound(sounds.path(one.audio), one.seconds)))
        return laid


class Somebody:
    """One caller, member or not (the member line's Caller)."""

    def __init__(self, callers: KnownCallers, says: Says, identity: Identity) -> None:
        self.says = says
        self.tone = callers.tone
        self.is_member = identity.known is not None
        self.is_vouched = identity.is_vouched
        """Their number was not only said by themselves."""
        self.is_rung = identity.alert is not None
        self.left_network = False
        """Somebody behind the number has left on this call."""
        self.station = OfficerSignIn(callers.officers, says, identity.number, is_vouched=identity.is_vouched)
        self._callers = callers
        self._number = identity.number
        self._known = identity.known
        self._alert = identity.alert
        self._begun: list[SpokenReport] = []
        self._announcer = callers.announcements.speaking(identity.language)

    @property
    def people(self) -> Sequence[NumberHolder]:
        """Who is in two networks is there twice, and is one person to be asked about."""
        known, by_name = self._known, defaultdict[str, list[int]](list)
        for member, name in zip(known.members, known.names, strict=True) if known else ():
            by_name[name].append(member)
        return [NumberHolder(members, name) for name, members in by_name.items()]

    async def alerts(self) -> Sequence[ReplayedAlert]:
        if self._known is None:
            return []
        return await self._callers.laid_out(await self._callers.database(past_alerts, self._known))

    async def alert_with(self, code: str) -> "ReplayedAlert | Key":
        guess = Guess.of_code(self._number, self._callers.lockout, is_vouched=self.is_vouched)
        try:
            found = await self._callers.database(guess_code, guess, code, self._announcer.language)
        except Refusal as refusal:
            return SAYS[refusal.reason]
        if found is None:
            return "line_wrong_code"
        self._alert = found.broadcast
        laid = await self._callers.laid_out([found])
        return laid[0] if laid else "line_no_alert"

    async def news_of(self, alert: ReplayedAlert) -> "Key | None":
        return _NEWS.get(await self._callers.database(validity_of, alert.broadcast))

    async def confirm(self, alert: ReplayedAlert) -> None:
        if self._number is None:
            return
        callbacks = self._callers.callbacks
        take = callbacks.confirm if self.is_vouched else callbacks.note
        await take(alert.broadcast, self._number)

    async def begin_report(self) -> SpokenReport:
        report = await self._callers.reports.begin(
            number=self._number,
            members=self._known.members if self._known else [],
            broadcast=self._alert,
            is_vouched=self.is_vouched,
        )
        self._begun.append(report)
        return report

    async def ask_to_leave(self) -> bool:
        assert self._number is not None, "who withholds the number is no member"
        return await self._callers.database(ask_to_leave, self._number, self._callers.leaving)

    async def offer(self, people: Sequence[NumberHolder]) -> Sound:
        offers = [
            sentence("told_person", self._announcer.language, digit=str(digit), name=one.name)
            for digit, one in enumerate(people, 1)
        ]
        return await self._announcer.tell("told_who_leaves", offers="; ".join(offers))

    async def leave(self, people: Sequence[NumberHolder]) -> None:
        members = [member for one in people for member in one.members]
        leaving = partial(self._callers.callbacks.leave, actor.members(members), members)
        await asyncio.shield(self._callers.detached.start(patiently(leaving)))
        self.left_network = True

    def close(self) -> None:
        """The call is over, however it ended."""
        self.station.close()
        self._announcer.clear()
        for report in self._begun:
            self._callers.reports.release(report)
