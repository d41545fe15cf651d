"""The neighbourhood that tests call: networks of people, each with the numbers they are reached at."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from directory.actor import Actor, Kind, Role, account
from directory.registry import add_member, add_network
from directory.tables import Number

DE_BIST = "de-bist"


def named(name: str) -> Actor:
    """Somebody of this name at the command line."""
    return account(1000, name)


ADMIN = named("inspecteur Maes")


def officer(*networks: str, id_: int = 1, name: str = "Maes") -> Actor:
    """An officer who may send to these networks, and has proved who they are."""
    return Actor(Kind.OFFICER, id_, Role.OFFICER, name, frozenset(networks))


SIGNED = date(2014, 9, 15)
"""The day on which the ministry approved the charter of the tests' networks."""


async def network_of(
    engine: AsyncEngine,
    people: Mapping[str, Sequence[str]],
    *,
    slug: str = DE_BIST,
    name: str = "",
    charter_approved_on: date | None = SIGNED,
    languages: Mapping[str, str] | None = None,
    hours: tuple[time, time] = (time(8), time(21)),
    streets: Mapping[str, str] | None = None,
) -> None:
    """A network of these people, by name, with their numbers, best first; the others speak Dutch.

    Without a `name` it has one made of its `slug`. `streets` tells where some of them live.
    """
    async with AsyncSession(engine) as session, session.begin():
        await add_network(
            session,
            ADMIN,
            slug,
            name=name or f"BIN {slug.replace('-', ' ').title()}",
            municipality="Westerlo",
            charter_approved_on=charter_approved_on,
            hours_from=hours[0],
            hours_until=hours[1],
        )
        for who, numbers in people.items():
            await add_member(
                session,
                ADMIN,
                slug,
                name=who,
                numbers=numbers,
                language=(languages or {}).get(who, "nl"),
                street=(streets or {}).get(who, ""),
            )


async def hold_for_dead(session: AsyncConnection | AsyncSession, *e164s: str, at: datetime) -> None:
    """Two alerts found that these numbers do not exist, the last one then."""
    await session.execute(
        update(Number)
        .where(Number.e164.in_(e164s))
        .values(said_dead_since=at - timedelta(days=2), said_dead_at=at, dead_since=at)
        .execution_options(synchronize_session=False)
    )


def phone(kind: int, who: int = 1) -> str:
    """A number of the simulated neighbourhood: what its phone does, and whose it is."""
    return f"+999{kind:02}{who:06}"
