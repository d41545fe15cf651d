"""Conversations that belong to no broadcast, on a fake PBX: placed once, stopped, found after a crash."""

import asyncio
from pathlib import Path
from uuid import uuid4

from ivr.call import Call
from ivr.ringing import Ringer
from ivr.trunk import Trunk
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.ivr.conftest import SPEED, LineDesk, line_on, until
from tests.people import phone


class Spoken:
    """Who was spoken to."""

    def __init__(self) -> None:
        self.with_: list[str] = []

    async def __call__(self, call: Call) -> None:
        self.with_.append(call.id)


def ringer(desk: LineDesk, trunk: Trunk | None = None) -> Ringer:
    trunk = trunk or Trunk(calls_per_second=1000)
    return Ringer(desk.client, desk.exchange, desk.lines, trunk=trunk, endpoint="trunk")


async def picks_up_and_stays(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


async def test_who_must_be_rung_at_once_is_rung_though_the_line_is_full(tmp_path: Path) -> None:
    trunk = Trunk(channels=1, kept_for_callers=0.0, calls_per_second=1000)
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, trunk=trunk) as desk:
        ari.phones[phone(15)] = picks_up_and_stays
        assert await desk.lines.free()
        call, spoken = uuid4(), Spoken()
        assert await ringer(desk, trunk).ring(call, phone(15), spoken, seconds=20)
        assert spoken.with_ == [str(call)]
        assert desk.lines.taken == 1


async def test_a_telephone_that_rings_can_be_stopped_and_nobody_is_spoken_to(line_desk: LineDesk) -> None:
    call, spoken, rings = uuid4(), Spoken(), ringer(line_desk)
    ringing = asyncio.create_task(rings.ring(call, phone(17), spoken, seconds=300))
    await until(lambda: str(call) in line_desk.ari.calls)
    await until(lambda: line_desk.exchange.find(str(call)) is not None)
    await rings.stop(call)
    assert not await ringing
    assert spoken.with_ == []
    assert line_desk.lines.taken == 0


class Stays:
    """A conversation without an end."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, call: Call) -> None:
        self.begun.set()
        await call.pause(3600)


async def test_a_call_of_an_earlier_process_is_led_and_not_placed_again(tmp_path: Path) -> None:
    call, spoken, may_answer = uuid4(), Spoken(), asyncio.Event()

    async def answers_when_told(fake: FakeCall) -> None:
        await may_answer.wait()
        await picks_up_and_stays(fake)

    async with FakeAri(speed=SPEED) as ari:
        ari.phones[phone(15)] = answers_when_told
        ari.places(str(call), phone(15), {"timeout": 3600})
        async with line_on(ari, tmp_path, connected=False) as desk:
            rings = ringer(desk)
            adopted = asyncio.create_task(rings.adopt(rings.expect(call), spoken, seconds=20))
            await desk.is_back()
            may_answer.set()
            assert await adopted is True
        assert spoken.with_ == [str(call)]
        assert ari.posts[str(call)] == 0


async def test_a_call_that_the_pbx_does_not_know_is_said_to_be_none(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, connected=False) as desk:
        spoken, rings = Spoken(), ringer(desk)
        live = rings.expect(uuid4())
        assert await rings.adopt(live, spoken, seconds=20) is False
        assert live.end.is_lost
        assert spoken.with_ == []
        assert (desk.exchange.find(live.id), desk.lines.taken) == (None, 0)


async def test_a_call_that_is_given_up_before_it_is_adopted_leaves_nothing(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, connected=False) as desk:
        rings = ringer(desk)
        live = rings.expect(uuid4())
        rings.give_up(live)
        rings.give_up(live)
        assert (desk.exchange.find(live.id), desk.lines.taken) == (None, 0)


async def test_a_call_that_a_line_lets_go_of_goes_on_for_the_next_one(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path) as desk:
        ari.phones[phone(15)] = picks_up_and_stays
        call, stays = uuid4(), Stays()
        ringing = asyncio.create_task(ringer(desk).ring(call, phone(15), stays, seconds=20))
        await stays.begun.wait()
        ringing.cancel()
        await asyncio.wait({ringing})
        assert not ari.calls[str(call)].gone.is_set()
        assert (desk.exchange.find(str(call)), desk.lines.taken) == (None, 0)
