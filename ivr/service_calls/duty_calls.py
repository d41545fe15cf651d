"""Rings the officers on duty for reports that nobody takes up: the calls of one node."""

import asyncio
import logging

from broadcast.duty_tables import DutyOutcome
from broadcast.errors import NotThatReport
from broadcast.responses import inbox
from broadcast.service_calls import duty
from broadcast.service_calls.duty import DutyBook, DutyRing
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.service_calls.own_calls import Ending
from directory.officers.duty import is_proved
from directory.officers.officers import KnownOfficer, known_officer
from directory.refusals import Refusal
from ivr.call.call import Call
from ivr.call.values import Sound
from ivr.officers.resources import OfficerResources
from ivr.outbound.own_calls import Source
from ivr.pbx.live_call import LiveCall
from ivr.refusals import SAYS
from ivr.scripts.duty_call import duty_call
from ivr.scripts.sentences import Says
from prompts.catalogue import Key
from prompts.errors import AudioUnreadable

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
"""No zone has so many officers on duty."""


class DutyCalls(Source[DutyRing]):
    """What a node needs to ring officers on duty."""

    def __init__(self, resources: OfficerResources, policy: DutyPolicy) -> None:
        self._resources = resources
        self.book = DutyBook(policy)
        self.ring = policy.ring
        self.at_once = MOST_AT_ONCE

    async def conversation(self, written: DutyRing) -> "DutyConversation":
        resources = self._resources
        officer = await resources.database(known_officer, written.officer)
        return DutyConversation(resources, written.report, officer, (await resources.says)[officer.language])


class DutyConversation:
    """Whoever has picked up an officer's telephone (the script's OnDuty)."""

    def __init__(self, resources: OfficerResources, report: int, officer: KnownOfficer, says: Says) -> None:
        self.says = says
        self.number = officer.phone
        self.is_done = False
        self.outcome: DutyOutcome | None = None
        self._resources = resources
        self._report = report
        self._officer = officer
        self._announcer = resources.announcements.speaking(officer.language)

    async def converse(self, call: Call) -> None:
        await duty_call(call, self)

    def ending(self, live: LiveCall) -> Ending | None:  # noqa: ARG002
        return Ending(self.outcome) if self.outcome else None

    def tidy_up(self) -> None:
        self._announcer.clear()

    async def verify_pin(self, pin: str) -> Key | None:
        resources = self._resources
        try:
            if not await is_proved(resources.database.engine, self._officer, pin, resources.lockout):
                return "duty_wrong_pin"
        except Refusal as refusal:
            return SAYS[refusal.reason]
        self.outcome = DutyOutcome.HEARD
        return None

    async def about(self) -> Sound:
        told = await self._told()
        alerted = ", ".join(told.alerted)
        if told.network is None:
            return await self._announcer.tell("told_duty_unknown", networks=alerted)
        return await self._announcer.tell("told_duty", network=told.network, networks=alerted)

    async def report(self) -> Sound:
        told, sounds = await self._told(), self._resources.sounds
        try:
            await sounds.ensure(told.audio)
        except AudioUnreadable as fault:
            log.error("Report %d cannot be heard: %s", self._report, fault)  # noqa: TRY400 - no trace needed
            return self.says["duty_no_sound"]
        return Sound(sounds.path(told.audio), told.seconds)

    async def claim(self) -> Key:
        try:
            await self._resources.database(inbox.claim, self._officer.actor, self._report)
        except Refusal as refusal:
            return self._refused(refusal)
        return self._theirs("duty_claimed")

    async def start_alert(self) -> Key:
        """Whatever becomes of the call meanwhile, the alert goes out."""
        return await asyncio.shield(self._resources.detached.start(self._send()))

    async def _send(self) -> Key:
        desk = self._resources.desk
        try:
            draft = await desk.draft_from_report(self._report, urgent=True)
            await desk.send(self._officer.actor, draft)
        except Refusal as refusal:
            return self._refused(refusal)
        return self._theirs("police_sent")

    async def _told(self) -> duty.ReportFacts:
        return await self._resources.database(duty.told, self._report)

    def _theirs(self, sentence: Key) -> Key:
        self.is_done, self.outcome = True, DutyOutcome.TAKEN
        return sentence

    def _refused(self, refusal: Refusal) -> Key:
        log.warning("An officer on duty was refused (%s).", refusal.reason)
        self.is_done = isinstance(refusal, NotThatReport)
        return SAYS[refusal.reason]
