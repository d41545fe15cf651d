"""Which broadcasts there were, with what came of each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import CompoundSelect, case, exists, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.states import BroadcastState, FollowUpKind, RecipientState, Result
from broadcast.tables import Broadcast, Enlistment, Pass, Recipient
from directory.tables import Network


async def networks_of(connection: AsyncConnection, broadcast: int) -> list[str]:
    """The short names of the networks that it went to, as they were added."""
    went_to = exists().where(Pass.network_id == Network.id, Pass.broadcast_id == broadcast)
    return list(await connection.scalars(select(Network.slug).where(went_to).order_by(Network.id)))


@dataclass(slots=True)
class Standings:
    """How many recipients of a broadcast stand how."""

    results: dict[Result, int] = field(default_factory=lambda: defaultdict(int))
    """Those with a final result."""
    to_go: int = 0
    """Those without one."""
    unwritten: int = 0
    """Those of them who are still to be written."""

    @property
    def recipients(self) -> int:
        return sum(self.results.values()) + self.to_go


async def standings(connection: AsyncConnection, broadcasts: Sequence[int]) -> Mapping[int, Standings]:
    """Of these broadcasts, in one statement: meanwhile recipients may be written."""
    written = (
        select(Recipient.broadcast_id, Recipient.state, Recipient.result, func.count())
        .where(Recipient.broadcast_id.in_(broadcasts))
        .group_by(Recipient.broadcast_id, Recipient.state, Recipient.result)
    )
    unwritten = select(Enlistment.broadcast_id, literal(""), literal(""), Enlistment.unwritten).where(
        Enlistment.broadcast_id.in_(broadcasts)
    )
    counted: CompoundSelect[int, str, str, int] = union_all(written, unwritten)
    found: dict[int, Standings] = defaultdict(Standings)
    for broadcast, state, result, count in await connection.execute(counted):
        of = found[broadcast]
        if state == RecipientState.FINAL:
            of.results[Result(result)] += count
            continue
        of.to_go += count
        of.unwritten += 0 if state else count
    return found


@dataclass(frozen=True, slots=True)
class Steered:
    """How officers hold an alert back; once it is over, nothing of that counts any more."""

    paused_at: datetime | None
    """Since then nothing new is dialled."""
    paused_by: str | None
    calls_per_second: float | None
    """How many of its calls may begin in a second; None = as the trunks allow."""
    most_lines: int | None
    """How many of them may be up; None = as the trunks allow."""


STEERED = tuple(
    case((Broadcast.state == BroadcastState.RUNNING, column))
    for column in (
        Broadcast.paused_at,
        Broadcast.paused_by,
        Broadcast.calls_per_second,
        Broadcast.most_lines,
    )
)
"""The columns of `Steered`, in its order."""


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
    replaced_by: int | None
    """What is said in its place."""
    follows: int | None
    kind: FollowUpKind | None
    """What kind of follow-up it is, or an answer; None for one that follows nothing."""
    code_withdrawn_at: datetime | None
    """An officer took back its code; its calls go on."""
    expires_at: datetime
    steered: Steered
    recipients: int
    results: Mapping[Result, int]
    """Recipients with a final result."""
    to_go: int
    unwritten: int
    """Those of them who are still to be written."""


async def broadcasts(
    connection: AsyncConnection, *, newest: int, networks: Collection[str] | None = None
) -> list[Listed]:
    """The newest so many, newest first; with `networks` only those that went to these and to no others."""
    asked = select(Broadcast.__table__, *STEERED)
    if networks is not None:
        went_to = exists().where(Pass.broadcast_id == Broadcast.id, Pass.network_id == Network.id)
        asked = asked.where(~went_to.where(Network.slug.not_in(networks)))
    found = (await connection.execute(asked.order_by(Broadcast.id.desc()).limit(newest))).all()
    numbers = [one.id for one in found]
    theirs: dict[int, list[str]] = defaultdict(list)
    for number, slug in await connection.execute(
        select(Pass.broadcast_id, Network.slug)
        .join(Network, Network.id == Pass.network_id)
        .where(Pass.broadcast_id.in_(numbers))
        .distinct()
        .order_by(Pass.broadcast_id, Network.slug)
    ):
        theirs[number].append(slug)
    standing = await standings(connection, numbers)
    return [
        Listed(
            broadcast=one.id,
            started_at=one.created_at,
            by=one.started_by,
            urgent=one.urgent,
            networks=theirs[one.id],
            state=BroadcastState(one.state),
            stopped_at=one.stopped_at,
            replaced_by=one.replaced_by,
            follows=one.follows,
            kind=FollowUpKind(one.kind) if one.kind else None,
            code_withdrawn_at=one.code_withdrawn_at,
            expires_at=one.expires_at,
            steered=Steered(*one[-len(STEERED) :]),
            recipients=standing[one.id].recipients,
            results=standing[one.id].results,
            to_go=standing[one.id].to_go,
            unwritten=standing[one.id].unwritten,
        )
        for one in found
    ]
