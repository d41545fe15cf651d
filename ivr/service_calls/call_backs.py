"""Rings officers who spoke an alert at their registered numbers, where it is released or not."""

import asyncio
import logging
from dataclasses import replace
from uuid import UUID

from broadcast.alert.prepared import Prepared
from broadcast.draft import Draft
from broadcast.pending_alert_tables import ReleaseOutcome
from broadcast.service_calls import pending_alerts
from broadcast.service_calls.own_calls import Ending
from broadcast.service_calls.pending_alerts import Pending, ReleaseBook, ReleaseRing
from directory.actor import Actor
from directory.officers.officers import known_officer
from directory.refusals import Refusal
from ivr.call.announcer import Announcer
from ivr.call.call import Call
from ivr.call.errors import Hangup
from ivr.call.values import Sound
from ivr.officers.resources import OfficerResources
from ivr.officers.sending import begin_alert
from ivr.outbound.own_calls import Source
from ivr.pbx.live_call import LiveCall
from ivr.scripts.call_back import ask_to_confirm
from ivr.scripts.officer_ports import Done
from ivr.scripts.sentences import Says

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
"""No zone has so many officers who speak an alert in the same moment."""


class CallBacks(Source[ReleaseRing]):
    """What a node needs to ring them."""

    at_once = MOST_AT_ONCE

    def __init__(self, resources: OfficerResources) -> None:
        policy = resources.policy
        self._resources = resources
        self.ring = policy.call_back_ring
        self.book = ReleaseBook(
            ring=policy.call_back_ring, rounds=policy.call_back_tries, within=policy.call_back_within
        )

    async def conversation(self, written: ReleaseRing) -> "ReleaseConversation":
        """Its alert is spoken anew before the telephone rings: who confirms it does not wait."""
        resources = self._resources
        pending = await resources.database(pending_alerts.pending, written.request)
        officer = await resources.database(known_officer, pending.officer)
        announcer = resources.announcements.speaking(officer.language)
        summary = await announcer.tell(
            "told_call_back", zone=resources.zones[announcer.language], networks=", ".join(pending.names)
        )
        says = (await resources.says)[officer.language]
        conversation = ReleaseConversation(resources, officer.phone, says, announcer, summary)
        if pending.is_sent:
            conversation.outcome = ReleaseOutcome.SENT
        else:
            conversation.prepared = await self._prepared(written.request, pending, officer.actor)
        return conversation

    async def _prepared(self, request: UUID, pending: Pending, actor: Actor) -> Prepared | None:
        """None when it may not be sent any more."""
        draft = Draft(pending.networks, {}, urgent=pending.urgent, recording=pending.recording)
        try:
            return replace(await self._resources.desk.prepare(actor, draft), request=request)
        except Refusal as refusal:
            log.warning("An alert by phone may not be sent any more (%s).", refusal.reason)
            return None


class ReleaseConversation:
    """Whoever has picked up an officer's telephone, and may release an alert."""

    def __init__(
        self, resources: OfficerResources, number: str, says: Says, announcer: Announcer, summary: Sound
    ) -> None:
        self.number = number
        self.prepared: Prepared | None = None
        """None when it may not be sent."""
        self.outcome: ReleaseOutcome | None = None
        self._resources = resources
        self._says = says
        self._announcer = announcer
        self._summary = summary

    async def converse(self, call: Call) -> None:
        if self.outcome is ReleaseOutcome.SENT:  # on a call that an earlier process led
            await call.play(self._says["police_sent"])
            return
        try:
            is_confirmed = await ask_to_confirm(call, self._says, self._summary)
        except Hangup:
            self.outcome = ReleaseOutcome.KEPT
            raise
        if not is_confirmed:
            self.outcome = ReleaseOutcome.KEPT
            await call.play(self._says["police_not_sent"])
            return
        done: Done = await asyncio.shield(self._resources.detached.start(self._send()))
        await call.play(self._says[done.says])

    async def _send(self) -> Done:
        """Whatever becomes of the call meanwhile, the alert goes out."""
        done = Done("police_failed")
        if self.prepared is not None:
            done = await begin_alert(self._resources.desk, self.prepared)
        self.outcome = ReleaseOutcome.FAILED if done.broadcast is None else ReleaseOutcome.SENT
        return done

    def ending(self, live: LiveCall) -> Ending | None:
        """What was lost is not kept by their choice."""
        if self.outcome is ReleaseOutcome.KEPT and live.is_lost:
            return None
        return Ending(self.outcome) if self.outcome else None

    def tidy_up(self) -> None:
        self._announcer.clear()
