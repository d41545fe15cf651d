"""An alert by phone waits for a call to the officer's registered number, and goes out or does not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from broadcast.ledger.open_calls import occupy, release_call
from tests.fakes.neighbours import Behaviour
from tests.ivr.called_back import Town, called_back, hangs_up_after_the_answer, is_engaged, presses
from tests.ivr.officers import MAES, OfficersHouse


@pytest.fixture
async def town(house: OfficersHouse, tmp_path: Path) -> AsyncIterator[Town]:
    async with called_back(house, tmp_path) as made:
        yield made


async def test_nothing_goes_out_before_the_registered_number_lets_it(town: Town) -> None:
    town.ari.phones[MAES] = presses("1", busy_first=True)
    process = town.process()
    await town.asked(hangs_up=False)
    await process.tend()
    assert (await town.outcomes(), await town.sent()) == ([], 0), "they have not hung up yet"
    await town.says("UPDATE pending_alert SET due_at = now()")
    assert await town.until_forgotten(process) == ["unanswered", "sent"]
    assert await town.house.office.count("broadcast WHERE started_by = 'Maes' AND urgent") == 1


async def test_it_is_rung_at_once_when_they_hang_up(town: Town) -> None:
    town.ari.phones[MAES] = presses("1")
    await town.asked()
    assert await town.until_forgotten(town.process()) == ["sent"]
    assert (await town.sent(), town.house.pbx.kept) == (1, {})
    assert not list(town.house.office.sounds_folder.glob("told-*"))


@pytest.mark.parametrize(
    ("phone", "outcomes"),
    [
        (presses("2"), ["kept"]),
        (hangs_up_after_the_answer, ["kept"]),
        (is_engaged, ["unanswered", "unanswered"]),
    ],
)
async def test_what_is_not_released_there_is_not_sent_and_leaves_nothing(
    town: Town, phone: Behaviour, outcomes: list[str]
) -> None:
    town.ari.phones[MAES] = phone
    await town.asked()
    assert await town.until_forgotten(town.process()) == outcomes
    assert not any([await town.house.office.count(table) for table in ("broadcast", "audio")])


async def test_what_was_forbidden_meanwhile_is_not_sent(town: Town) -> None:
    town.ari.phones[MAES] = presses("1")
    await town.asked()
    await town.says("UPDATE network SET charter_approved_on = NULL")
    assert await town.until_forgotten(town.process()) == ["failed"]
    assert await town.sent() == 0


async def test_a_telephone_that_lets_nothing_go_is_not_rung_all_day(town: Town) -> None:
    """Its number may have been entered wrong: then it is a stranger's, whoever knows the PIN."""
    town.ari.phones[MAES] = hangs_up_after_the_answer
    most, said = town.house.resources.policy.call_backs_a_day, []
    for _ in range(most + 2):
        station, maes = await town.house.comes()
        said.append((await (await town.house.plans(maes)).send()).says)
        await town.house.leaves(station)
    assert said == ["police_calls_back"] * most + ["police_rung_too_often"] * 2
    assert await town.until_forgotten(town.process()) == ["kept"] * most


async def test_alerts_that_were_released_are_not_counted(town: Town) -> None:
    for _ in range(town.house.resources.policy.call_backs_a_day + 1):
        await town.asked()
        written = await town.takes()
        assert written is not None
        await town.says("UPDATE release_call SET ended_at = now(), outcome = 'sent'")
        await town.says(f"DELETE FROM open_call WHERE call = '{written.id}'")


# Whose turn it is


async def test_a_telephone_that_is_in_another_call_of_ours_is_waited_for(town: Town) -> None:
    town.ari.phones[MAES] = presses("1")
    other = UUID(int=1)
    async with town.house.office.engine.begin() as connection:
        assert await occupy(connection, MAES, other, seconds=600)
    await town.asked()
    process = town.process()
    for _ in range(3):
        await process.tend()
    assert await town.outcomes() == [], "no try is used up"
    async with town.house.office.engine.begin() as connection:
        await release_call(connection, other)
    assert await town.until_forgotten(process) == ["sent"]


async def test_two_nodes_that_look_at_once_ring_once(town: Town) -> None:
    await town.asked()
    taken = await asyncio.gather(town.takes(), town.takes("another"))
    assert len([one for one in taken if one]) == 1


async def test_an_alert_that_nobody_released_for_long_is_forgotten(town: Town) -> None:
    await town.asked()
    await town.says("UPDATE pending_alert SET asked_at = now() - interval '16 minutes'")
    assert await town.until_forgotten(town.process()) == []
    assert await town.house.office.count("audio") == 0


async def test_what_was_asked_is_kept_once_though_nobody_answered_the_first_time(town: Town) -> None:
    _, maes = await town.house.comes()
    plan = await town.house.plans(maes)
    await plan.send()
    await plan.send()
    assert await town.house.office.count("pending_alert") == 1
