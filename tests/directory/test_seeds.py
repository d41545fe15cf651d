"""The simulated neighbourhood is complete, harmless and the same every time."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from directory.lists.importer import RowState
from directory.numbers import is_simulated
from directory.registry import members, networks
from directory.seeds import DEMO_NETWORK, demo_members, seed
from directory.tables import Member, Number
from tests.support.people import ADMIN

SLOW = {"14", "15", "16", "17", "23"}


def kinds() -> Counter[str]:
    """How many simulated telephones behave in each way."""
    return Counter(e164[4:6] for e164 in {e164 for member in demo_members() for e164 in member.numbers})


def test_no_demo_person_can_ring_a_stranger() -> None:
    assert all(is_simulated(e164) for member in demo_members() for e164 in member.numbers)


def test_the_people_are_as_mixed_as_a_neighbourhood() -> None:
    people = demo_members()
    assert len(people) == 90
    assert len({person.name for person in people}) == 90
    assert 0.15 < sum(len(person.numbers) > 1 for person in people) / 90 < 0.25
    assert max(len(person.numbers) for person in people) == 3
    spoken = Counter(person.language for person in people)
    assert spoken["nl"] > 70
    assert min(spoken.values()) >= 2
    assert set(spoken) == {"nl", "fr", "de", "en"}
    behind = Counter(e164 for person in people for e164 in person.numbers)
    assert sorted(behind.values())[-3:] == [1, 2, 2], "two couples share a landline"


def test_every_behaviour_occurs_and_slow_ones_are_few() -> None:
    counted = kinds()
    assert set(counted) == {str(kind) for kind in range(10, 24)}
    assert min(counted.values()) >= 2
    assert all(2 <= counted[kind] <= 4 for kind in SLOW)
    assert counted["10"] + counted["11"] + counted["12"] > 55


async def test_seeding_again_changes_nothing(session: AsyncSession) -> None:
    first = await seed(session, ADMIN)
    await session.commit()
    assert first.accepted
    assert first.count(RowState.ADDED) == 90
    again = await seed(session, ADMIN)
    assert again.count(RowState.UNCHANGED) == 90
    assert await session.scalar(select(func.count(Member.id))) == 90
    assert await session.scalar(select(func.count(Number.id))) == sum(len(p.numbers) for p in demo_members())


async def test_the_eleven_networks_of_westerlo_are_there_and_one_is_not_official(
    session: AsyncSession,
) -> None:
    await seed(session, ADMIN)
    known = await networks(session)
    assert len(known) == 11
    assert {of.network.municipality for of in known} == {"Westerlo"}
    assert [of.network.slug for of in known if of.network.charter_approved_on is None] == ["witven"]
    assert {of.network.slug: of.members for of in known if of.members} == {DEMO_NETWORK: 90}


async def test_what_is_seeded_is_what_the_script_of_the_demo_expects(session: AsyncSession) -> None:
    await seed(session, ADMIN)
    stored = {m.name: tuple(n.e164 for n in m.numbers) for m in await members(session, DEMO_NETWORK)}
    assert stored == {person.name: person.numbers for person in demo_members()}
