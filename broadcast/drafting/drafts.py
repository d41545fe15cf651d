"""What officers do with an alert that they write: keep it, let it count down, cancel that, throw it away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.drafting.tables import KeptDraft
from broadcast.errors import DraftBegun, UnknownDraft
from broadcast.listing import networks_of
from broadcast.responses.screen_inbox import may_read
from broadcast.states import FollowUpKind
from broadcast.tables import Broadcast
from directory.actor import Actor
from directory.acts import Act

LONGEST_STREET = 120
LONGEST_TEXT = 4000
"""Characters that are kept of what was typed; a text so long is refused when it is to be spoken."""


@dataclass(frozen=True, slots=True)
class WrittenAlert:
    """An alert as far as it is written."""

    street: str = ""
    networks: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    urgent: bool | None = None
    report: int | None = None
    """The report that it is made of."""
    follows: int | None = None
    kind: FollowUpKind | None = None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """It, as it is kept."""

    request: UUID
    written: WrittenAlert
    changed_at: datetime
    due_at: datetime | None
    not_begun_at: datetime | None
    now: datetime


async def keep(connection: AsyncConnection, actor: Actor, request: UUID, written: WrittenAlert) -> None:
    """Keep what was typed so far. Raises UnknownDraft when it is somebody else's, and DraftBegun."""
    await _check(connection, actor, written)
    if (broadcast := await _begun(connection, request)) is not None:
        raise DraftBegun(broadcast=broadcast)
    values = {
        "user_id": actor.id,
        "street": written.street[:LONGEST_STREET],
        "networks": list(written.networks),
        "texts": {language: text[:LONGEST_TEXT] for language, text in written.texts.items() if text.strip()},
        "urgent": written.urgent,
        "report_id": written.report,
        "follows": written.follows,
        "kind": written.kind,
        "not_begun_at": null(),
    }
    keeping = insert(KeptDraft).values(request=request, changed_at=func.clock_timestamp(), **values)
    # What is kept again as it is was not changed: a page that saves late keeps nobody from calling.
    is_other = or_(*(getattr(KeptDraft, one).is_distinct_from(keeping.excluded[one]) for one in values))
    kept = await connection.scalar(
        keeping.on_conflict_do_update(
            index_elements=[KeptDraft.request],
            set_=values
            | {"changed_at": case((is_other, func.clock_timestamp()), else_=KeptDraft.changed_at)},
            where=(KeptDraft.user_id == actor.id) & KeptDraft.due_at.is_(None),
        ).returning(KeptDraft.request)
    )
    if kept is None:
        raise await _why_not(connection, actor, request)


async def draft_of(connection: AsyncConnection, actor: Actor, request: UUID) -> DraftRow:
    """Theirs. Raises UnknownDraft, and DraftBegun once it is an alert."""
    actor.require(Act.SEND)
    found = await _rows(connection, KeptDraft.request == request, KeptDraft.user_id == actor.id)
    if (broadcast := await _begun(connection, request)) is not None:
        raise DraftBegun(broadcast=broadcast)
    if not found:
        raise UnknownDraft
    return found[0]


async def drafts_of(connection: AsyncConnection, actor: Actor) -> Sequence[DraftRow]:
    """All that they have not finished, the newest first."""
    actor.require(Act.SEND)
    return await _rows(connection, KeptDraft.user_id == actor.id)


async def throw_away(connection: AsyncConnection, actor: Actor, request: UUID) -> None:
    """Raises UnknownDraft, and DraftBegun while it counts down."""
    actor.require(Act.SEND)
    gone = await connection.execute(
        delete(KeptDraft).where(
            KeptDraft.request == request, KeptDraft.user_id == actor.id, KeptDraft.due_at.is_(None)
        )
    )
    if not gone.rowcount:
        raise await _why_not(connection, actor, request)


async def count_down(connection: AsyncConnection, actor: Actor, request: UUID, seconds: float) -> datetime:
    """It begins in so many seconds, unless it is cancelled; returns when. Asked twice, it begins once.

    Raises UnknownDraft and DraftBegun.
    """
    actor.require(Act.SEND)
    due = func.coalesce(KeptDraft.due_at, func.clock_timestamp() + timedelta(seconds=seconds))
    at: datetime | None = await connection.scalar(
        update(KeptDraft)
        .where(KeptDraft.request == request, KeptDraft.user_id == actor.id)
        .values(due_at=due, not_begun_at=null())
        .returning(KeptDraft.due_at)
    )
    if at is None:
        raise await _why_not(connection, actor, request)
    return at


async def cancel(connection: AsyncConnection, actor: Actor, request: UUID) -> None:
    """It does not begin, and is written on. Raises UnknownDraft, and DraftBegun when it is too late."""
    actor.require(Act.SEND)
    cancelled = await connection.execute(
        update(KeptDraft)
        .where(
            KeptDraft.request == request,
            KeptDraft.user_id == actor.id,
            KeptDraft.due_at.is_(None) | (KeptDraft.due_at > func.clock_timestamp()),
        )
        .values(due_at=null())
    )
    if not cancelled.rowcount:
        raise await _why_not(connection, actor, request)


async def _check(connection: AsyncConnection, actor: Actor, written: WrittenAlert) -> None:
    """Who may not send it need not write it."""
    if written.follows is not None:
        actor.require(Act.FOLLOW_UP, await networks_of(connection, written.follows))
        return
    if written.report is not None:
        await may_read(connection, actor, written.report)
    actor.require(Act.SEND, written.networks)


async def _rows(connection: AsyncConnection, *which: ColumnElement[bool]) -> list[DraftRow]:
    asked = select(KeptDraft.__table__, func.clock_timestamp().label("now")).where(*which)
    return [
        DraftRow(
            one.request,
            WrittenAlert(
                street=one.street,
                networks=one.networks,
                texts=one.texts,
                urgent=one.urgent,
                report=one.report_id,
                follows=one.follows,
                kind=FollowUpKind(one.kind) if one.kind else None,
            ),
            one.changed_at,
            one.due_at,
            one.not_begun_at,
            one.now,
        )
        for one in await connection.execute(asked.order_by(KeptDraft.changed_at.desc()))
    ]


async def _begun(connection: AsyncConnection, request: UUID) -> int | None:
    found: int | None = await connection.scalar(select(Broadcast.id).where(Broadcast.request == request))
    return found


async def _why_not(connection: AsyncConnection, actor: Actor, request: UUID) -> DraftBegun | UnknownDraft:
    broadcast = await _begun(connection, request)
    theirs = select(KeptDraft.due_at).where(KeptDraft.request == request, KeptDraft.user_id == actor.id)
    if broadcast is not None or await connection.scalar(theirs) is not None:
        return DraftBegun(broadcast=broadcast)
    return UnknownDraft()
