"""How names are said: the list that officers keep, for one network or for all, and the streets of a network.

Every verb works in the caller's transaction; the caller commits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from directory.actor import Actor
from directory.acts import Act
from directory.details import checked_text
from directory.errors import MemberRefused, PronunciationRefused, UnknownPronunciation
from directory.journal.book import note
from directory.registry import network
from directory.tables import Member, Membership, Network, Pronunciation
from prompts.languages import LANGUAGES
from prompts.normalise.names import Names, Reading

LONGEST_WRITTEN = 80
LONGEST_SAID = 160
_PLAIN_WORDS = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '-](?=[^\W\d_]))*")


@dataclass(frozen=True, slots=True)
class SpokenName:
    """A line of the list."""

    written: str
    said: str
    language: str
    """Empty for every language."""
    network: str | None
    """Short name; None for all networks."""


async def set_pronunciation(
    session: AsyncSession,
    actor: Actor,
    written: str,
    said: str,
    *,
    language: str = "",
    slug: str | None = None,
) -> SpokenName:
    """From now on this name is said so, in place of what was there for it.

    Raises PronunciationRefused, UnknownNetwork, and NotTheirNetwork.
    """
    actor.require(Act.SET_PRONUNCIATION, None if slug is None else [slug])
    name, words = _checked(written, "name", LONGEST_WRITTEN), _checked(said, "reading", LONGEST_SAID)
    if not any(sign.isalnum() for sign in name):
        raise PronunciationRefused("The name has no letters and no figures; give what is written in texts.")
    if not _PLAIN_WORDS.fullmatch(words):
        raise PronunciationRefused(
            "A reading is plain words as the voice must say them, without figures and signs; write it out."
        )
    of = await _network_id(session, slug)
    await session.execute(delete(Pronunciation).where(*_same(name, _language(language), of)))
    added = Pronunciation(
        network_id=of, language=_language(language), written=name, folded=_folded(name), said=words
    )
    session.add(added)
    await session.flush()
    await note(session, actor, Act.SET_PRONUNCIATION, pronunciation=added.id, network=_some(of))
    return SpokenName(name, words, language, slug)


async def remove_pronunciation(
    session: AsyncSession, actor: Actor, written: str, *, language: str = "", slug: str | None = None
) -> None:
    """Read this name by the rules again. Raises UnknownPronunciation, UnknownNetwork, NotTheirNetwork."""
    actor.require(Act.REMOVE_PRONUNCIATION, None if slug is None else [slug])
    name, of = " ".join(written.split()), await _network_id(session, slug)
    removed = await session.scalar(
        delete(Pronunciation).where(*_same(name, _language(language), of)).returning(Pronunciation.id)
    )
    if removed is None:
        raise UnknownPronunciation
    await note(session, actor, Act.REMOVE_PRONUNCIATION, pronunciation=removed, network=_some(of))


async def pronunciations(session: AsyncSession, slug: str | None = None) -> list[SpokenName]:
    """The whole list, or what counts in one network: its own entries and those for all."""
    of = await _network_id(session, slug)
    asked = (
        select(Pronunciation, Network.slug)
        .outerjoin(Network, Network.id == Pronunciation.network_id)
        .order_by(Network.slug.nulls_first(), Pronunciation.folded, Pronunciation.language)
    )
    if of is not None:
        asked = asked.where(or_(Pronunciation.network_id.is_(None), Pronunciation.network_id == of))
    rows = (await session.execute(asked)).all()
    return [SpokenName(one.written, one.said, one.language, where) for one, where in rows]


async def names_of(connection: AsyncConnection | AsyncSession, network_id: int) -> Names:
    """What a text for this network is read with: the list and the network's streets."""
    streets = (
        select(Member.street)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.network_id == network_id, Member.left_on.is_(None), Member.street != "")
        .distinct()
    )
    known = frozenset((await connection.scalars(streets)).all())
    return Names(await _readings(connection, [network_id]), known)


async def names_everywhere(
    connection: AsyncConnection | AsyncSession, networks: Sequence[int] | None = None
) -> Names:
    """What is read with that is no network's own: the list for all, and of these networks; None for all."""
    return Names(await _readings(connection, networks))


async def _readings(
    connection: AsyncConnection | AsyncSession, networks: Sequence[int] | None
) -> tuple[Reading, ...]:
    asked = select(Pronunciation.written, Pronunciation.said, Pronunciation.language).order_by(
        Pronunciation.network_id.nulls_first(), Pronunciation.id
    )
    if networks is not None:
        mine = Pronunciation.network_id.in_(list(networks))
        asked = asked.where(or_(Pronunciation.network_id.is_(None), mine))
    rows = (await connection.execute(asked)).all()
    return tuple(Reading(written, said, language) for written, said, language in rows)


async def _network_id(session: AsyncSession, slug: str | None) -> int | None:
    return None if slug is None else (await network(session, slug)).id


def _some(network: int | None) -> Sequence[int]:
    return () if network is None else (network,)


def _same(name: str, language: str, of: int | None) -> tuple[ColumnElement[bool], ...]:
    where = Pronunciation.network_id.is_(None) if of is None else Pronunciation.network_id == of
    return where, Pronunciation.folded == _folded(name), Pronunciation.language == language


def _language(typed: str) -> str:
    if typed and typed not in LANGUAGES:
        raise PronunciationRefused(
            f"The language is one of {', '.join(LANGUAGES)}; leave it away for every language."
        )
    return typed


def _checked(typed: str, what: str, longest: int) -> str:
    try:
        return checked_text(typed, what, longest)
    except MemberRefused as wrong:
        raise PronunciationRefused(str(wrong)) from wrong


def _folded(name: str) -> str:
    return name.casefold()
