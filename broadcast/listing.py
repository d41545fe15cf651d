"""Which broadcasts there were, with what came of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.states import BroadcastState, RecipientState, Result
from broadcast.tables import Broadcast, Pass, Recipient
from directory.tables import Network


async def networks_of(connection: AsyncConnection, broadcast: int) -> list[str]:
    """The short names of the networks that it went to, as they were added."""
    went_to = exists().where(Pass.network_id == Network.id, Pass.broadcast_id == broadcast)
    return list(await connection.scalars(select(Network.slug).where(went_to).order_by(Network.id)))


@dataclass(frozen=True, slots=True)
class Listed:
    """One broadcast in the list."""

    broadcast: int
    started_at: datetime
    by: str
    urgent: bool
    networks: Sequence[str]
    """Short names."""
    state: BroadcastState
    stopped_at: datetime | None
    """An officer took it back."""
    code_withdrawn_at: datetime | None
    """An officer took back its code; its calls go on."""
    recipients: int
    results: Mapping[Result, int]
    """Recipients with a final result."""
    to_go: int


async def broadcasts(connection: AsyncConnection, *, newest: int) -> list[Listed]:
    """The newest so many, newest first."""
    found = (
        await connection.execute(select(Broadcast.__table__).order_by(Broadcast.id.desc()).limit(newest))
    ).all()
    numbers = [one.id for one in found]
    networks: dict[int, list[str]] = defaultdict(list)
    for number, slug in await connection.execute(
        select(Pass.broadcast_id, Network.slug)
        .join(Network, Network.id == Pass.network_id)
        .where(Pass.broadcast_id.in_(numbers))
        .distinct()
        .order_by(Pass.broadcast_id, Network.slug)
    ):
        networks[number].append(slug)
    results: dict[int, dict[Result, int]] = defaultdict(dict)
    to_go: dict[int, int] = defaultdict(int)
    for number, state, result, count in await connection.execute(
        select(Recipient.broadcast_id, Recipient.state, Recipient.result, func.count())
        .where(Recipient.broadcast_id.in_(numbers))
        .group_by(Recipient.broadcast_id, Recipient.state, Recipient.result)
    ):
        if state == RecipientState.FINAL:
            results[number][Result(result)] = count
        else:
            to_go[number] += count
    return [
        Listed(
            broadcast=one.id,
            started_at=one.created_at,
            by=one.started_by,
            urgent=one.urgent,
            networks=networks[one.id],
            state=BroadcastState(one.state),
            stopped_at=one.stopped_at,
            code_withdrawn_at=one.code_withdrawn_at,
            recipients=sum(results[one.id].values()) + to_go[one.id],
            results=results[one.id],
            to_go=to_go[one.id],
        )
        for one in found
    ]
