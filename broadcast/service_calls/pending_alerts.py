"""Alerts by phone that the officer's registered number releases: written down, and when it is rung."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.audio.kept_sounds import forget_sound
from broadcast.draft import Draft, SpokenMessage
from broadcast.ledger.open_calls import is_open
from broadcast.pending_alert_tables import PendingAlert, ReleaseCall, ReleaseOutcome
from broadcast.rules.floods import DAY, Limit
from broadcast.rules.own_calls import Persistence, Step, next_step
from broadcast.service_calls import own_calls
from broadcast.tables import Broadcast
from directory.tables import Network, Officer

log = logging.getLogger(__name__)

HANGS_UP_WITHIN = timedelta(seconds=60)
"""Of being told to, also when the line dies in that moment and nobody sees it."""
SETTLED_BY = frozenset({ReleaseOutcome.SENT, ReleaseOutcome.FAILED, ReleaseOutcome.KEPT})


@dataclass(frozen=True, slots=True)
class ReleaseRing:
    """A call that is written down: to the officer who spoke this alert."""

    id: UUID
    request: UUID


RINGS = select(ReleaseCall.id, ReleaseCall.request)


async def keep(connection: AsyncConnection, request: UUID, officer: int, draft: Draft, *, a_day: int) -> bool:
    """An officer is to be called back about this alert, which was recorded; kept once, though asked twice.

    False when so many of a day were not released at that number: whoever knows a PIN must not have a stranger
    rung whose number was registered by mistake.
    """
    assert draft.recording is not None
    now = await own_calls.now(connection)
    await connection.execute(delete(PendingAlert).where(PendingAlert.asked_at <= now - DAY))
    number = select(Officer.e164).where(Officer.id == officer).scalar_subquery()
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(number), 2)))
    is_sent = exists().where(
        ReleaseCall.request == PendingAlert.request, ReleaseCall.outcome == ReleaseOutcome.SENT
    )
    in_vain = (
        select(PendingAlert.asked_at)
        .join(Officer, Officer.id == PendingAlert.officer_id)
        .where(Officer.e164 == number, PendingAlert.request != request, ~is_sent)
    )
    if not Limit(a_day, DAY).allows(await connection.scalars(in_vain), now=now):
        return False
    kept = upsert(PendingAlert).values(
        request=request,
        officer_id=officer,
        networks=list(draft.networks),
        urgent=draft.urgent,
        language=draft.recording.language,
        audio=draft.recording.audio,
        due_at=now + HANGS_UP_WITHIN,
    )
    await connection.execute(kept.on_conflict_do_nothing())
    return True


async def allow_ring(connection: AsyncConnection, request: UUID) -> None:
    """The officer has hung up."""
    await connection.execute(
        update(PendingAlert)
        .where(PendingAlert.request == request, PendingAlert.due_at > func.clock_timestamp())
        .values(due_at=func.clock_timestamp())
    )


async def take(
    connection: AsyncConnection, node: str, *, ring: float, rounds: int, within: float
) -> ReleaseRing | None:
    """The next call that has to be placed, ours once this is committed; None when there is none.

    An officer who is in another call of ours is waited for, `within` so many seconds. What nobody waits for
    any more is forgotten.
    """
    now, persistence = await own_calls.now(connection), Persistence(rounds, settled_by=SETTLED_BY)
    waiting = (await connection.execute(_WAITING)).all()
    calls = await own_calls.placed(
        connection, ReleaseCall, ReleaseCall.request, [one.request for one in waiting]
    )
    for one in waiting:
        placed = calls.get(one.request, ())
        step = next_step(placed, persistence, now=now)
        is_up = any(call.ended_at is None for call in placed)
        is_late = one.asked_at <= now - timedelta(seconds=within)
        if step is Step.DONE or ((is_late or one.is_sent) and not is_up):
            await _forget(connection, one.request, one.audio, is_sent=one.is_sent)
        elif step is Step.CALL and one.due_at <= now and not one.is_open:
            written = await own_calls.write_ahead(
                connection, ReleaseCall, one.e164, ring=ring, request=one.request, node=node
            )
            return ReleaseRing(written, one.request) if written else None
    return None


_WAITING = (
    select(
        PendingAlert.request,
        PendingAlert.audio,
        PendingAlert.asked_at,
        PendingAlert.due_at,
        Officer.e164,
        is_open(Officer.e164).label("is_open"),
        exists().where(Broadcast.request == PendingAlert.request).label("is_sent"),
    )
    .join(Officer, Officer.id == PendingAlert.officer_id)
    .where(PendingAlert.audio.is_not(None))
    .order_by(PendingAlert.asked_at)
)


async def _forget(connection: AsyncConnection, request: UUID, audio: str, *, is_sent: bool) -> None:
    """Nothing stays of what was said but what an alert needs."""
    await connection.execute(update(PendingAlert).where(PendingAlert.request == request).values(audio=None))
    await forget_sound(connection, audio)
    if not is_sent:
        log.warning("An alert by phone was not released by a call to the officer's number.")


@dataclass(frozen=True, slots=True)
class Pending:
    """An alert that may be released."""

    officer: int
    networks: Sequence[str]
    """By slug."""
    urgent: bool
    recording: SpokenMessage
    names: Sequence[str]
    """Of the networks."""
    is_sent: bool
    """It has been released before, of which the officer may not have heard."""


async def pending(connection: AsyncConnection, request: UUID) -> Pending:
    """The alert of this request, which has a call that is under way."""
    found = select(
        PendingAlert.officer_id,
        PendingAlert.networks,
        PendingAlert.urgent,
        PendingAlert.language,
        PendingAlert.audio,
        exists().where(Broadcast.request == PendingAlert.request).label("is_sent"),
    ).where(PendingAlert.request == request)
    one = (await connection.execute(found)).one()
    names = await connection.execute(select(Network.slug, Network.name).where(Network.slug.in_(one.networks)))
    by_slug = dict(names.all())
    return Pending(
        one.officer_id,
        one.networks,
        one.urgent,
        SpokenMessage(one.audio, one.language),
        [by_slug[slug] for slug in one.networks if slug in by_slug],
        one.is_sent,
    )


class ReleaseBook(own_calls.Book[ReleaseRing]):
    """Calls to officers who spoke an alert, as the nodes place them."""

    table = ReleaseCall
    calls = RINGS
    written = ReleaseRing
    nothing = ReleaseOutcome.UNANSWERED

    def __init__(self, *, ring: float, rounds: int, within: float) -> None:
        """Seconds for which it rings, how often, and seconds after the asking in which that may be."""
        self._ring, self._rounds, self._within = ring, rounds, within

    def may_be_due(self) -> ColumnElement[bool]:
        return exists().where(PendingAlert.audio.is_not(None))

    async def take(self, connection: AsyncConnection, node: str) -> ReleaseRing | None:
        return await take(connection, node, ring=self._ring, rounds=self._rounds, within=self._within)
