"""A person is erased: what tells of them goes, what counts them stays, and the journal stays whole."""

from collections.abc import Collection, Sequence

from sqlalchemy import Date, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.duty_tables import DutyCall
from broadcast.errors import BeingCalled
from broadcast.leave_tables import LeaveWish
from broadcast.ledger.afterwards.clearing import clear_calls_of_members, is_being_called
from broadcast.retention.sounds import forget_said, forget_those
from broadcast.states import BroadcastState
from broadcast.tables import Broadcast, BroadcastRecording, MemberReport, OpenCall, Recipient, RecipientNumber
from broadcast.trial_tables import TrialOrder
from directory.registry import ZONE
from directory.tables import Lockout, Member, Membership, Number
from prompts.languages import DEFAULT_LANGUAGE

NO_ONE = ""
"""The name of a person who was erased."""


async def erase(connection: AsyncConnection, members: Collection[int], time_zone: str = ZONE) -> None:
    """Erase these members, in the caller's transaction, who has made sure that it may be and journals it.

    Their rows stay without anything in them, for the results that count them. What they share with somebody
    else, as a telephone, stays as far as it is the other's. Raises BeingCalled, and then nothing is written.
    """
    numbers = await _numbers_of_nobody_else(connection, members)
    reports = await _reports(connection, members, numbers)
    await _check_is_over(connection, members, numbers, reports)
    await clear_calls_of_members(connection, members)
    await _erase_reports(connection, reports)
    await _erase_numbers(connection, numbers)
    await connection.execute(delete(Number).where(Number.member_id.in_(members)))
    await connection.execute(delete(Membership).where(Membership.member_id.in_(members)))
    await connection.execute(
        update(Member)
        .where(Member.id.in_(members))
        .values(
            name=NO_ONE,
            street="",
            house_number="",
            language=DEFAULT_LANGUAGE,
            erased_at=func.now(),
            left_on=func.coalesce(Member.left_on, func.timezone(time_zone, func.now()).cast(Date)),
        )
    )


async def _numbers_of_nobody_else(connection: AsyncConnection, members: Collection[int]) -> Sequence[str]:
    """Numbers that they have, or were called at, and that no other member has."""
    theirs = select(Number.e164).where(Number.member_id.in_(members))
    called = (
        select(RecipientNumber.e164)
        .join(Recipient, Recipient.id == RecipientNumber.recipient_id)
        .where(Recipient.member_id.in_(members))
    )
    of_others = set(
        await connection.scalars(
            select(Number.e164).where(Number.e164.in_(theirs.union(called)), Number.member_id.not_in(members))
        )
    )
    found = {*await connection.scalars(theirs), *await connection.scalars(called)}
    return sorted(found - of_others)


async def _reports(
    connection: AsyncConnection, members: Collection[int], numbers: Collection[str]
) -> Sequence[int]:
    """What they told us."""
    asked = select(MemberReport.id).where(
        or_(
            MemberReport.member_id.in_(members),
            MemberReport.e164.in_(numbers),
        )
    )
    return list(await connection.scalars(asked))


async def _check_is_over(
    connection: AsyncConnection, members: Collection[int], numbers: Collection[str], reports: Collection[int]
) -> None:
    up = exists().where(OpenCall.e164.in_(numbers))
    said = exists().where(
        BroadcastRecording.audio == MemberReport.audio,
        MemberReport.id.in_(reports),
        Broadcast.id == BroadcastRecording.broadcast_id,
        Broadcast.state == BroadcastState.RUNNING,
    )
    if await is_being_called(connection, members) or await connection.scalar(select(up | said)):
        raise BeingCalled


async def _erase_reports(connection: AsyncConnection, reports: Collection[int]) -> None:
    """That there was a report stays, and what officers made of it; an alert in that voice becomes mute."""
    these = MemberReport.id.in_(reports)
    told = select(MemberReport.audio).where(these, MemberReport.audio.is_not(None))
    sounds = [name for name in await connection.scalars(told) if name]
    in_alerts = select(BroadcastRecording.broadcast_id).where(BroadcastRecording.audio.in_(sounds)).distinct()
    alerts = list(await connection.scalars(in_alerts))
    await connection.execute(
        update(MemberReport).where(these).values(e164=None, reporter="", member_id=None, audio=None)
    )
    await connection.execute(update(DutyCall).where(DutyCall.report_id.in_(reports)).values(reporter=None))
    await forget_said(connection, alerts)
    await forget_those(connection, sounds)


async def _erase_numbers(connection: AsyncConnection, numbers: Collection[str]) -> None:
    """What was asked from these numbers, to them, or guessed from them."""
    await connection.execute(delete(LeaveWish).where(LeaveWish.e164.in_(numbers)))
    await connection.execute(delete(TrialOrder).where(TrialOrder.e164.in_(numbers)))
    guessers = [f"{kind} {one}" for one in numbers for kind in ("caller", "code")]
    await connection.execute(delete(Lockout).where(Lockout.whom.in_(guessers)))
