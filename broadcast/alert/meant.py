"""Whom an alert is meant for: all of its networks, who joins a follow-up, or one reporter."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from broadcast.alert.checks import check_all_are_spoken_to, languages_of
from broadcast.alert.preflight import Audience, audience, check_somebody_is_reached
from broadcast.alert.prepared import Prepared
from broadcast.draft import Draft
from broadcast.errors import NobodyJoins
from broadcast.following.joining import is_joining, join, languages_of_first, who_go_first
from broadcast.following.replacing import end_first, lock_first
from broadcast.ledger.enlisting import begin_enlistment
from broadcast.ledger.ledger import Ledger
from broadcast.policy import BroadcastPolicy
from broadcast.responses.answer import enlist_reporter, reporter
from broadcast.states import FollowUpKind, Whom
from broadcast.tables import Recipient
from directory.tables import Member, Membership


@dataclass(frozen=True, slots=True)
class Enlisted:
    """Who will be called."""

    audience: Audience
    networks: Sequence[int] = ()
    """Those of which everybody is called."""
    unwritten: int = 0
    """How many of them are still to be written."""
    go_first: int = 0
    """How many of them, who were written first, are called before the others."""


async def languages_meant(
    session: AsyncSession, draft: Draft, networks: Sequence[int]
) -> dict[int, set[str]]:
    """The languages in which it is spoken, by network. Raises NoMembers, NotThatReport and NoReporter."""
    if draft.follow_up is not None:
        return await languages_of_first(session, draft.follow_up.first)
    if draft.answers is not None:
        told = await reporter(await session.connection(), draft.answers)
        return {network: {told.language} for network in networks}
    return await languages_of(session, networks)


async def is_meant(connection: AsyncConnection, draft: Draft, networks: Sequence[int]) -> ColumnElement[bool]:
    """Of a member who has not left: they would be called now."""
    if draft.follow_up is not None:
        return exists().where(Recipient.member_id == Member.id, is_joining(draft.follow_up))
    if draft.answers is not None:
        return Member.id == (await reporter(connection, draft.answers)).member
    return exists().where(Membership.member_id == Member.id, Membership.network_id.in_(networks))


def follow_up_columns(draft: Draft) -> dict[str, object]:
    """What the row of its broadcast says of what it follows."""
    if draft.follow_up is not None:
        return {"follows": draft.follow_up.first, "kind": draft.follow_up.kind, "whom": draft.follow_up.whom}
    if draft.answers is not None:
        return {"kind": FollowUpKind.ANSWER, "whom": Whom.REPORTER}
    return {}


async def enlist_meant(
    connection: AsyncConnection, ledger: Ledger, prepared: Prepared, broadcast: int, policy: BroadcastPolicy
) -> Enlisted:
    """Write them, and end what a follow-up ends.

    Raises MembersChanged, NotFollowed, NotThatReport, and NobodyToCall when nobody is called and nobody may
    join later.
    """
    if prepared.draft.follow_up is not None:
        return await _enlist_follow_up(connection, ledger, prepared, broadcast, policy)
    who = await is_meant(connection, prepared.draft, prepared.networks)
    listeners = await audience(connection, who, dead_again=policy.dead_again)
    check_somebody_is_reached(listeners.members, without_number=listeners.without_number)
    if prepared.draft.answers is not None:
        await enlist_reporter(connection, broadcast, prepared.draft.answers)
        return Enlisted(listeners)
    spoken = {(one.network, one.language) for one in prepared.passes}
    await check_all_are_spoken_to(connection, prepared.networks, spoken)
    unwritten = await begin_enlistment(connection, broadcast, prepared.networks, listeners.members, policy)
    return Enlisted(listeners, prepared.networks, unwritten)


async def _enlist_follow_up(
    connection: AsyncConnection, ledger: Ledger, prepared: Prepared, broadcast: int, policy: BroadcastPolicy
) -> Enlisted:
    follow_up = prepared.draft.follow_up
    assert follow_up is not None
    first = await lock_first(connection, follow_up.first, follow_up.kind)
    is_ended = await end_first(connection, prepared.actor, first, follow_up.kind, broadcast)
    # Before the first lets go of those who wait for it: a correction is for them too.
    await join(connection, broadcast, follow_up, dead_again=policy.dead_again)
    if is_ended:
        await ledger.expire_in(connection)
    who = exists().where(Recipient.broadcast_id == broadcast, Recipient.member_id == Member.id)
    listeners = await audience(connection, who, dead_again=policy.dead_again)
    if listeners.members:
        check_somebody_is_reached(listeners.members, without_number=listeners.without_number)
    elif not first.is_running:
        raise NobodyJoins(broadcast=follow_up.first)
    return Enlisted(listeners, go_first=await who_go_first(connection, broadcast, follow_up))
