"""Who must hear a broadcast, written set by set: the first when it begins, the others while phones ring.

The row of `Enlistment` says how far that came, so that nobody is lost who was still to be written when a
process died: any node goes on from there. Locks are taken in one order: that of members, the row, and last
that of the enlistment, which is held to commit and no longer. So whoever decides for those behind a number
(`locks`) sees all of a part or nothing of it, whenever they look.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ARRAY,
    Integer,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.ledger.locks import lock_enlistment, lock_members
from broadcast.policy import BroadcastPolicy
from broadcast.tables import Broadcast, Enlistment, Pass, Recipient, RecipientNumber
from directory.dead_numbers import is_called
from directory.tables import Member, Membership, Number

FROZEN_AFTER, WAITS_FOR = "10s", "3s"
"""For how long a node that freezes in the midst of a part holds its locks at most, and for how long it waits
for those of others, as of who brings a member list in."""
_BOUNDS = select(
    func.set_config("idle_in_transaction_session_timeout", FROZEN_AFTER, True),
    func.set_config("lock_timeout", WAITS_FOR, True),
)
_BY_INDEX = select(
    *(
        func.set_config(f"enable_{other_way}", "off", True)
        for other_way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin")
    )
)
"""Members are walked in their order. Of tables that have just filled PostgreSQL knows nothing yet, and would
gather and sort all who are left for every part."""
_ROW = select(Enlistment.networks, Enlistment.after, Enlistment.until, Enlistment.dead_again).where(
    Enlistment.broadcast_id == bindparam("of")
)


@dataclass(frozen=True, slots=True)
class _Written:
    """Some members, written at once."""

    found: int
    last: int
    """The id of the last of them."""
    written: int
    """How many of them had not been written before."""


async def begin_enlistment(
    connection: AsyncConnection,
    broadcast: int,
    networks: Sequence[int],
    members: int,
    policy: BroadcastPolicy,
) -> int:
    """Write the first recipients of a broadcast that is being begun in this transaction.

    These networks have so many `members`. Returns how many of them are left to `go_on_enlisting`.
    """
    whom = _members(broadcast, networks)
    part = await _write(connection, broadcast, whom, policy.enlist_at_once, policy.dead_again)
    await _analyse(connection)
    unwritten = members - part.written
    if part.found < policy.enlist_at_once or unwritten <= 0:
        return 0
    until = select(func.max(Member.id)).scalar_subquery()
    await connection.execute(
        insert(Enlistment).values(
            broadcast_id=broadcast,
            networks=networks,
            after=part.last,
            until=until,
            dead_again=policy.dead_again,
            unwritten=unwritten,
        )
    )
    return unwritten


async def go_on_enlisting(connection: AsyncConnection, broadcast: int, most: int) -> int:
    """Write the next part, so many at `most`, in a transaction of its own; returns of how many members it is.

    0 when all are written, or another node is at it. Raises OperationalError of LockNotAvailable.
    """
    row = await _locked(connection, broadcast, waits=False)
    if row is None:
        return 0
    part = await _write(connection, broadcast, _unwritten(broadcast, row), most, row.dead_again)
    if part.found == most:
        await _note(connection, broadcast, part.written, after=part.last)
    else:
        await connection.execute(delete(Enlistment).where(Enlistment.broadcast_id == broadcast))
        await _analyse(connection)
    await lock_enlistment(connection, broadcast)
    return part.found


async def enlist_more(
    connection: AsyncConnection,
    broadcast: int,
    networks: Sequence[int],
    streets: Collection[str],
    dead_again: float,
) -> tuple[int, int]:
    """Write the members of these networks who are no recipients yet, in a broadcast that is under way.

    `streets` are as members have them; without any it is everybody. The caller has locked the members and the
    broadcast, and every member has a pass. Returns how many were written, and how many of them have no
    number.
    """
    whom = _members(broadcast, networks)
    if streets:
        whom = whom.where(Member.street.in_(streets))
    # Of all broadcasts: whoever is written from here on has a higher one.
    last = await connection.scalar(select(func.max(Recipient.id))) or 0
    part = await _write(connection, broadcast, whom, None, dead_again)
    await note_addition(connection, broadcast, since=last + 1)
    without_number = select(func.count()).where(
        Recipient.broadcast_id == broadcast,
        Recipient.id > last,
        ~exists().where(RecipientNumber.recipient_id == Recipient.id),
    )
    counted = await connection.scalar(without_number) or 0
    await lock_enlistment(connection, broadcast)
    return part.written, counted


async def note_addition(connection: AsyncConnection, broadcast: int, *, since: int) -> None:
    """Note that recipients with this id or higher ones were written while calls were up.

    Who decided what follows such a call may not have seen them: each round looks whether they are forgotten.
    """
    grown = update(Broadcast).where(Broadcast.id == broadcast)
    await connection.execute(
        grown.values(additions=Broadcast.additions + 1, added_from=func.coalesce(Broadcast.added_from, since))
    )


async def enlist_caller(engine: AsyncEngine, broadcast: int, number: str) -> None:
    """Write those now who have this number and are still to be written: they need not wait for their turn."""
    async with engine.connect() as connection:
        if (await connection.execute(_ROW, {"of": broadcast})).one_or_none() is None:
            return
    async with engine.begin() as connection:
        row = await _locked(connection, broadcast, waits=True)
        if row is None:
            return
        has_it = exists().where(Number.member_id == Membership.member_id, Number.e164 == number)
        whom = _unwritten(broadcast, row).where(has_it)
        part = await _write(connection, broadcast, whom, None, row.dead_again)
        await _note(connection, broadcast, part.written, after=row.after)
        await lock_enlistment(connection, broadcast)


def _members(broadcast: int, networks: Sequence[int]) -> Select[int, int, str]:
    """The members of these networks, each once, with the pass they hear, in the order of their ids.

    They are addressed by the first of the networks they are in, in their language. Whose language has
    changed since the alert was spoken hears it in one that it was spoken in.
    """
    order = func.array_position(literal(list(networks), ARRAY(Integer)), Membership.network_id)
    return (
        select(Membership.member_id, Pass.network_id, Pass.language)
        .join(Member, Member.id == Membership.member_id)
        .join(Pass, (Pass.broadcast_id == broadcast) & (Pass.network_id == Membership.network_id))
        .where(Membership.network_id.in_(networks), Member.left_on.is_(None))
        .ext(distinct_on(Membership.member_id))
        .order_by(Membership.member_id, order, (Pass.language == Member.language).desc(), Pass.language)
    )


def _unwritten(broadcast: int, row: Row[list[int], int, int, float]) -> Select[int, int, str]:
    return _members(broadcast, row.networks).where(
        Membership.member_id > row.after, Membership.member_id <= row.until
    )


async def _write(
    connection: AsyncConnection,
    broadcast: int,
    whom: Select[int, int, str],
    most: int | None,
    dead_again: float,
) -> _Written:
    """Write so many of these members as recipients, with their numbers.

    Dead numbers are left out, but for those that were last found dead `dead_again` seconds ago or longer.
    """
    await connection.execute(_BY_INDEX)
    chosen = whom.limit(most).cte("chosen")
    written = (
        insert_once(Recipient)
        .from_select(
            ["broadcast_id", "member_id", "network_id", "language"], select(literal(broadcast), *chosen.c)
        )
        .on_conflict_do_nothing()
        .returning(Recipient.id, Recipient.member_id)
        .cte("written")
    )
    first, last = (select(end(chosen.c.member_id)).scalar_subquery() for end in (func.min, func.max))
    numbers = select(written.c.id, Number.position, literal(broadcast), Number.e164).where(
        Number.member_id == written.c.member_id,
        # Follows from the line before, which PostgreSQL does not see: it would read everybody's numbers.
        Number.member_id.between(first, last),
        is_called(dead_again),
    )
    numbered = (
        insert(RecipientNumber)
        .from_select(["recipient_id", "position", "broadcast_id", "e164"], numbers)
        .cte("numbered")
    )
    told = select(
        select(func.count()).select_from(chosen).scalar_subquery(),
        func.coalesce(last, 0),
        select(func.count()).select_from(written).scalar_subquery(),
    ).add_cte(numbered)
    return _Written(*(await connection.execute(told)).one())


async def _note(connection: AsyncConnection, broadcast: int, written: int, *, after: int) -> None:
    # Who joined in the moment of sending was perhaps not counted.
    left = func.greatest(Enlistment.unwritten - written, 0)
    await connection.execute(
        update(Enlistment).where(Enlistment.broadcast_id == broadcast).values(after=after, unwritten=left)
    )


async def _locked(
    connection: AsyncConnection, broadcast: int, *, waits: bool
) -> Row[list[int], int, int, float] | None:
    """How far it came, locked after the members.

    None when all are written, or when another node is at it and we do not wait for it.
    """
    await connection.execute(_BOUNDS)
    await lock_members(connection, change=False)
    its_row = _ROW.with_for_update(skip_locked=not waits)
    return (await connection.execute(its_row, {"of": broadcast})).one_or_none()


async def _analyse(connection: AsyncConnection) -> None:
    """Until it knows how many there are, PostgreSQL reads these tables from end to end for one call."""
    await connection.execute(text("ANALYZE recipient, recipient_number"))
