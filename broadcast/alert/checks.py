"""What must be so before an alert begins: charters, hours, somebody to call, and a pass for everybody."""

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from broadcast.errors import CharterNotApproved, MembersChanged, NoMembers, OutsideHours
from broadcast.rules.hours import HeldUntil, may_send_now
from directory.tables import Member, Membership, Network


def check_allowed(one: Network, *, urgent: bool, now: datetime, clock: ZoneInfo) -> None:
    """Raise NotAllowed for a network whose charter is not approved, or outside its hours."""
    if one.charter_approved_on is None or one.charter_approved_on > now.astimezone(clock).date():
        raise CharterNotApproved(network=one.name)
    hours = may_send_now(urgent, one.hours_from, one.hours_until, now, clock)
    if isinstance(hours, HeldUntil):
        raise OutsideHours(
            network=one.name,
            hours_from=one.hours_from,
            hours_until=one.hours_until,
            after=hours.at.astimezone(clock),
        )


async def languages_of(
    connection: AsyncConnection | AsyncSession, networks: Sequence[int]
) -> dict[int, set[str]]:
    """The languages of the members of each network. Raises NoMembers."""
    rows = await connection.execute(
        select(Membership.network_id, Member.language)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.network_id.in_(networks), Member.left_on.is_(None))
        .distinct()
    )
    found: dict[int, set[str]] = {network: set() for network in networks}
    for network_id, language in rows:
        found[network_id].add(language)
    if not any(found.values()):
        raise NoMembers
    return found


async def check_all_are_spoken_to(
    connection: AsyncConnection, networks: Sequence[int], spoken: Collection[tuple[int, str]]
) -> None:
    """Raise MembersChanged for a member without a pass, of their network and in their language."""
    for network, languages in (await languages_of(connection, networks)).items():
        if any((network, language) not in spoken for language in languages):
            raise MembersChanged
