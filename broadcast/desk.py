"""What officers do: send an alert, and stop it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from broadcast.alert_from_report import note_what_it_led_to
from broadcast.callback import new_code
from broadcast.draft import Draft, check_draft, check_name
from broadcast.enlist import enlist
from broadcast.errors import MembersChanged, NobodyToCall, NotAllowed
from broadcast.ledger import Ledger
from broadcast.policy import BroadcastPolicy
from broadcast.rules.expiry import expires_at
from broadcast.rules.hours import HeldUntil, may_send_now
from broadcast.sharing import lock_members
from broadcast.speaking import RenderedPass, Speaker, keep_message, keep_passes
from broadcast.states import BroadcastState
from broadcast.stopping import note_stop
from broadcast.tables import Broadcast, Pass, Recipient
from directory.registry import network
from directory.tables import Member, Membership, Network
from prompts.voice import Voice

BRUSSELS = ZoneInfo("Europe/Brussels")


@dataclass(frozen=True, slots=True)
class Sent:
    """A broadcast that has begun."""

    broadcast: int
    recipients: int
    without_number: int
    passes: Mapping[str, float]
    """Seconds of audio by language, the longest where networks differ."""
    other_language: int
    """Recipients who hear the text in a language that is not theirs."""
    expires_at: datetime
    code: str
    """With it somebody can hear the alert who calls from a number that is not known."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An alert whose every word is spoken, and of which nothing is written."""

    draft: Draft
    networks: Sequence[int]
    passes: Sequence[RenderedPass]
    request: UUID = field(default_factory=uuid4)
    """Two broadcasts of one request there are never."""

    @property
    def seconds(self) -> Mapping[str, float]:
        """How long a pass lasts, by language; the longest where networks differ."""
        longest: dict[str, float] = {}
        for one in self.passes:
            longest[one.language] = max(longest.get(one.language, 0.0), round(one.seconds, 2))
        return longest


class Desk:
    def __init__(
        self, engine: AsyncEngine, ledger: Ledger, voice: Voice, policy: BroadcastPolicy, *, zone: str
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._speaker = Speaker(voice, policy, zone=zone)
        self._policy = policy

    async def send(self, draft: Draft, *, now: datetime | None = None) -> Sent:
        """Begin to ring every member of these networks; a draft that cannot be sent leaves nothing behind.

        All audio is spoken first, then broadcast, recipients and their first calls are written in one
        transaction. Raises BroadcastError, DirectoryError or SpeechError, each one sentence.
        """
        return await self.begin(await self.prepare(draft, now=now), now=now)

    async def prepare(self, draft: Draft, *, now: datetime | None = None) -> Prepared:
        """Look whether this may be sent now, and speak it. Raises as `send` does."""
        check_draft(draft)
        async with AsyncSession(self._engine) as session:
            # By the clock that decides when it expires: the one of this machine may be wrong.
            now = now or (await session.scalars(select(func.clock_timestamp()))).one()
            networks = [await network(session, slug) for slug in dict.fromkeys(draft.networks)]
            for one in networks:
                check_allowed(one, urgent=draft.urgent, now=now)
            spoken = await _languages(session, networks)
            recorded = await self._speaker.recording_of(await session.connection(), draft)
        passes = [
            await self._speaker.render(one, language, draft, recorded)
            for one in networks
            for language in sorted(spoken[one.id])
        ]
        return Prepared(draft, [one.id for one in networks], passes)

    async def begin(self, prepared: Prepared, *, now: datetime | None = None) -> Sent:
        """Begin to ring: one transaction. Raises BroadcastError, MembersChanged among them."""
        async with self._engine.begin() as connection:
            now = now or (await connection.scalars(select(func.clock_timestamp()))).one()
            return await self._begin(connection, prepared, now)

    async def begun(self, prepared: Prepared) -> int | None:
        """The broadcast of it, for who got no answer from `begin`; None when it was not done."""
        async with self._engine.connect() as connection:
            found = select(Broadcast.id).where(Broadcast.request == prepared.request)
            return await connection.scalar(found)

    async def stop(self, broadcast: int, by: str) -> None:
        """Take it back: nobody is rung any more, and who is being spoken to hears that it is withdrawn.

        Raises UnknownBroadcast, and BroadcastOver when there is nothing left to stop.
        """
        check_name(by)
        async with self._engine.begin() as connection:
            await note_stop(connection, broadcast, by)
        await self._ledger.expire()

    async def _begin(self, connection: AsyncConnection, prepared: Prepared, now: datetime) -> Sent:
        draft, code = prepared.draft, await new_code(connection)
        await lock_members(connection, change=False)
        broadcast = Broadcast(
            state=BroadcastState.RUNNING,
            urgent=draft.urgent,
            code=code,
            request=prepared.request,
            started_by=draft.by,
            expires_at=expires_at(draft.urgent, now, self._policy),
        )
        session = AsyncSession(connection)
        session.add(broadcast)
        await session.flush()
        await keep_message(connection, broadcast.id, draft)
        await keep_passes(connection, broadcast.id, prepared.passes)
        if draft.report is not None:
            await note_what_it_led_to(connection, draft.report, broadcast.id, draft.by)
        counts = await enlist(connection, broadcast.id, prepared.networks, draft.languages)
        if counts.recipients == counts.without_number:
            raise NobodyToCall("No member of these networks has a number to call; add numbers first.")
        await _check_all_are_spoken_to(connection, broadcast.id)
        await self._ledger.open_window(connection, broadcast.id, self._policy.window)
        return Sent(
            broadcast=broadcast.id,
            recipients=counts.recipients,
            without_number=counts.without_number,
            passes=prepared.seconds,
            other_language=counts.other_language,
            expires_at=broadcast.expires_at,
            code=code,
        )


def check_allowed(one: Network, *, urgent: bool, now: datetime) -> None:
    """Raise NotAllowed for a network whose charter is not approved, or outside its hours."""
    if one.charter_approved_on is None or one.charter_approved_on > now.astimezone(BRUSSELS).date():
        raise NotAllowed(
            f"The charter of {one.name} is not approved yet, so it cannot be called; "
            "enter the approval first (buurtbel network approve)."
        )
    hours = may_send_now(urgent, one.hours_from, one.hours_until, now, BRUSSELS)
    if isinstance(hours, HeldUntil):
        raise NotAllowed(
            f"A message that is not urgent may ring {one.name} only between {one.hours_from:%H:%M} and "
            f"{one.hours_until:%H:%M}; send it after {hours.at.astimezone(BRUSSELS):%d/%m %H:%M}."
        )


async def _languages(session: AsyncSession, networks: Sequence[Network]) -> dict[int, set[str]]:
    """The languages of the members of each network."""
    rows = await session.execute(
        select(Membership.network_id, Member.language)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.network_id.in_([one.id for one in networks]), Member.left_on.is_(None))
        .distinct()
    )
    found: dict[int, set[str]] = {one.id: set() for one in networks}
    for network_id, language in rows:
        found[network_id].add(language)
    if not any(found.values()):
        raise NobodyToCall("These networks have no members yet; import a member list first.")
    return found


async def _check_all_are_spoken_to(connection: AsyncConnection, broadcast: int) -> None:
    """Raise MembersChanged for a recipient without a pass: such a call could never be placed."""
    spoken_to = exists().where(
        Pass.broadcast_id == Recipient.broadcast_id,
        Pass.network_id == Recipient.network_id,
        Pass.language == Recipient.language,
    )
    if await connection.scalar(select(exists().where(Recipient.broadcast_id == broadcast, ~spoken_to))):
        raise MembersChanged("The member list was changed just now; send the alert again.")
