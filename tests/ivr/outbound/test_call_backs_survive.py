"""An alert that waits for a call-back, through crashes of the line and absences of the database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import InterfaceError
from sqlalchemy.ext.asyncio import AsyncEngine

from ivr.service_calls.call_backs import CallBacks
from storage.transactions import Transactions
from tests.fakes.ari_call import FakeCall
from tests.ivr.called_back import Town, called_back, presses
from tests.ivr.officers import MAES, OfficersHouse


async def listens_at_first(call: FakeCall) -> None:
    """Presses 1 when rung again."""
    if call.nth > 1:
        await presses("1")(call)
        return
    call.pick_up()
    await call.stay()


@pytest.fixture
async def town(house: OfficersHouse, tmp_path: Path) -> AsyncIterator[Town]:
    async with called_back(house, tmp_path) as made:
        yield made


async def test_a_call_that_rings_when_the_line_dies_is_led_on_and_not_placed_again(town: Town) -> None:
    may_answer = asyncio.Event()

    async def answers_when_told(call: FakeCall) -> None:
        await call.ring(0)
        await may_answer.wait()
        await presses("1")(call)

    town.ari.phones[MAES] = answers_when_told
    await town.asked()
    dying = town.process()
    await town.until(dying, lambda _: bool(town.ari.calls))
    await dying.leave()
    [call] = town.ari.calls
    process = town.process()
    await process.adopt_all()
    may_answer.set()
    assert await town.until_forgotten(process) == ["sent"]
    assert (town.ari.posts, await town.sent()) == ({call: 1}, 1)


async def test_a_call_that_was_written_ahead_and_never_placed_is_lost_and_another_is_placed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.pbx.orphans.LOOK_AGAIN_AFTER", 0.01)
    town.ari.phones[MAES] = presses("1")
    await town.asked()
    written = await town.takes()
    assert written is not None
    process = town.process()
    await process.adopt_all()
    assert await town.until_forgotten(process) == ["lost", "sent"]
    assert town.ari.posts[str(written.id)] == 0
    assert (sum(town.ari.posts.values()), await town.sent()) == (1, 1)


class AwayAtFirst:
    """A database that is away when it is asked next."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._is_away = True

    def begin(self) -> object:
        if self._is_away:
            self._is_away = False
            raise InterfaceError("", None, OSError("the database is away"))
        return self._engine.begin()

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


def away_at_first(engine: AsyncEngine) -> Transactions:
    away: Any = AwayAtFirst(engine)
    return Transactions(away)


async def test_a_database_that_is_away_for_a_moment_forgets_no_alert(town: Town) -> None:
    town.ari.phones[MAES] = presses("1")
    station, maes = await town.house.comes()
    plan, engine = await town.house.plans(maes), town.house.resources.database.engine
    object.__setattr__(town.house.resources, "database", away_at_first(engine))
    assert (await plan.send()).says == "police_calls_back"
    object.__setattr__(town.house.resources, "database", away_at_first(engine))
    await town.house.leaves(station)
    assert await town.until_forgotten(town.process()) == ["sent"]


async def test_a_call_that_the_pbx_ends_because_its_line_died_is_lost_and_another_is_placed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.pbx.orphans.LOOK_AGAIN_AFTER", 0.01)

    town.ari.phones[MAES] = listens_at_first
    await town.asked()
    dying = town.process()
    await town.until(dying, lambda _: any(call.heard for call in town.ari.calls.values()))
    await dying.leave()
    [call] = town.ari.calls.values()
    call.end(16)  # nobody leads it
    process = town.process()
    await process.adopt_all()
    assert await town.until_forgotten(process) == ["lost", "sent"]
    assert (set(town.ari.posts.values()), await town.sent()) == ({1}, 1)


@pytest.mark.parametrize("after", [0.0, 0.3])
async def test_who_has_heard_nothing_of_the_line_that_adopted_their_call_has_kept_nothing(
    town: Town, after: float
) -> None:
    """The PBX, told that its line was mute, ends the call once the sound of the dead one is over."""

    def plays() -> int:
        return sum("/play/" in path for _, path in [*town.ari.requests, *town.ari.on_socket])

    has_left = asyncio.Event()

    async def is_cut_off_when_it_is_led_on(call: FakeCall) -> None:
        """At once, or in the middle of its first sound; presses 1 when rung again."""
        if call.nth > 1:
            await presses("1")(call)
            return
        call.pick_up()
        await has_left.wait()
        played = plays()
        while plays() == played:
            await call.passes(0.001)
        await call.passes(after)
        call.end(16)

    town.ari.phones[MAES] = is_cut_off_when_it_is_led_on
    await town.asked()
    dying = town.process()
    await town.until(dying, lambda _: any(call.heard for call in town.ari.calls.values()))
    await dying.leave()
    has_left.set()
    process = town.process()
    await process.adopt_all()
    town.ari.drop_sockets()  # a new process has a connection of its own, and asks which calls there are
    assert await town.until_forgotten(process) == ["lost", "sent"]
    assert (set(town.ari.posts.values()), await town.sent()) == ({1}, 1)


async def test_a_line_that_dies_before_the_officer_hangs_up_calls_them_a_minute_later(town: Town) -> None:
    await town.asked(hangs_up=False)
    assert await town.takes() is None
    await town.says("UPDATE pending_alert SET due_at = due_at - interval '60 seconds'")
    assert await town.takes() is not None


async def test_what_went_out_when_the_line_died_rings_nobody_again(town: Town) -> None:
    await town.asked()
    written = await town.takes()
    assert written is not None
    source = CallBacks(town.house.resources)
    conversation = await source.conversation(written)
    await conversation._send()
    await town.says("UPDATE release_call SET ended_at = now(), outcome = 'lost'")
    assert await town.until_forgotten(town.process()) == ["lost"]
    assert await town.sent() == 1
    again = await source.conversation(written)
    assert again.outcome == "sent", "who is still on the line is told so"
