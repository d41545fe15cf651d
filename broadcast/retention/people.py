"""The person who is meant, whether they have left or not; and all that is kept of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.audio.kept_sounds import kept_sound
from broadcast.leave_tables import LeaveWish
from broadcast.ledger.ledger import Ledger
from broadcast.retention.erasing import erase
from broadcast.tables import (
    Attempt,
    Broadcast,
    MemberReport,
    Recipient,
    RecipientNumber,
)
from directory.actor import Actor
from directory.acts import Act
from directory.dead_numbers import LIKE_A_NUMBER
from directory.details import checked_name
from directory.errors import SeveralPeople, UnknownMember
from directory.journal.book import note
from directory.journal.table import JournalEntry
from directory.registry import ZONE
from directory.tables import Member, Membership, Network, Number

LONGEST_ID = 9
"""Digits of an id; a number of a telephone has more, or begins with 0 or +."""


@dataclass(frozen=True, slots=True)
class KeptOfPerson:
    """Everything that is kept of one person, as rows that a program can read."""

    member: Mapping[str, Any]
    networks: Sequence[Mapping[str, Any]]
    numbers: Sequence[Mapping[str, Any]]
    alerts: Sequence[Mapping[str, Any]]
    """Alerts that were for them, with what they got of each."""
    calls: Sequence[Mapping[str, Any]]
    """Calls to their numbers for these."""
    reports: Sequence[Mapping[str, Any]]
    """What they told us."""
    wishes: Sequence[Mapping[str, Any]]
    """When they asked by phone to leave, as long as that is kept."""
    journal: Sequence[Mapping[str, Any]]
    """What was done with their row, by whom in which role."""
    recordings: Mapping[str, bytes]
    """Their voice, as FLAC, by the name of the file that it belongs in."""


async def member_meant(connection: AsyncConnection, whom: str) -> int:
    """Who has this id, name or number, also when they have left. Raises UnknownMember, SeveralPeople."""
    asked = select(Member.id).where(Member.erased_at.is_(None)).order_by(Member.id)
    if whom.isascii() and whom.isdigit() and len(whom) <= LONGEST_ID and not whom.startswith("0"):
        asked = asked.where(Member.id == int(whom))
    elif LIKE_A_NUMBER.match(whom):
        from directory.numbers import normalise_number  # noqa: PLC0415 - it brings the numbers of the world

        has_it = select(Number.member_id).where(Number.e164 == normalise_number(whom))
        asked = asked.where(Member.id.in_(has_it))
    else:
        asked = asked.where(func.lower(Member.name) == func.lower(checked_name(whom)))
    found = list(await connection.scalars(asked))
    if not found:
        raise UnknownMember
    if len(found) > 1:
        raise SeveralPeople(ids=", ".join(map(str, found)))
    return found[0]


async def export_person(connection: AsyncConnection, actor: Actor, whom: str) -> KeptOfPerson:
    """All that is kept of who has this id, name or number, for themselves; noted in the journal.

    Raises UnknownMember, SeveralPeople, NumberRefused, and NotTheirNetwork.
    """
    member = await member_meant(connection, whom)
    actor.require(Act.EXPORT_PERSON, await _networks(connection, member))
    kept = await _kept(connection, member)
    await note(connection, actor, Act.EXPORT_PERSON, member=member)
    return kept


async def erase_person(
    engine: AsyncEngine, ledger: Ledger, actor: Actor, whom: str, time_zone: str = ZONE
) -> int:
    """Let who has this id, name or number leave, erase them, and note it in the journal; returns their id.

    Raises UnknownMember, SeveralPeople, NumberRefused, NotInRole, NotTheirNetwork, and BeingCalled, after
    which they have left and are called no more.
    """
    async with engine.connect() as connection:
        member = await member_meant(connection, whom)
        actor.require(Act.ERASE_PERSON, await _networks(connection, member))
    await ledger.leave(actor, [member])
    async with engine.begin() as connection:
        await erase(connection, [member], time_zone)
        await note(connection, actor, Act.ERASE_PERSON, member=member)
    return member


async def _networks(connection: AsyncConnection, member: int) -> Sequence[str]:
    asked = select(Network.slug).join(Membership, Membership.network_id == Network.id)
    return list(await connection.scalars(asked.where(Membership.member_id == member)))


async def _kept(connection: AsyncConnection, member: int) -> KeptOfPerson:
    numbers = await _rows(
        connection,
        select(Number.e164, Number.position, Number.said_dead_since, Number.said_dead_at, Number.dead_since)
        .where(Number.member_id == member)
        .order_by(Number.position),
    )
    e164s = [one["e164"] for one in numbers]
    reports, recordings = await _reports(connection, member, e164s)
    people = await _rows(connection, select(Member.__table__).where(Member.id == member))
    return KeptOfPerson(
        member=people[0],
        networks=await _rows(
            connection,
            select(Network.slug, Network.name, Network.municipality)
            .join(Membership, Membership.network_id == Network.id)
            .where(Membership.member_id == member),
        ),
        numbers=numbers,
        alerts=await _rows(connection, _alerts(member)),
        calls=await _rows(connection, _calls(member)),
        reports=reports,
        wishes=await _rows(
            connection, select(LeaveWish.e164, LeaveWish.asked_at).where(LeaveWish.e164.in_(e164s))
        ),
        journal=await _rows(connection, _journal(member)),
        recordings=recordings,
    )


def _alerts(member: int) -> Any:
    return (
        select(
            Broadcast.id.label("alert"),
            Broadcast.created_at,
            Broadcast.urgent,
            Recipient.language,
            Recipient.state,
            Recipient.result,
        )
        .join(Recipient, Recipient.broadcast_id == Broadcast.id)
        .where(Recipient.member_id == member)
        .order_by(Broadcast.id)
    )


def _calls(member: int) -> Any:
    """Whoever shares a telephone with them was called by the same call."""
    return (
        select(
            Attempt.broadcast_id.label("alert"),
            Attempt.e164,
            Attempt.dialled_at,
            Attempt.answered_at,
            Attempt.ended_at,
            Attempt.outcome,
            Attempt.cause,
            Attempt.sip_status,
            Attempt.evidence,
        )
        .join(
            RecipientNumber,
            (RecipientNumber.broadcast_id == Attempt.broadcast_id) & (RecipientNumber.e164 == Attempt.e164),
        )
        .join(Recipient, Recipient.id == RecipientNumber.recipient_id)
        .where(Recipient.member_id == member)
        .order_by(Attempt.broadcast_id, Attempt.dialled_at)
    )


def _journal(member: int) -> Any:
    """Entries on this member alone: those on many together tell of an import, and of others."""
    return (
        select(JournalEntry.position, JournalEntry.at, JournalEntry.role, JournalEntry.act)
        .where(JournalEntry.ids.contains(f'"member":[{member}]', autoescape=True))
        .order_by(JournalEntry.position)
    )


async def _reports(
    connection: AsyncConnection, member: int, numbers: Sequence[str]
) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, bytes]]:
    found = await _rows(
        connection,
        select(
            MemberReport.id.label("report"),
            MemberReport.created_at,
            MemberReport.e164,
            MemberReport.broadcast_id.label("alert"),
            MemberReport.state,
            MemberReport.worth,
            MemberReport.audio,
        )
        .where(or_(MemberReport.member_id == member, MemberReport.e164.in_(numbers)))
        .order_by(MemberReport.id),
    )
    recordings: dict[str, bytes] = {}
    told = []
    for one in found:
        name = one.pop("audio")
        flac = await kept_sound(connection, name) if name else None
        if flac:
            one["recording"] = f"report-{one['report']}.flac"
            recordings[one["recording"]] = flac
        told.append(one)
    return told, recordings


async def _rows(connection: AsyncConnection, asked: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(asked)).mappings()]
