"""Rings the officers on duty for reports that nobody takes up: the calls of one node."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast import duty, inbox
from broadcast.alert_from_report import content_of
from broadcast.draft import Draft, Recording
from broadcast.duty import Ring
from broadcast.duty_policy import DutyPolicy
from broadcast.duty_tables import DutyCall, DutyOutcome
from broadcast.errors import BroadcastError, NobodyToCall, NotAllowed, NotThatReport
from directory.duty import is_proved
from directory.errors import DirectoryError, LockedOut
from directory.officers import KnownOfficer, officers
from ivr.announcer import Announcer
from ivr.call import Call, Sound
from ivr.own_calls import Book
from ivr.police import Police
from ivr.scripts.duty_call import duty_call
from ivr.scripts.sentences import Says
from prompts.catalogue import Key
from prompts.errors import SpeechError

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
"""No zone has so many officers on duty."""


class DutyBook(Book[Ring]):
    """What a node needs to ring officers on duty."""

    table = DutyCall

    def __init__(self, police: Police, policy: DutyPolicy) -> None:
        self._police = police
        self._policy = policy
        self.ring = policy.ring
        self.at_once = MOST_AT_ONCE

    async def take(self, connection: AsyncConnection, node: str) -> Ring | None:
        return await duty.take(connection, node, self._policy)

    async def under_way(self, connection: AsyncConnection, node: str) -> Sequence[Ring]:
        return await duty.under_way(connection, node)

    async def unwanted(self, connection: AsyncConnection, calls: Collection[UUID]) -> Collection[UUID]:
        return await duty.no_longer_needed(connection, calls)

    async def close(self, connection: AsyncConnection, ring: Ring, outcome: str) -> None:
        if outcome == DutyOutcome.NOT_PROVED and await duty.no_longer_needed(connection, [ring.id]):
            outcome = DutyOutcome.WITHDRAWN
        await super().close(connection, ring, outcome)

    async def conversation(self, ring: Ring) -> "Asked":
        police = self._police
        async with police.engine.connect() as connection:
            officer = await _officer(connection, ring.officer)
        return Asked(police, ring.report, officer, (await police.says)[officer.language])


class Asked:
    """Whoever has picked up an officer's telephone (the script's OnDuty)."""

    def __init__(self, police: Police, report: int, officer: KnownOfficer, says: Says) -> None:
        self.says = says
        self.number = officer.phone
        self.is_done = False
        self.outcome = DutyOutcome.NOT_PROVED
        self._police = police
        self._report = report
        self._officer = officer
        self._announcer = Announcer(police.voice, police.reports.sounds.folder, officer.language)

    async def converse(self, call: Call) -> None:
        await duty_call(call, self)

    def has_left(self) -> None:
        self._announcer.clear()

    async def proves(self, pin: str) -> Key | None:
        police = self._police
        try:
            if not await is_proved(police.engine, self._officer, pin, police.lockout):
                return "duty_wrong_pin"
        except LockedOut:
            return "police_locked"
        self.outcome = DutyOutcome.HEARD
        return None

    async def about(self) -> Sound:
        told = await self._told()
        alerted = ", ".join(told.alerted)
        if told.network is None:
            return await self._announcer.tell("told_duty_unknown", networks=alerted)
        return await self._announcer.tell("told_duty", network=told.network, networks=alerted)

    async def report(self) -> Sound:
        told, sounds = await self._told(), self._police.reports.sounds
        await sounds.ensure(told.audio)
        return Sound(sounds.path(told.audio), told.seconds)

    async def claim(self) -> Key:
        try:
            async with self._police.engine.begin() as connection:
                await inbox.claim(connection, self._report, self._officer.name)
        except NotThatReport:
            return self._gone()
        return self._theirs("duty_claimed")

    async def start_alert(self) -> Key:
        """Whatever becomes of the call meanwhile, the alert goes out."""
        return await asyncio.shield(self._police.goes_on(self._send()))

    async def _send(self) -> Key:
        async with self._police.engine.connect() as connection:
            content = await content_of(connection, self._report)
        if not set(content.networks) <= {one.slug for one in self._officer.networks}:
            return "duty_not_yours"
        draft = Draft(
            content.networks,
            {},
            urgent=True,
            by=self._officer.name,
            recording=Recording(content.audio, content.language),
            report=self._report,
        )
        try:
            await self._police.desk.send(draft)
        except NotThatReport:
            return self._gone()
        except NotAllowed:
            return "police_not_allowed"
        except NobodyToCall:
            return "police_nobody"
        except (BroadcastError, DirectoryError, SpeechError) as fault:
            log.warning("An officer on duty could not send an alert: %s", fault)
            return "police_failed"
        return self._theirs("police_sent")

    async def _told(self) -> duty.Told:
        async with self._police.engine.connect() as connection:
            return await duty.told(connection, self._report)

    def _theirs(self, sentence: Key) -> Key:
        self.is_done, self.outcome = True, DutyOutcome.TAKEN
        return sentence

    def _gone(self) -> Key:
        self.is_done = True
        return "duty_taken"


async def _officer(connection: AsyncConnection, id_: int) -> KnownOfficer:
    return next(one for one in await officers(connection) if one.id == id_)
