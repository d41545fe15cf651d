"""Who hears a follow-up, written as rows: at once, and of those whom the first is not done with yet, later.

The rule says who joins (`rules.follow_ups`); the condition here is made of its answers, and is no second one.
"""

from collections.abc import Sequence

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    case,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import aliased

from broadcast.draft import FollowUp
from broadcast.ledger.enlisting import note_addition
from broadcast.rules.follow_ups import GOT_IT, Joins, goes_first, joins, standings
from broadcast.rules.retry import CONSEQUENCES, VOICEMAILS
from broadcast.states import FollowUpKind, Result, Whom
from broadcast.tables import Attempt, Broadcast, Pass, Recipient, RecipientNumber
from directory.dead_numbers import is_called
from directory.tables import Member, Number

_HEARD_THERE = [one for one, row in CONSEQUENCES.items() if row.result in GOT_IT and one not in VOICEMAILS]
"""How calls end at a number at which somebody heard the alert."""
_Earlier, _Joined = aliased(Recipient), aliased(Recipient)


async def languages_of_first(session: AsyncSession, first: int) -> dict[int, set[str]]:
    """The languages in which the first was spoken, by network: whoever joins has one of these."""
    found: dict[int, set[str]] = {}
    for network, language in await session.execute(
        select(Pass.network_id, Pass.language).where(Pass.broadcast_id == first)
    ):
        found.setdefault(network, set()).add(language)
    return found


def is_joining(follow_up: FollowUp, broadcast: int | None = None) -> ColumnElement[bool]:
    """Of a recipient of the first: they join now, and have not left. `broadcast` is the follow-up's own."""
    in_call = Recipient.id.in_(
        select(RecipientNumber.recipient_id)
        .join(
            Attempt,
            (Attempt.broadcast_id == RecipientNumber.broadcast_id) & (Attempt.e164 == RecipientNumber.e164),
        )
        .where(Attempt.broadcast_id == follow_up.first, Attempt.state == literal_column("'dialling'"))
    )
    own = select(func.min(_Joined.id)).where(_Joined.broadcast_id == broadcast).scalar_subquery()
    came_later = false() if broadcast is None else func.coalesce(Recipient.id > own, false())
    now = [
        (one.result, one.is_final, one.is_in_call, one.came_later)
        for one in standings()
        if joins(follow_up.kind, follow_up.whom, one) is Joins.NOW
    ]
    standing = tuple_(
        Recipient.result,
        Recipient.state == literal_column("'final'"),
        in_call,
        came_later,
        types=[String(), Boolean(), Boolean(), Boolean()],
    )
    has_left = exists().where(Member.id == Recipient.member_id, Member.left_on.is_not(None))
    return (Recipient.broadcast_id == follow_up.first) & standing.in_(now) & ~has_left


async def join(connection: AsyncConnection, broadcast: int, follow_up: FollowUp, *, dead_again: float) -> int:
    """Write those who join it now and have not yet, who goes first first; returns how many.

    One statement, however many they are. Calls of the follow-up may be up meanwhile.
    """
    last = await connection.scalar(select(func.max(Recipient.id))) or 0
    joining = _joining(broadcast, follow_up, is_joining(follow_up, broadcast), dead_again)
    written = await connection.scalar(joining) or 0
    if written:
        await note_addition(connection, broadcast, since=last + 1)
    return written


def _joining(
    broadcast: int, follow_up: FollowUp, which: ColumnElement[bool], dead_again: float
) -> Select[int]:
    """Writes them, and tells how many they are.

    Their numbers come in their order, but first those at which they got what they follow.
    """
    is_spoken = exists().where(
        Pass.broadcast_id == broadcast,
        Pass.network_id == Recipient.network_id,
        Pass.language == Recipient.language,
    )
    has_joined = exists().where(_Joined.broadcast_id == broadcast, _Joined.member_id == Recipient.member_id)
    before = [result for result in Result if goes_first(follow_up.kind, result)]
    people = (
        select(literal(broadcast), Recipient.member_id, Recipient.network_id, Recipient.language)
        .where(which, is_spoken, ~has_joined)
        .order_by(case((Recipient.result.in_(before), 0), else_=1), Recipient.id)
    )
    joined = (
        upsert(Recipient)
        .from_select(["broadcast_id", "member_id", "network_id", "language"], people)
        .on_conflict_do_nothing(index_elements=[Recipient.broadcast_id, Recipient.member_id])
        .returning(Recipient.id, Recipient.member_id)
        .cte("joined")
    )
    heard_there, kept_there = (
        exists().where(
            Attempt.broadcast_id == follow_up.first,
            Attempt.e164 == Number.e164,
            Attempt.outcome.in_(outcomes),
        )
        for outcomes in (_HEARD_THERE, VOICEMAILS)
    )
    in_turn = func.row_number().over(
        partition_by=joined.c.id,
        order_by=(case((heard_there, 0), (kept_there, 1), else_=2), Number.position, Number.id),
    )
    is_owed = kept_there if follow_up.kind is FollowUpKind.CORRECTION else false()
    numbers = (
        select(joined.c.id, in_turn, literal(broadcast), Number.e164, is_owed)
        .join(Number, Number.member_id == joined.c.member_id)
        .where(is_called(dead_again))
    )
    columns = ["recipient_id", "position", "broadcast_id", "e164", "is_owed"]
    numbered = insert(RecipientNumber).from_select(columns, numbers).cte("numbered")
    return select(func.count()).select_from(joined).add_cte(numbered)


async def who_go_first(connection: AsyncConnection, broadcast: int, follow_up: FollowUp) -> int:
    """How many of its recipients are called before the others: they were written first."""
    results: Sequence[Result] = [one for one in Result if goes_first(follow_up.kind, one)]
    if not results:
        return 0
    counted = (
        select(func.count())
        .select_from(Recipient)
        .join(_Earlier, _Earlier.member_id == Recipient.member_id)
        .where(
            Recipient.broadcast_id == broadcast,
            _Earlier.broadcast_id == follow_up.first,
            _Earlier.result.in_(results),
        )
    )
    return await connection.scalar(counted) or 0


async def follow_up_of(connection: AsyncConnection, broadcast: int) -> FollowUp | None:
    """What it follows; None for one that follows nothing."""
    found = select(Broadcast.follows, Broadcast.kind, Broadcast.whom).where(
        Broadcast.id == broadcast, Broadcast.follows.is_not(None)
    )
    row = (await connection.execute(found)).one_or_none()
    return None if row is None else FollowUp(row.follows, FollowUpKind(row.kind), Whom(row.whom))
