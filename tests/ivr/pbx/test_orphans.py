"""Calls of which nobody knows whether they were placed, and channels that nobody leads."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from broadcast.states import Outcome
from ivr.outbound.placement import ENDPOINT
from ivr.pbx.orphans import Reaper
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_http import Refusal
from tests.fakes.ari_server import FakeAri
from tests.fakes.wire import Wire
from tests.ivr.conftest import SPEED, LineDesk, line_on, until
from tests.ivr.outbound.test_dialler_faults import picks_up_after_ten_rings, picks_up_and_stays
from tests.support.people import phone


class CutWhilePlacing(FakeAri):
    """Breaks the wire after it has placed a call and before it has said so."""

    wire: Wire

    def places(self, channel_id: str, number: str, body: Mapping[str, Any]) -> FakeCall:
        call = super().places(channel_id, number, body)
        self.wire.drop()
        return call


async def test_an_originate_whose_answer_is_lost_is_not_sent_again_and_its_call_goes_on(
    tmp_path: Path,
) -> None:
    async with (
        CutWhilePlacing(speed=SPEED) as ari,
        Wire(ari.port) as wire,
        line_on(ari, tmp_path, url=wire.url) as desk,
    ):
        ari.wire = wire
        ari.phones[phone(11)] = picks_up_after_ten_rings
        order = desk.order(phone(11))
        assert (await desk.calls(order)).outcome is Outcome.SILENT
        assert ari.posts == {str(order.attempt): 1}


class Slow(FakeAri):
    """Gives no reply to what places a call, and does it later, if at all."""

    def __init__(self, *, later: asyncio.Event, speed: float) -> None:
        super().__init__(speed=speed)
        self.later = later

    def places(self, channel_id: str, number: str, body: Mapping[str, Any]) -> FakeCall:
        async def place() -> None:
            await self.later.wait()
            super(Slow, self).places(channel_id, number, body)

        self._run(place())
        raise Refusal(503, "Service Unavailable")


@pytest.mark.thorough
async def test_a_call_that_was_not_placed_after_all_is_lost_long_before_its_phone_would_have_rung_out(
    tmp_path: Path,
) -> None:
    may_place = asyncio.Event()
    async with Slow(speed=SPEED, later=may_place) as ari, line_on(ari, tmp_path) as desk:
        ari.phones[phone(15)] = picks_up_and_stays
        order = desk.order(phone(15))
        result = await desk.calls(order)
        assert result.outcome is Outcome.LOST
        assert ari.posts == {str(order.attempt): 1}
        assert desk.lines.taken == 0
        may_place.set()  # and now it comes all the same, and is answered: nobody leads it, but it speaks
        await until(lambda: ari.heard[order.number] and len(ari.heard[order.number][0]) == 3)


async def test_a_call_whose_placing_was_doubtful_is_led_when_it_is_there_after_a_while(
    tmp_path: Path,
) -> None:
    may_place = asyncio.Event()
    async with Slow(speed=SPEED, later=may_place) as ari, line_on(ari, tmp_path) as desk:
        order = desk.order(phone(10))
        call = asyncio.create_task(desk.calls(order))
        await until(lambda: ari.requests.count(("GET", f"/ari/channels/{order.attempt}")) >= 2)
        may_place.set()
        assert (await call).outcome is Outcome.CONFIRMED
        assert ari.posts == {str(order.attempt): 1}


async def test_a_call_that_nobody_knows_is_hung_up_and_other_peoples_calls_are_left_alone(
    tmp_path: Path,
) -> None:
    async with FakeAri(speed=SPEED) as ari:
        orphan, foreign = str(uuid4()), "1763760000.42"
        for channel in (orphan, foreign):
            ari.places(channel, phone(17), {"timeout": 3600})
        async with line_on(ari, tmp_path):
            await until(lambda: orphan not in ari.calls)
            assert set(ari.calls) == {foreign}


async def test_who_listens_to_a_call_that_nobody_knows_goes_on_hearing_the_message(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path) as desk:
        ari.phones[phone(15)] = picks_up_and_stays
        order = desk.order(phone(15))
        call = asyncio.create_task(desk.calls(order))
        await until(lambda: desk.speaks_to(order))
        call.cancel()
        await asyncio.wait({call})
        await desk.is_cut_off()
        await desk.is_back()
        await until(lambda: str(order.attempt) not in ari.calls)
        assert sum(one.whole for one in ari.heard[order.number][0]) >= ari.fallback_passes


async def test_a_phone_that_rings_for_nobody_is_stopped_at_the_second_look_and_no_other(
    line_desk: LineDesk,
) -> None:
    """Nothing had told us of it: no event, no reply."""
    ours, stray = line_desk.order(phone(17, 1)), str(uuid4())
    calling = asyncio.create_task(line_desk.calls(ours))
    await line_desk.client.channels.originate(
        stray, endpoint=f"PJSIP/{phone(17, 2)}@{ENDPOINT}", context="", extension="", caller_id="", timeout=30
    )
    await until(lambda: {stray, str(ours.attempt)} <= line_desk.ari.calls.keys())
    reaper = Reaper(line_desk.client, line_desk.exchange.find, trunk=ENDPOINT)
    await reaper.look()
    assert stray in line_desk.ari.calls
    await reaper.look()
    assert line_desk.ari.calls.keys() == {str(ours.attempt)}
    await line_desk.ari.crash()
    await reaper.look()
    calling.cancel()
