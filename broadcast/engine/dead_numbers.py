"""Tells dead numbers from the outcomes of a closed alert, and finds members who have no other number."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Integer, String, any_, bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.policy import BroadcastPolicy
from broadcast.rules.dead_numbers import MEANWHILE, TELEPHONE, Said, after_alert, is_believed
from broadcast.states import Outcome
from broadcast.tables import Attempt, Broadcast
from directory.dead_numbers import LOCKING_ORDER
from directory.tables import Member, Membership, Number

_AT_ONCE = 5000
"""How many numbers are read, judged and written together."""
_IN_NEAR = any_(bindparam("near", type_=ARRAY(Integer)))
_WAS_REAL = Attempt.simulated.is_(False)
_NEAR = select(Broadcast.id).where(
    or_(Broadcast.closed_at.is_(None), Broadcast.closed_at >= bindparam("since"))
)
_minute = func.date_trunc("minute", Attempt.ended_at)
_GOT_THROUGH = (
    select(Attempt.node, _minute)
    .where(Attempt.broadcast_id == _IN_NEAR, _WAS_REAL, Attempt.outcome.in_(TELEPHONE))
    .distinct()
    .order_by(Attempt.node, _minute)
)
_Another = aliased(Attempt)
_FOUND_DEAD = select(Attempt.e164, Attempt.node, Attempt.ended_at).where(
    Attempt.broadcast_id == bindparam("broadcast"),
    _WAS_REAL,
    Attempt.outcome == Outcome.DEAD_NUMBER,
    ~exists().where(
        _Another.broadcast_id == _IN_NEAR,
        _Another.e164 == Attempt.e164,
        _Another.outcome.in_(TELEPHONE),
    ),
)
_KNOWN = (
    select(Number.id, Number.said_dead_since, Number.said_dead_at, Number.dead_since)
    .where(Number.e164 == any_(bindparam("e164s", type_=ARRAY(String))))
    .order_by(*LOCKING_ORDER)
    .with_for_update()
)
_NOTE = (
    update(Number)
    .where(Number.id == any_(bindparam("numbers", type_=ARRAY(Integer))))
    .values(
        said_dead_since=bindparam("since"), said_dead_at=bindparam("at"), dead_since=bindparam("dead_since")
    )
)
_HAVE_DEAD_NUMBER = (
    select(Number.member_id)
    .where(Number.dead_since.is_not(None), Number.said_dead_at.is_not(None))
    .distinct()
)
_ONLY_DEAD = (
    select(Member.name)
    .where(
        Member.left_on.is_(None),
        exists().where(
            Membership.member_id == Member.id,
            Membership.network_id == any_(bindparam("networks", type_=ARRAY(Integer))),
        ),
        Member.id == any_(bindparam("members", type_=ARRAY(Integer))),
        ~exists().where(Number.member_id == Member.id, Number.dead_since.is_(None)),
    )
    .order_by(Member.name, Member.id)
)


async def classify_numbers(connection: AsyncConnection, broadcast: int, policy: BroadcastPolicy) -> None:
    """Note which numbers this broadcast found not to exist; it has just been closed in this transaction.

    Broadcasts of the same hour also tell when calls got through and which numbers have a telephone. Calls
    through a simulated trunk tell nothing: there, every real number does not exist.
    """
    times = select(Broadcast.created_at, Broadcast.closed_at).where(Broadcast.id == broadcast)
    began, over = (await connection.execute(times)).one()
    assert over is not None
    near = list(await connection.scalars(_NEAR, {"since": began - MEANWHILE}))
    got_through = await _moments(connection, near)
    if not got_through:
        return
    found = await connection.execute(_FOUND_DEAD, {"broadcast": broadcast, "near": near})
    believed = sorted(
        {
            e164
            for e164, node, at in found
            if node is not None and at is not None and is_believed(at, got_through.get(node, ()))
        }
    )
    for start in range(0, len(believed), _AT_ONCE):
        rows = await connection.execute(_KNOWN, {"e164s": believed[start : start + _AT_ONCE]})
        judged: dict[Said, list[int]] = defaultdict(list)
        for number, since, at, dead_since in rows:
            known = Said(since, at, dead_since) if since and at else None
            judged[after_alert(known, began=began, over=over, policy=policy)].append(number)
        for said, numbers in judged.items():
            told = {"since": said.since, "at": said.at, "dead_since": said.dead_since}
            await connection.execute(_NOTE, told | {"numbers": numbers})


async def only_dead_numbers(connection: AsyncConnection, networks: Sequence[int]) -> list[str]:
    """The names of members of these networks who have numbers, all of them dead, tried again or not."""
    have_dead = list(await connection.scalars(_HAVE_DEAD_NUMBER))
    # Apart: of a table that has just filled PostgreSQL believes that nearly everybody has one.
    asked = {"networks": list(networks), "members": have_dead}
    return list(await connection.scalars(_ONLY_DEAD, asked)) if have_dead else []


async def _moments(connection: AsyncConnection, near: Sequence[int]) -> Mapping[str, Sequence[datetime]]:
    """The minutes in which calls of these broadcasts got through, by node; a node has one trunk."""
    moments: dict[str, list[datetime]] = defaultdict(list)
    for node, minute in await connection.execute(_GOT_THROUGH, {"near": near}):
        moments[node].append(minute)
    return moments
