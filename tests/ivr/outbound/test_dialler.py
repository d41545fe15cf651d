"""One attempt, one call: what becomes of it on a PBX that speaks ARI, with phones that do as numbered."""

import asyncio
import logging
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from uuid import uuid4

import pytest

from broadcast.states import Outcome
from ivr.pbx.trunk import NumberFormat, Trunk
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.ivr.conftest import MESSAGE_SECONDS, SPEED, LineDesk, line_on, until
from tests.support.people import phone


async def rings_for_ever(call: FakeCall) -> None:
    await call.ring(inf)


async def box_that_greets(call: FakeCall) -> None:
    """As long as a greeting is by our clock."""
    call.pick_up()
    await call.passes(1)
    await call.talk(2.5 * SPEED)
    await call.stay()


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (10, Outcome.CONFIRMED),
        (11, Outcome.CONFIRMED),
        (12, Outcome.HEARD),
        (13, Outcome.CONFIRMED),
        (14, Outcome.PARTIAL),
        (15, Outcome.SILENT),
        (16, Outcome.BUSY),
        (17, Outcome.NO_ANSWER),
        (18, Outcome.BUSY),
        (19, Outcome.REJECTED),
        (20, Outcome.DEAD_NUMBER),
        (21, Outcome.CONGESTION),
        (22, Outcome.DEAD_NUMBER),
        (99, Outcome.DEAD_NUMBER),
    ],
)
async def test_the_dialled_number_decides_the_outcome(
    line_desk: LineDesk, kind: int, outcome: Outcome
) -> None:
    order = line_desk.order(phone(kind))
    began = datetime.now(UTC)
    result = await line_desk.calls(order)
    assert result.outcome is outcome
    assert result.ended_at is not None
    assert began <= result.ended_at <= datetime.now(UTC)
    assert line_desk.ari.posts == {str(order.attempt): 1}
    assert (line_desk.lines.taken, line_desk.ari.calls) == (0, {})
    assert line_desk.exchange.find(str(order.attempt)) is None


async def test_the_second_call_to_somebody_who_was_busy_is_answered(line_desk: LineDesk) -> None:
    first, second = line_desk.order(phone(18)), line_desk.order(phone(18))
    assert (await line_desk.calls(first)).outcome is Outcome.BUSY
    assert (await line_desk.calls(second)).outcome is Outcome.CONFIRMED


async def test_who_picks_up_and_puts_down_at_once_has_answered(line_desk: LineDesk) -> None:
    async def in_one_move(call: FakeCall) -> None:
        await call.ring(1.0)
        call.pick_up_and_put_down()

    line_desk.ari.phones[phone(10)] = in_one_move
    assert (await line_desk.calls(line_desk.order(phone(10)))).outcome is Outcome.PARTIAL


async def test_nobody_has_heard_anything_on_a_call_without_sound(line_desk: LineDesk) -> None:
    async def without_sound(call: FakeCall) -> None:
        call.has_sound = False
        call.pick_up()
        await call.stay()

    line_desk.ari.phones[phone(10)] = without_sound
    result = await line_desk.calls(line_desk.order(phone(10)))
    assert result.outcome is Outcome.PARTIAL


async def test_a_box_gets_the_message_whole_after_its_greeting(line_desk: LineDesk) -> None:
    line_desk.ari.phones[phone(23)] = box_that_greets
    result = await line_desk.calls(line_desk.order(phone(23)))
    assert result.outcome is Outcome.VOICEMAIL
    [[_, greeted_until]] = result.evidence["talk"]
    assert sum(start >= greeted_until and whole for start, _, whole in result.evidence["passes"]) >= 2


async def test_where_silence_is_not_sent_the_end_of_a_greeting_is_told_from_its_packets(
    line_desk: LineDesk,
) -> None:
    async def box(call: FakeCall) -> None:
        call.pick_up()
        await call.talk_on(2.2)
        await call.stay()

    line_desk.ari.phones[phone(23)] = box
    result = await line_desk.calls(line_desk.order(phone(23)))
    assert result.outcome is Outcome.VOICEMAIL
    [[_, end]] = result.evidence["talk"]
    assert end == pytest.approx(2.2, abs=0.5)
    assert sum(start >= end and whole for start, _, whole in result.evidence["passes"]) == 2


async def test_the_evidence_tells_what_the_phone_heard_though_all_events_come_twice(
    line_desk: LineDesk,
) -> None:
    result = await line_desk.calls(line_desk.order(phone(13)))
    assert len(result.evidence["keys"]) == 2
    assert [whole for _, _, whole in result.evidence["passes"]] == [False, True]
    assert result.answered_at is not None
    assert result.cause == 16


async def test_no_call_lasts_longer_than_its_limit_whatever_is_heard(tmp_path: Path) -> None:
    async def chats_on(call: FakeCall) -> None:
        call.pick_up()
        await call.passes(1)
        await call.talk(1000)

    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, hard_limit=0.8) as desk:
        ari.phones[phone(12)] = chats_on
        result = await desk.calls(desk.order(phone(12)))
    assert result.answered_at is not None
    assert result.ended_at is not None
    limit = 0.8 + 3 * MESSAGE_SECONDS / SPEED
    assert limit <= (result.ended_at - result.answered_at).total_seconds() < limit + 5
    assert result.evidence["left"] is None


@pytest.mark.parametrize("number", ["101", "112", "+32101", "+999123", "+3290012345", "+32475123456;x", ""])
async def test_a_number_that_must_not_ring_is_never_sent_to_the_pbx(line_desk: LineDesk, number: str) -> None:
    assert (await line_desk.calls(line_desk.order(number))).outcome is Outcome.REFUSED
    assert line_desk.ari.posts == {}
    assert line_desk.lines.taken == 0


async def test_simulated_people_are_never_rung_on_a_real_trunk(tmp_path: Path) -> None:
    real = Trunk(uri="sip:trunk.example", calls_per_second=1000)
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, trunk=real) as desk:
        assert (await desk.calls(desk.order(phone(10)))).outcome is Outcome.REFUSED
        assert ari.posts == {}


async def test_a_trunk_gets_numbers_as_it_wants_them(tmp_path: Path) -> None:
    trunk = Trunk(uri="sip:trunk.example", number_format=NumberFormat.NATIONAL, calls_per_second=1000)
    assert (trunk.written("+32475123456"), trunk.written("+31201234567")) == ("0475123456", "0031201234567")


async def test_an_alert_that_expired_while_the_phone_rang_is_not_played(tmp_path: Path) -> None:
    async def is_slow(call: FakeCall) -> None:
        await call.ring(0.5)
        call.pick_up()
        await call.stay()

    async with FakeAri(speed=1.0) as ari, line_on(ari, tmp_path) as desk:
        ari.phones[phone(12)] = is_slow
        result = await desk.calls(desk.order(phone(12), expires_in=0.2))
    assert result.outcome is Outcome.EXPIRED
    assert ari.heard[phone(12)] == [[]]


async def test_no_telephone_rings_on_for_an_alert_that_has_expired(tmp_path: Path) -> None:
    async with FakeAri(speed=1.0) as ari, line_on(ari, tmp_path, ring=300.0) as desk:
        ari.phones[phone(12)] = rings_for_ever
        result = await desk.calls(desk.order(phone(12), expires_in=1.0))
    assert result.outcome is Outcome.NO_ANSWER


async def test_the_message_does_not_begin_again_once_it_has_expired(line_desk: LineDesk) -> None:
    """The pass that is being spoken then is spoken to its end."""
    order = line_desk.order(phone(15), expires_in=0.5 * MESSAGE_SECONDS / SPEED)
    result = await line_desk.calls(order)
    assert result.outcome is not Outcome.EXPIRED
    assert [heard.whole for heard in line_desk.ari.heard[phone(15)][0]] == [True]
    assert result.evidence["left"] is None, "we ended it"


async def test_a_trunk_that_is_down_is_not_the_numbers_fault(line_desk: LineDesk) -> None:
    line_desk.ari.trunk_is_down = True
    assert (await line_desk.calls(line_desk.order(phone(10)))).outcome is Outcome.TRUNK_DOWN
    assert line_desk.lines.taken == 0


async def test_calls_wait_for_a_trunk_that_does_not_answer_and_go_on_when_it_does(
    line_desk: LineDesk,
) -> None:
    line_desk.ari.trunk_answers(reachable=False)
    await until(lambda: not line_desk.lines._is_open)
    call = asyncio.create_task(line_desk.calls(line_desk.order(phone(10))))
    await asyncio.sleep(0)
    assert line_desk.ari.posts == {}
    line_desk.ari.trunk_answers(reachable=True)
    assert (await call).outcome is Outcome.CONFIRMED


async def test_the_log_says_once_that_the_trunk_went_and_that_it_came_back(
    line_desk: LineDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ivr.pbx.event_router")

    def said() -> list[str]:
        return [record.message for record in caplog.records if record.name == "ivr.pbx.event_router"]

    went, came = (
        "The trunk does not answer; calls wait until it does.",
        "The trunk answers again; calls can go out.",
    )
    line_desk.ari.trunk_answers(reachable=False)
    await until(lambda: said() == [went])
    line_desk.router._gate(is_reachable=False)
    line_desk.ari.trunk_answers(reachable=True)
    await until(lambda: said() == [went, came])
    line_desk.router._gate(is_reachable=True)
    await line_desk.is_cut_off()
    await line_desk.is_back()
    assert said() == [went, came, "The trunk answers; calls can go out."]


# Stopped because it is no longer needed


async def test_a_phone_that_still_rings_can_be_stopped(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(17))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    await line_desk.dialler.stop(order.attempt)
    result = await call
    assert result.answered_at is None
    assert line_desk.ari.calls == {}


async def test_a_person_who_is_listening_is_not_cut_off(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(11))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.speaks_to(order))
    await line_desk.dialler.stop(order.attempt)
    assert (await call).outcome is Outcome.CONFIRMED


async def test_a_call_stopped_before_the_pbx_has_placed_it_does_not_ring_on(line_desk: LineDesk) -> None:
    line_desk.ari.answer_after = 0.2
    order = line_desk.order(phone(17))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: any(str(order.attempt) in path for _, path in line_desk.ari.requests))
    line_desk.ari.answer_after = 0.0
    began = asyncio.get_running_loop().time()
    await line_desk.dialler.stop(order.attempt)
    await call
    assert asyncio.get_running_loop().time() - began < 10 / SPEED, "the phone would have rung so long"


async def test_stopping_a_call_that_nobody_knows_does_nothing(line_desk: LineDesk) -> None:
    await line_desk.dialler.stop(uuid4())
    assert line_desk.lines.taken == 0


async def test_who_listens_to_an_alert_that_is_taken_back_hears_that_it_is_and_is_let_go(
    line_desk: LineDesk,
) -> None:
    async def listens(call: FakeCall) -> None:
        call.pick_up()
        await call.stay()

    order = line_desk.order(phone(10))
    line_desk.ari.phones[phone(10)] = listens
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.speaks_to(order))
    for _ in range(3):
        await line_desk.dialler.withdraw(order.attempt)
    result = await calling
    assert result.outcome in {Outcome.PARTIAL, Outcome.SILENT}
    message, stopped = line_desk.ari.heard[order.number][0]
    assert not message.whole
    assert (Path(stopped.sound).name, stopped.whole) == ("stopped", True)


async def test_a_phone_that_rings_for_an_alert_that_is_taken_back_rings_no_more(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(17))
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    await line_desk.dialler.withdraw(order.attempt)
    assert (await calling).answered_at is None
