"""The neighbourhood that tests call: networks of people, each with the numbers they are reached at."""

from collections.abc import Mapping, Sequence
from datetime import date, time

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from directory.registry import add_member, add_network

DE_BIST = "de-bist"
SIGNED = date(2014, 9, 15)
"""The day on which the ministry approved the charter of the tests' networks."""


async def network_of(
    engine: AsyncEngine,
    people: Mapping[str, Sequence[str]],
    *,
    slug: str = DE_BIST,
    charter_approved_on: date | None = SIGNED,
    languages: Mapping[str, str] | None = None,
    hours: tuple[time, time] = (time(8), time(21)),
) -> None:
    """A network of these people, by name, with their numbers, best first; the others speak Dutch."""
    async with AsyncSession(engine) as session, session.begin():
        await add_network(
            session,
            slug,
            name=f"BIN {slug.replace('-', ' ').title()}",
            municipality="Westerlo",
            charter_approved_on=charter_approved_on,
            hours_from=hours[0],
            hours_until=hours[1],
        )
        for name, numbers in people.items():
            await add_member(
                session, slug, name=name, numbers=numbers, language=(languages or {}).get(name, "nl")
            )


def phone(kind: int, who: int = 1) -> str:
    """A number of the simulated neighbourhood: what its phone does, and whose it is."""
    return f"+999{kind:02}{who:06}"
