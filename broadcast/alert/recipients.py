"""Who must hear a broadcast, written set by set: a million recipients are two statements, not a loop."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, Integer, bindparam, exists, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.tables import Recipient, RecipientNumber
from directory.dead_numbers import is_called
from directory.tables import Member, Membership, Number


@dataclass(frozen=True, slots=True)
class Enlisted:
    recipients: int
    without_number: int
    other_language: int


async def enlist(
    connection: AsyncConnection,
    broadcast: int,
    networks: Sequence[int],
    languages: Sequence[str],
    *,
    dead_again: float,
) -> Enlisted:
    """Write each member once, addressed by the first of these networks they are in, with their numbers.

    Dead numbers are left out, but for those that were last found dead `dead_again` seconds ago or longer.
    `languages` are those the text exists in.
    """
    order = func.array_position(
        bindparam("order", list(networks), type_=ARRAY(Integer)), Membership.network_id
    )
    members = (
        select(literal(broadcast).label("broadcast_id"), Member.id, Membership.network_id, Member.language)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.network_id.in_(networks), Member.left_on.is_(None))
        .ext(distinct_on(Member.id))
        .order_by(Member.id, order)
    )
    await connection.execute(
        insert(Recipient).from_select(["broadcast_id", "member_id", "network_id", "language"], members)
    )
    numbers = (
        select(Recipient.id, Number.position, Recipient.broadcast_id, Number.e164)
        .join(Number, Number.member_id == Recipient.member_id)
        .where(Recipient.broadcast_id == broadcast, is_called(dead_again))
    )
    await connection.execute(
        insert(RecipientNumber).from_select(["recipient_id", "position", "broadcast_id", "e164"], numbers)
    )
    # Until it knows how many there are, PostgreSQL reads these tables from end to end for one call.
    await connection.execute(text("ANALYZE recipient, recipient_number"))
    recipients, without, other = (
        await connection.execute(
            select(
                func.count(),
                func.count().filter(~exists().where(RecipientNumber.recipient_id == Recipient.id)),
                func.count().filter(Recipient.language.not_in(languages)),
            ).where(Recipient.broadcast_id == broadcast)
        )
    ).one()
    return Enlisted(recipients, without, other)
