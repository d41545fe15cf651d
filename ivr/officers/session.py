"""An officer on the line: what they speak, plan, send, follow and stop."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from functools import partial
from uuid import UUID

from broadcast.alert.preflight import Reach
from broadcast.alert.prepared import Prepared
from broadcast.away import DATABASE_AWAY
from broadcast.draft import Draft, SpokenMessage
from broadcast.rules.forecast import minutes_to_call
from broadcast.service_calls import pending_alerts
from directory.officers.officers import KnownOfficer
from directory.refusals import Refusal
from ivr.call.values import Sound
from ivr.officers.follow import FollowedAlerts
from ivr.officers.resources import OfficerResources
from ivr.officers.sending import begin_alert
from ivr.recordings.patience import patiently
from ivr.recordings.spoken_alert import SpokenAlert
from ivr.refusals import SAYS
from ivr.scripts.officer_ports import AlertProgress, AlertRefused, Done, Message, OfferedNetwork
from ivr.scripts.sentences import Says
from prompts.catalogue import Key, sentence

log = logging.getLogger(__name__)


class SignedIn:
    """An officer on the line (the script's Officer)."""

    def __init__(self, resources: OfficerResources, officer: KnownOfficer, says: Says) -> None:
        self.says = says
        self.tone = resources.tone
        self.networks: Sequence[OfferedNetwork] = officer.networks
        self.longest = resources.desk.longest_recording
        self._resources = resources
        self._officer = officer
        self._announcer = resources.announcements.speaking(officer.language)
        self._followed = FollowedAlerts(resources.desk, resources.database, self._announcer, officer.actor)
        self._messages: list[SpokenAlert] = []
        self._to_confirm: list[UUID] = []
        """Requests of alerts about which they are called back."""

    async def begin_message(self) -> SpokenAlert:
        message = self._resources.spoken.begin()
        self._messages.append(message)
        return message

    async def offer(self, networks: Sequence[OfferedNetwork], *, more: bool) -> Sound:
        language = self._officer.language
        offers = [
            sentence("told_offer", language, digit=str(digit), network=one.name)
            for digit, one in enumerate(networks, 1)
        ]
        if more:
            offers.append(sentence("told_more", language))
        return await self._announcer.tell("told_networks", offers="; ".join(offers))

    async def told_chosen(self, network: OfferedNetwork, *, chosen: bool) -> Sound:
        key: Key = "told_chosen" if chosen else "told_not_chosen"
        return await self._announcer.tell(key, network=network.name)

    async def plan(
        self, message: Message, networks: Collection[OfferedNetwork], *, urgent: bool
    ) -> "SpokenPlan | AlertRefused":
        assert message.audio is not None
        draft = Draft(
            networks=[one.slug for one in networks],
            texts={},
            urgent=urgent,
            recording=SpokenMessage(message.audio, self._officer.language),
        )
        try:
            prepared = await self._resources.desk.prepare(self._officer.actor, draft)
            found = await self._resources.desk.reach(prepared)
        except Refusal as refusal:
            log.warning("An alert by phone is refused (%s).", refusal.reason)
            return AlertRefused(SAYS[refusal.reason])
        except DATABASE_AWAY as fault:
            log.warning("An alert by phone cannot be made (%s).", type(fault).__name__)
            return AlertRefused("police_failed")
        if not found.members:
            return AlertRefused("police_nobody")
        names = ", ".join(one.name for one in networks)
        return SpokenPlan(self, prepared, await self._summary(prepared, found, names))

    async def _summary(self, prepared: Prepared, found: Reach, names: str) -> Sound:
        trunk = self._resources.trunk
        minutes = minutes_to_call(
            found.before + found.calls,
            lines=trunk.channels - trunk.channels_for_callers,
            calls_per_second=trunk.calls_per_second,
            call_seconds=max(prepared.seconds.values()),
        )
        return await self._announcer.tell(
            "told_plan", networks=names, members=str(found.members), minutes=str(minutes)
        )

    async def alerts(self) -> Sequence[int]:
        return await self._followed.alerts()

    async def progress(self, broadcast: int) -> AlertProgress:
        return await self._followed.progress(broadcast)

    async def stop(self, broadcast: int) -> Key:
        return await self._followed.stop(broadcast)

    async def pause_or_resume(self, broadcast: int) -> Key:
        return await self._followed.pause_or_resume(broadcast)

    async def send(self, prepared: Prepared) -> Done:
        """At once, or when the registered number has released it."""
        resources = self._resources
        send = self._keep(prepared) if resources.policy.call_back else begin_alert(resources.desk, prepared)
        done: Done = await asyncio.shield(resources.detached.start(send))
        return done

    async def _keep(self, prepared: Prepared) -> Done:
        """Written down, for whichever node rings the officer once they have hung up."""
        resources, request = self._resources, prepared.request

        async def keep() -> bool:
            return await resources.database(
                pending_alerts.keep,
                request,
                self._officer.id,
                prepared.draft,
                a_day=resources.policy.call_backs_a_day,
            )

        try:
            if not await patiently(keep):
                return Done("police_rung_too_often")
        except DATABASE_AWAY:
            log.error("An alert by phone was not kept: the database stays away.")  # noqa: TRY400
            return Done("police_failed")
        self._to_confirm.append(request)
        return Done("police_calls_back")

    async def _allow_ring(self, request: UUID) -> None:
        await self._resources.database(pending_alerts.allow_ring, request)

    async def tidy_up(self) -> None:
        """Nothing stays of the call but what was sent."""
        for request in self._to_confirm:
            await patiently(partial(self._allow_ring, request))
        for message in self._messages:
            await message.discard()
        self._announcer.clear()


class SpokenPlan:
    """An alert that is ready to go (the script's Plan)."""

    def __init__(self, officer: SignedIn, prepared: Prepared, summary: Sound) -> None:
        self.summary = summary
        self._officer = officer
        self._prepared = prepared

    async def send(self) -> Done:
        return await self._officer.send(self._prepared)
