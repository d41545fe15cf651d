"""An alert with all that follows it: which broadcasts belong together, and what people got of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.states import FollowUpKind, Result, Whom
from broadcast.tables import Broadcast, Recipient

_Own = aliased(Recipient)


@dataclass(frozen=True, slots=True)
class InThread:
    """One broadcast of those that belong together."""

    broadcast: int
    follows: int | None
    kind: FollowUpKind | None
    """None for the one that follows nothing."""
    whom: Whom | None
    started_at: datetime
    replaced_by: int | None

    @property
    def words(self) -> str:
        """As people read it: its kind and its number."""
        return f"{self.kind or 'broadcast'} {self.broadcast}"


async def thread_of(connection: AsyncConnection, broadcast: int) -> Sequence[InThread]:
    """All that it follows and all that follows it, itself among them, oldest first."""
    own = select(Broadcast.id, Broadcast.follows).where(Broadcast.id == broadcast)
    linked = own.cte("linked", recursive=True)
    near = select(Broadcast.id, Broadcast.follows).join(
        linked, or_(Broadcast.id == linked.c.follows, Broadcast.follows == linked.c.id)
    )
    linked = linked.union(near)
    found = await connection.execute(
        select(
            Broadcast.id,
            Broadcast.follows,
            Broadcast.kind,
            Broadcast.whom,
            Broadcast.created_at,
            Broadcast.replaced_by,
        )
        .join(linked, linked.c.id == Broadcast.id)
        .order_by(Broadcast.id)
    )
    return [
        InThread(
            id_,
            follows,
            FollowUpKind(kind) if kind else None,
            Whom(whom) if whom else None,
            started_at,
            replaced_by,
        )
        for id_, follows, kind, whom, started_at, replaced_by in found
    ]


async def got_of_others(
    connection: AsyncConnection, broadcast: int, others: Sequence[int]
) -> Mapping[int, Mapping[int, Result]]:
    """What each recipient of this broadcast got of those others so far, by recipient and broadcast."""
    found: dict[int, dict[int, Result]] = defaultdict(dict)
    if others:
        for recipient, other, result in await connection.execute(
            select(_Own.id, Recipient.broadcast_id, Recipient.result)
            .join(Recipient, Recipient.member_id == _Own.member_id)
            .where(_Own.broadcast_id == broadcast, Recipient.broadcast_id.in_(others))
        ):
            found[recipient][other] = Result(result)
    return found
