"""Rings the officers on duty for reports that nobody takes up: the calls of one node."""

import asyncio
import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast import duty, inbox
from broadcast.alert_from_report import content_of
from broadcast.draft import Draft, Recording
from broadcast.duty import Ring
from broadcast.duty_policy import DutyPolicy
from broadcast.duty_tables import DutyOutcome
from broadcast.errors import BroadcastError, NobodyToCall, NotAllowed, NotThatReport
from broadcast.lease import Lease
from directory.duty import is_proved
from directory.errors import DirectoryError, LockedOut
from directory.officers import KnownOfficer, officers
from ivr.announcer import Announcer
from ivr.call import Call, Sound
from ivr.police import Police
from ivr.ringing import Ringer
from ivr.scripts.duty_call import duty_call
from ivr.scripts.sentences import Says
from prompts.catalogue import Key
from prompts.errors import SpeechError

log = logging.getLogger(__name__)


class DutyCalls:
    """Each is written down before it rings, and closed with what it came to."""

    def __init__(self, police: Police, rings: Ringer, lease: Lease, policy: DutyPolicy) -> None:
        self.police = police
        self._rings = rings
        self._lease = lease
        self._policy = policy
        self._up: dict[UUID, asyncio.Task[None]] = {}
        self._stray: set[UUID] = set()

    async def adopt_all(self) -> None:
        """See through the calls of an earlier process; to be done before the PBX is asked which there are."""
        async with self.police.engine.connect() as connection:
            left = await duty.under_way(connection, self._lease.node)
        for ring in left:
            self._go_on(ring, is_new=False)

    async def tend(self) -> None:
        """Once a second: stop what is not needed any more, and begin what is due."""
        async with self.police.engine.begin() as connection:
            unwanted = await duty.no_longer_needed(connection, list(self._up))
            left = await duty.under_way(connection, self._lease.node)
        for call in unwanted:
            await self._rings.stop(call)
        for ring in left:
            if ring.id not in self._up:  # its end could not be written
                self._go_on(ring, is_new=False)
        while (new := await self._take()) is not None:
            self._go_on(new, is_new=True)

    async def give_up_strays(self) -> None:
        """Leave to whoever is rung next the calls of nodes that were dead at the last look too.

        Two sightings, because after an absence of the database every node looks dead at first.
        """
        async with self.police.engine.begin() as connection:
            found = await duty.calls_of_dead_nodes(connection, sparing=self._lease.node)
            await duty.give_up(connection, found & self._stray)
        self._stray = found

    async def leave(self) -> None:
        """Let go of every call; the next process finds it ended and rings again."""
        for call in self._up.values():
            call.cancel()
        if self._up:
            await asyncio.wait(self._up.values())

    async def _take(self) -> Ring | None:
        """Write ahead; nothing is waited for between the look at the lease and the call."""
        if not self._lease.may_take or not self._rings.may_ring:
            return None
        tenure = self._lease.tenure
        async with self.police.engine.begin() as connection:
            ring = await duty.take(connection, self._lease.node, self._policy)
        if ring is not None and not self._lease.covers(tenure):
            await self._close(ring.id, DutyOutcome.LOST)
            return None
        return ring

    def _go_on(self, ring: Ring, *, is_new: bool) -> None:
        task = asyncio.create_task(self._call(ring, is_new=is_new))
        self._up[ring.id] = task
        task.add_done_callback(lambda _: self._up.pop(ring.id, None))

    async def _call(self, ring: Ring, *, is_new: bool) -> None:
        police, seconds = self.police, self._policy.ring
        try:
            async with police.engine.connect() as connection:
                officer = await _officer(connection, ring.officer)
            asked = Asked(police, ring.report, officer, (await police.says)[officer.language])
            try:
                if is_new:
                    await self._rings.ring_at_once(ring.id, officer.phone, asked.converse, seconds=seconds)
                elif await self._rings.adopt(ring.id, asked.converse, seconds=seconds) is None:
                    asked.outcome = DutyOutcome.LOST
            finally:
                asked.has_left()
            await self._close(ring.id, asked.outcome)
        except Exception:
            log.exception("A call to an officer on duty ended in a fault of our own.")
            await self._close(ring.id, DutyOutcome.LOST)

    async def _close(self, call: UUID, outcome: DutyOutcome) -> None:
        async with self.police.engine.begin() as connection:
            if outcome is DutyOutcome.NOT_PROVED and await duty.no_longer_needed(connection, [call]):
                outcome = DutyOutcome.WITHDRAWN
            await duty.close(connection, call, outcome)


class Asked:
    """Whoever has picked up an officer's telephone (the script's OnDuty)."""

    def __init__(self, police: Police, report: int, officer: KnownOfficer, says: Says) -> None:
        self.says = says
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
