"""What officers do: send an alert, and stop it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from broadcast.alert.checks import check_allowed
from broadcast.alert.meant import enlist_meant, follow_up_columns, is_meant, languages_meant
from broadcast.alert.preflight import Reach, RecentAlert, reach, recent
from broadcast.alert.prepared import Prepared
from broadcast.draft import Draft, check_draft
from broadcast.engine.dead_numbers import only_dead_numbers
from broadcast.errors import NotSpoken
from broadcast.ledger.callback import new_code
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.locks import lock_members
from broadcast.ledger.stop import note_stop
from broadcast.listing import networks_of
from broadcast.policy import BroadcastPolicy
from broadcast.responses.alert_from_report import draft_from, note_what_it_led_to
from broadcast.responses.codes import withdraw_code
from broadcast.results.beside import Outlook, outlook
from broadcast.results.results import Progress, progress
from broadcast.rules.expiry import expires_at
from broadcast.states import BroadcastState
from broadcast.tables import Broadcast
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note
from directory.pronunciation import names_of
from directory.registry import network
from prompts.errors import SpeechError
from prompts.voice import Voice

if TYPE_CHECKING:  # speaking brings all that makes sound, which who only stops an alert does not need
    from broadcast.alert.passes import PassRenderer

BRUSSELS = ZoneInfo("Europe/Brussels")


@dataclass(frozen=True, slots=True)
class Sent:
    """A broadcast that has begun."""

    broadcast: int
    recipients: int
    unwritten: int
    """Those of them who are written while the first are called; 0 unless there are thousands."""
    without_number: int
    only_dead_numbers: Sequence[str]
    """The names of members who have no other, also of those that are rung to see whether it is still so."""
    passes: Mapping[str, float]
    """Seconds of audio by language, the longest where networks differ."""
    other_language: int
    """Recipients who hear the text in a language that is not theirs."""
    expires_at: datetime
    code: str | None
    """With it somebody can hear the alert who calls from a number that is not known; None for an answer."""
    outlook: Outlook


class Desk:
    def __init__(
        self,
        engine: AsyncEngine,
        ledger: Ledger,
        voice: Voice,
        policy: BroadcastPolicy,
        *,
        zones: Mapping[str, str],
        clock: ZoneInfo = BRUSSELS,
    ) -> None:
        """`zones` names the police zone by language, `clock` is the one on which networks have hours."""
        self._engine = engine
        self._ledger = ledger
        self._voice = voice
        self._policy = policy
        self._zones = zones
        self.clock = clock

    @property
    def longest_recording(self) -> float:
        """Seconds of a recorded message that may be sent."""
        return self._policy.longest_recording

    @cached_property
    def _speaker(self) -> "PassRenderer":
        from broadcast.alert.passes import PassRenderer  # noqa: PLC0415 - see above

        return PassRenderer(self._voice, self._policy, zones=self._zones)

    async def send(self, actor: Actor, draft: Draft, *, now: datetime | None = None) -> Sent:
        """Begin to ring every member of these networks; a draft that cannot be sent leaves nothing behind.

        All audio is spoken first, then the broadcast, its first recipients and their first calls are written
        in one transaction. Of thousands, the others are written by the nodes that call. Raises a Refusal.
        """
        return await self.begin(await self.prepare(actor, draft, now=now), now=now)

    async def draft_from_report(
        self,
        report: int,
        *,
        urgent: bool,
        texts: Mapping[str, str] | None = None,
        networks: Sequence[str] = (),
    ) -> Draft:
        """The alert that is made of what a member reported, to be sent as any other (`draft_from`)."""
        async with self._engine.connect() as connection:
            return await draft_from(connection, report, urgent=urgent, texts=texts, networks=networks)

    async def prepare(self, actor: Actor, draft: Draft, *, now: datetime | None = None) -> Prepared:
        """Look whether they may send this now, and speak it. Raises as `send` does."""
        actor.require(draft.act, draft.networks)
        check_draft(draft)
        try:
            return await self._spoken(actor, draft, now)
        except SpeechError as error:
            raise NotSpoken(str(error)) from error

    async def _spoken(self, actor: Actor, draft: Draft, now: datetime | None) -> Prepared:
        async with AsyncSession(self._engine) as session:
            # By the clock that decides when it expires: the one of this machine may be wrong.
            now = now or (await session.scalars(select(func.clock_timestamp()))).one()
            networks = [await network(session, slug) for slug in dict.fromkeys(draft.networks)]
            for one in networks:
                check_allowed(one, urgent=draft.urgent, now=now, clock=self.clock)
            spoken = await languages_meant(session, draft, [one.id for one in networks])
            recorded = await self._speaker.recording_of(await session.connection(), draft)
            names = {one.id: await names_of(session, one.id) for one in networks}
        passes = [
            await self._speaker.render(one, language, draft, recorded, names[one.id])
            for one in networks
            for language in sorted(spoken.get(one.id, ()))
        ]
        return Prepared(actor, draft, [one.id for one in networks], passes)

    async def begin(self, prepared: Prepared, *, now: datetime | None = None) -> Sent:
        """Begin to ring: one transaction. Raises BroadcastError, MembersChanged among them."""
        async with self._engine.begin() as connection:
            now = now or (await connection.scalars(select(func.clock_timestamp()))).one()
            sent = await self._begin(connection, prepared, now)
            await note(
                connection,
                prepared.actor,
                prepared.draft.act,
                broadcast=sent.broadcast,
                network=prepared.networks,
                **prepared.draft.comes_of,
            )
            return sent

    async def reach(self, prepared: Prepared) -> Reach:
        """Whom `begin` would call now."""
        async with self._engine.connect() as connection:
            meant = await is_meant(connection, prepared.draft, prepared.networks)
            urgent, dead_again = prepared.draft.urgent, self._policy.dead_again
            return await reach(connection, meant, urgent=urgent, dead_again=dead_again)

    async def begun(self, prepared: Prepared) -> int | None:
        """The broadcast of it, for who got no answer from `begin`; None when it was not done."""
        async with self._engine.connect() as connection:
            found = select(Broadcast.id).where(Broadcast.request == prepared.request)
            return await connection.scalar(found)

    async def alerts(self, actor: Actor) -> Sequence[RecentAlert]:
        """Those of the last hours that they may follow and stop, newest first."""
        async with self._engine.connect() as connection:
            return await recent(connection, actor)

    async def progress(self, actor: Actor, broadcast: int) -> Progress:
        """How it goes. Raises UnknownBroadcast, and NotTheirNetwork."""
        async with self._engine.connect() as connection:
            actor.require(Act.FOLLOW, await networks_of(connection, broadcast))
            return await progress(connection, broadcast)

    async def stop(self, actor: Actor, broadcast: int) -> None:
        """Take it back: nobody is rung any more, and who is being spoken to hears that it is withdrawn.

        Raises UnknownBroadcast, NotTheirNetwork, and BroadcastOver when there is nothing left to stop.
        """
        async with self._engine.begin() as connection:
            await note_stop(connection, actor, broadcast)
        await self._ledger.expire()

    async def withdraw_code(self, actor: Actor, broadcast: int) -> None:
        """Nobody hears it by its code any more, and its calls go on.

        Raises UnknownBroadcast, NotTheirNetwork, and NoCode when there is none that works.
        """
        async with self._engine.begin() as connection:
            await withdraw_code(connection, actor, broadcast)

    async def _begin(self, connection: AsyncConnection, prepared: Prepared, now: datetime) -> Sent:
        from broadcast.alert.passes import keep_message, keep_passes  # noqa: PLC0415 - see above

        draft, policy = prepared.draft, self._policy
        code = await new_code(connection) if draft.answers is None else None
        await lock_members(connection, change=False)
        broadcast = Broadcast(
            state=BroadcastState.RUNNING,
            urgent=draft.urgent,
            code=code,
            request=prepared.request,
            started_by=prepared.actor.name,
            expires_at=expires_at(draft.urgent, now, policy),
            **follow_up_columns(draft),
        )
        session = AsyncSession(connection)
        session.add(broadcast)
        await session.flush()
        await keep_message(connection, broadcast.id, draft)
        await keep_passes(connection, broadcast.id, prepared.passes)
        if draft.report is not None:
            await note_what_it_led_to(connection, prepared.actor, draft.report, broadcast.id)
        enlisted = await enlist_meant(connection, self._ledger, prepared, broadcast.id, policy)
        before = min(enlisted.go_first, policy.window)
        for room in filter(None, (before, policy.window - before)):
            await self._ledger.open_window(connection, broadcast.id, room)
        listeners = enlisted.audience
        return Sent(
            broadcast=broadcast.id,
            recipients=listeners.members,
            unwritten=enlisted.unwritten,
            without_number=listeners.without_number,
            only_dead_numbers=await only_dead_numbers(connection, enlisted.networks),
            passes=prepared.seconds,
            other_language=listeners.without_language(draft.languages),
            expires_at=broadcast.expires_at,
            code=code,
            outlook=await outlook(connection, prepared.networks, urgent=draft.urgent, without=broadcast.id),
        )
