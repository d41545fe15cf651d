"""An officer on the line: what they speak, plan, send, follow and stop."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from typing import Any
from uuid import uuid4

from broadcast.desk import Prepared
from broadcast.draft import Draft, Recording
from broadcast.errors import DATABASE_AWAY, BroadcastError, NobodyToCall, NotAllowed
from broadcast.preflight import Reach, reach
from broadcast.rules.forecast import minutes_to_call
from directory.errors import DirectoryError
from directory.officers import KnownOfficer
from ivr.announcer import Announcer
from ivr.call import Call, Sound
from ivr.following import Following
from ivr.police import Police, begin_alert
from ivr.scripts.call_back import is_confirmed
from ivr.scripts.police import Done, Message, Network, Refused, Standing
from ivr.scripts.sentences import Says
from ivr.spoken_alert import SpokenAlert
from prompts.catalogue import Key, sentence
from prompts.errors import SpeechError

log = logging.getLogger(__name__)


class SignedIn:
    """An officer on the line (the script's Officer)."""

    def __init__(self, police: Police, officer: KnownOfficer, says: Says) -> None:
        self.says = says
        self.tone = police.tone
        self.networks: Sequence[Network] = officer.networks
        self._police = police
        self._officer = officer
        self._announcer = Announcer(police.voice, police.reports.sounds.folder, officer.language)
        self._following = Following(police.engine, police.desk, self._announcer, officer)
        self._messages: list[SpokenAlert] = []
        self._left = asyncio.Event()
        self._to_confirm: list[asyncio.Task[Any]] = []

    async def begin_message(self) -> SpokenAlert:
        police = self._police
        message = SpokenAlert(police.engine, police.client, police.reports, police.at_hand)
        self._messages.append(message)
        return message

    async def offer(self, networks: Sequence[Network], *, more: bool) -> Sound:
        language = self._officer.language
        offers = [
            sentence("told_offer", language, digit=str(digit), network=one.name)
            for digit, one in enumerate(networks, 1)
        ]
        if more:
            offers.append(sentence("told_more", language))
        return await self._announcer.tell("told_networks", offers=", ".join(offers))

    async def told_chosen(self, network: Network, *, chosen: bool) -> Sound:
        key: Key = "told_chosen" if chosen else "told_not_chosen"
        return await self._announcer.tell(key, network=network.name)

    async def plan(
        self, message: Message, networks: Collection[Network], *, urgent: bool
    ) -> "SpokenPlan | Refused":
        assert message.audio is not None
        draft = Draft(
            networks=[one.slug for one in networks],
            texts={},
            urgent=urgent,
            by=self._officer.name,
            recording=Recording(message.audio, self._officer.language),
        )
        try:
            prepared = await self._police.desk.prepare(draft)
            async with self._police.engine.connect() as connection:
                found = await reach(connection, prepared.networks)
        except NotAllowed:
            return Refused("police_not_allowed")
        except NobodyToCall:
            return Refused("police_nobody")
        except (BroadcastError, DirectoryError, SpeechError, *DATABASE_AWAY) as fault:
            log.warning("An alert by phone cannot be made (%s).", type(fault).__name__)
            return Refused("police_failed")
        if not found.members:
            return Refused("police_nobody")
        names = ", ".join(one.name for one in networks)
        return SpokenPlan(self, prepared, names, await self._summary(prepared, found, names))

    async def _summary(self, prepared: Prepared, found: Reach, names: str) -> Sound:
        trunk = self._police.trunk
        minutes = minutes_to_call(
            found.calls,
            lines=trunk.channels - trunk.channels_for_callers,
            calls_per_second=trunk.calls_per_second,
            call_seconds=max(prepared.seconds.values()),
        )
        return await self._announcer.tell(
            "told_plan", networks=names, members=str(found.members), minutes=str(minutes)
        )

    async def alerts(self) -> Sequence[int]:
        return await self._following.alerts()

    async def standing(self, broadcast: int) -> Standing:
        return await self._following.standing(broadcast)

    async def stop(self, broadcast: int) -> Key:
        return await self._following.stop(broadcast)

    async def send(self, prepared: Prepared, names: str) -> Done:
        """At once, or when the registered number has let it go."""
        if not self._police.policy.call_back:
            done: Done = await asyncio.shield(self._police.goes_on(begin_alert(self._police.desk, prepared)))
            return done
        self._to_confirm.append(self._police.goes_on(self._call_back(prepared, names)))
        return Done("police_calls_back")

    async def _call_back(self, prepared: Prepared, names: str) -> None:
        """Once they have hung up: it may be the same telephone."""
        await self._left.wait()
        police, policy = self._police, self._police.policy
        summary = await self._announcer.tell("told_call_back", zone=police.zone, networks=names)
        is_sent = False

        async def script(call: Call) -> None:
            nonlocal is_sent
            if await is_confirmed(call, self.says, summary):
                done = await asyncio.shield(police.goes_on(begin_alert(police.desk, prepared)))
                is_sent = done.broadcast is not None
                await call.play(self.says[done.says])
            else:
                await call.play(self.says["police_not_sent"])

        for _ in range(policy.call_back_tries):
            if await police.rings.ring(uuid4(), self._officer.phone, script, seconds=policy.call_back_ring):
                break
        if not is_sent:
            log.warning("An alert by phone was not let go by a call to the officer's number.")

    async def tidy_up(self) -> None:
        """Nothing stays of the call but what was sent."""
        self._left.set()
        if self._to_confirm:
            await asyncio.wait(self._to_confirm)
        for message in self._messages:
            await message.discard()
        self._announcer.clear()


class SpokenPlan:
    """An alert that is ready to go (the script's Plan)."""

    def __init__(self, officer: SignedIn, prepared: Prepared, names: str, summary: Sound) -> None:
        self.summary = summary
        self._officer = officer
        self._prepared = prepared
        self._names = names

    async def send(self) -> Done:
        return await self._officer.send(self._prepared, self._names)
