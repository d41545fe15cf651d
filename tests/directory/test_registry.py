"""What coordinators and officers ask of the directory."""

from datetime import date, time
from typing import TypedDict

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from directory.errors import DirectoryError, MemberRefused, NetworkRefused, NumberRefused, UnknownNetwork
from directory.registry import (
    add_member,
    add_network,
    approve_charter,
    members,
    network,
    networks,
)
from tests.support.people import ADMIN


class NewNetwork(TypedDict, total=False):
    slug: str
    name: str
    municipality: str
    hours_from: time


class NewMember(TypedDict, total=False):
    name: str
    language: str
    numbers: list[str]


@pytest.fixture
async def de_bist(session: AsyncSession) -> str:
    await add_network(session, ADMIN, "de-bist", name="BIN De Bist", municipality="Westerlo")
    return "de-bist"


async def test_a_new_network_is_not_official_and_is_quiet_from_nine_at_night_until_eight(
    session: AsyncSession, de_bist: str
) -> None:
    await session.commit()
    session.expunge_all()
    found = await network(session, de_bist)
    assert (found.name, found.municipality) == ("BIN De Bist", "Westerlo")
    assert found.charter_approved_on is None
    assert (found.hours_from, found.hours_until) == (time(8), time(21))


async def test_a_charter_is_approved_on_a_day(session: AsyncSession, de_bist: str) -> None:
    await approve_charter(session, ADMIN, de_bist, date(2014, 9, 15))
    assert (await network(session, de_bist)).charter_approved_on == date(2014, 9, 15)


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "De Bist"},
        {"slug": ""},
        {"slug": "-bist"},
        {"slug": "b" * 61},
        {"name": " "},
        {"name": "B" * 121},
        {"municipality": ""},
        {"name": "BIN \ud800"},
        {"name": "BIN\x07 Witven"},
        {"name": "=HYPERLINK(1)"},
        {"municipality": "+Westerlo"},
        {"hours_from": time(21)},
        {"slug": "de-bist"},
    ],
)
async def test_a_network_that_cannot_be_kept_is_refused(
    session: AsyncSession, de_bist: str, wrong: NewNetwork
) -> None:
    given: NewNetwork = {"slug": "witven", "name": "BIN Witven", "municipality": "Westerlo"}
    with pytest.raises(NetworkRefused):
        await add_network(session, ADMIN, **(given | wrong))


async def test_an_unknown_network_is_answered_with_those_that_look_like_it(
    session: AsyncSession, de_bist: str
) -> None:
    for slug in ["de-bst", "bist", "DE-BIST", "debist"]:
        with pytest.raises(UnknownNetwork) as refusal:
            await network(session, slug)
        assert refusal.value.facts["like"] == ["de-bist"]
    for slug in ["", "zzz", "\x00", "x" * 5000, "'; DROP TABLE member; --"]:
        with pytest.raises(UnknownNetwork) as refusal:
            await network(session, slug)
        assert refusal.value.facts["like"] == []
        assert len(str(refusal.value.facts["network"])) < 200
    with pytest.raises(UnknownNetwork):
        await members(session, "oevel")


async def test_networks_come_with_how_many_are_in_them(session: AsyncSession, de_bist: str) -> None:
    await add_network(session, ADMIN, "witven", name="BIN Witven", municipality="Westerlo")
    await add_member(session, ADMIN, de_bist, name="Lieve Peeters", numbers=["0475 12 34 56", "014 53 96 00"])
    gone = await add_member(session, ADMIN, de_bist, name="Jan Claes", numbers=["0475 12 34 57"])
    gone.left_on = date(2026, 2, 1)
    await session.flush()
    assert [(known.network.slug, known.members) for known in await networks(session)] == [
        ("de-bist", 1),
        ("witven", 0),
    ]
    assert [member.name for member in await members(session, de_bist)] == ["Lieve Peeters"]


async def test_a_member_is_added_with_numbers_as_people_write_them(
    session: AsyncSession, de_bist: str
) -> None:
    added = await add_member(
        session,
        ADMIN,
        de_bist,
        name=" Élodie  Lambert ",
        numbers=["0475 12 34 56", "014/53.96.00"],
        language="FR",
        street="De Bist",
        house_number="4 bus 2",
    )
    await session.commit()
    session.expunge_all()
    [found] = await members(session, de_bist)
    assert (found.id, found.name, found.language) == (added.id, "Élodie Lambert", "fr")
    assert (found.street, found.house_number) == ("De Bist", "4 bus 2")
    assert [(number.position, number.e164) for number in found.numbers] == [
        (0, "+32475123456"),
        (1, "+3214539600"),
    ]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": ""}, MemberRefused),
        ({"name": "=1+1"}, MemberRefused),
        ({"language": "es"}, MemberRefused),
        ({"numbers": []}, MemberRefused),
        ({"numbers": ["0475123456", "+32475123456"]}, MemberRefused),
        ({"numbers": [f"0475 12 34 {last}" for last in range(50, 61)]}, MemberRefused),
        ({"numbers": ["101"]}, NumberRefused),
        ({"numbers": ["0475123456", "0900 12 345"]}, NumberRefused),
    ],
)
async def test_a_member_who_cannot_be_kept_is_refused_and_nothing_is_written(
    session: AsyncSession, de_bist: str, wrong: NewMember, error: type[DirectoryError]
) -> None:
    given: NewMember = {"name": "Lieve Peeters", "numbers": ["0475123456"]}
    with pytest.raises(error):
        await add_member(session, ADMIN, de_bist, **(given | wrong))
    assert await members(session, de_bist) == []
