"""Calls out on a fake PBX, whatever they are for: placed once, seen through, stopped, found after a crash."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broadcast.states import Outcome
from directory.errors import NumberRefused
from ivr.call.call import Call
from ivr.call.values import Sound
from ivr.outbound.placement import NotPlaced, Origination, Placement, Script, unanswered
from ivr.pbx.live_call import LiveCall
from ivr.pbx.trunk import Trunk
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.ivr.conftest import SPEED, LineDesk, line_on, until
from tests.support.people import phone

LIST = ("GET", "/ari/channels")


class Spoken:
    """Who was spoken to."""

    def __init__(self) -> None:
        self.with_: list[str] = []

    async def __call__(self, call: Call) -> None:
        self.with_.append(call.id)


class Stays:
    """A conversation without an end."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, call: Call) -> None:
        self.begun.set()
        await call.pause(3600)


def placement(desk: LineDesk, trunk: Trunk | None = None) -> Placement:
    trunk = trunk or Trunk(calls_per_second=1000)
    return Placement(desk.client, desk.exchange, desk.lines, trunk=trunk)


def wanted(number: str, *, id_: UUID | None = None, ring: float = 20.0, limit: float = 60.0) -> Origination:
    return Origination(id_ or uuid4(), number, ring=ring, limit=limit)


async def leads(placing: Placement, live: LiveCall, call: Origination, script: Script) -> LiveCall:
    async with placing.see_through(live, call):
        await placing.converse(live, script, limit=call.limit)
    return live


async def rings(placing: Placement, call: Origination, script: Script) -> LiveCall:
    return await leads(placing, placing.watch(call), call, script)


async def picks_up_and_stays(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


async def test_who_picks_up_hears_the_script_and_is_hung_up_at_its_end(line_desk: LineDesk) -> None:
    async def script(call: Call) -> None:
        await call.play(Sound(line_desk.message, 0.4))

    line_desk.ari.phones[phone(10)] = picks_up_and_stays
    live = await rings(placement(line_desk), wanted(phone(10)), script)
    assert live.is_over
    [heard] = line_desk.ari.heard[phone(10)]
    assert [(Path(one.sound).name, one.whole) for one in heard] == [("message", True)]
    assert (line_desk.lines.taken, line_desk.ari.calls) == (0, {})


@pytest.mark.parametrize(
    ("kind", "outcome"), [(16, Outcome.BUSY), (17, Outcome.NO_ANSWER), (20, Outcome.DEAD_NUMBER)]
)
async def test_who_does_not_pick_up_is_told_apart(line_desk: LineDesk, kind: int, outcome: Outcome) -> None:
    spoken, call = Spoken(), wanted(phone(kind), ring=2.0)
    live = await rings(placement(line_desk), call, spoken)
    assert unanswered(live, ring=call.ring) is outcome
    assert (spoken.with_, line_desk.lines.taken, line_desk.ari.calls) == ([], 0, {})


@pytest.mark.parametrize("is_reserved", [False, True])
async def test_a_number_that_is_never_dialled_takes_no_place(line_desk: LineDesk, is_reserved: bool) -> None:
    with ExitStack() as reserved:
        line = None
        if is_reserved:
            [line] = await line_desk.lines.reserve()
            reserved.enter_context(line)
        with pytest.raises(NumberRefused):
            placement(line_desk).watch(wanted("+32101"), line)
    assert (line_desk.lines.taken, sum(line_desk.ari.posts.values())) == (0, 0)


async def test_a_call_without_a_way_out_is_not_placed_and_gives_its_place_back(line_desk: LineDesk) -> None:
    line_desk.ari.trunk_is_down = True
    with pytest.raises(NotPlaced):
        await rings(placement(line_desk), wanted(phone(10)), Spoken())
    assert line_desk.lines.taken == 0


async def test_a_conversation_ends_at_its_limit_whatever_is_being_said(line_desk: LineDesk) -> None:
    line_desk.ari.phones[phone(15)] = picks_up_and_stays
    live = await rings(placement(line_desk), wanted(phone(15), limit=0.3), Stays())
    assert live.is_over
    assert (line_desk.lines.taken, line_desk.ari.calls) == (0, {})


async def test_a_fault_of_our_own_leaves_nobody_on_a_dead_line(line_desk: LineDesk) -> None:
    async def fails(_: Call) -> None:
        raise ValueError

    line_desk.ari.phones[phone(15)] = picks_up_and_stays
    with pytest.raises(ValueError):  # noqa: PT011 - the script's own
        await rings(placement(line_desk), wanted(phone(15)), fails)
    await until(lambda: not line_desk.ari.calls)
    assert line_desk.lines.taken == 0


async def test_a_call_that_could_not_be_ended_keeps_its_line_until_its_channel_is_gone(
    line_desk: LineDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.outbound.placement.END_REPORTED_WITHIN", 0.05)
    monkeypatch.setattr("ivr.pbx.unended.LOOK_EVERY", 0.01)
    line_desk.ari.no_hang_ups = True
    line_desk.ari.phones[phone(15)] = picks_up_and_stays
    live = await rings(placement(line_desk), wanted(phone(15)), Spoken())
    assert line_desk.exchange.find(live.id) is None
    looks = line_desk.ari.requests.count(LIST)
    await until(lambda: line_desk.ari.requests.count(LIST) >= looks + 3)
    assert line_desk.lines.taken == 1
    line_desk.ari.calls[live.id].put_down()
    await until(lambda: line_desk.lines.taken == 0)


async def test_who_must_be_rung_at_once_is_rung_though_the_line_is_full(tmp_path: Path) -> None:
    trunk = Trunk(channels=1, kept_for_callers=0.0, calls_per_second=1000)
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, trunk=trunk) as desk:
        ari.phones[phone(15)] = picks_up_and_stays
        assert await desk.lines.reserve()
        call, spoken = wanted(phone(15)), Spoken()
        await rings(placement(desk, trunk), call, spoken)
        assert spoken.with_ == [str(call.id)]
        assert desk.lines.taken == 1


async def test_a_telephone_that_rings_can_be_stopped_and_nobody_is_spoken_to(line_desk: LineDesk) -> None:
    spoken, placing, call = Spoken(), placement(line_desk), wanted(phone(17), ring=300.0)
    ringing = asyncio.create_task(rings(placing, call, spoken))
    await until(lambda: str(call.id) in line_desk.ari.calls)
    await placing.stop(call.id)
    assert (await ringing).is_over
    assert spoken.with_ == []
    assert line_desk.lines.taken == 0


async def test_a_call_of_an_earlier_process_is_led_and_not_placed_again(tmp_path: Path) -> None:
    call, spoken, may_answer = wanted(phone(15)), Spoken(), asyncio.Event()

    async def answers_when_told(fake: FakeCall) -> None:
        await may_answer.wait()
        await picks_up_and_stays(fake)

    async with FakeAri(speed=SPEED) as ari:
        ari.phones[phone(15)] = answers_when_told
        ari.places(str(call.id), phone(15), {"timeout": 3600})
        async with line_on(ari, tmp_path, connected=False) as desk:
            placing = placement(desk)
            adopted = asyncio.create_task(leads(placing, placing.expect(call.id), call, spoken))
            await desk.is_back()
            may_answer.set()
            assert (await adopted).call is not None
        assert spoken.with_ == [str(call.id)]
        assert ari.posts[str(call.id)] == 0


@pytest.mark.parametrize("is_connected", [False, True])
async def test_a_call_that_the_pbx_does_not_know_is_lost(
    tmp_path: Path, is_connected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.pbx.orphans.LOOK_AGAIN_AFTER", 0.01)
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, connected=is_connected) as desk:
        spoken, placing, call = Spoken(), placement(desk), wanted(phone(15))
        live = await leads(placing, placing.expect(call.id), call, spoken)
        assert live.end.is_lost
        assert spoken.with_ == []
        assert (desk.exchange.find(live.id), desk.lines.taken) == (None, 0)


async def test_a_call_that_is_abandoned_before_it_is_adopted_leaves_nothing(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, connected=False) as desk:
        placing = placement(desk)
        live = placing.expect(uuid4())
        placing.abandon(live)
        placing.abandon(live)
        assert desk.exchange.find(live.id) is None
        await until(lambda: desk.lines.taken == 0)


async def test_a_call_that_a_line_lets_go_of_goes_on_for_the_next_one(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path) as desk:
        ari.phones[phone(15)] = picks_up_and_stays
        call, stays = wanted(phone(15)), Stays()
        ringing = asyncio.create_task(rings(placement(desk), call, stays))
        await stays.begun.wait()
        ringing.cancel()
        await asyncio.wait({ringing})
        assert not ari.calls[str(call.id)].gone.is_set()
        assert (desk.exchange.find(str(call.id)), desk.lines.taken) == (None, 0)
