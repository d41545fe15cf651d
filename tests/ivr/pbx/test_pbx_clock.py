"""Somebody sets the clock of the machine on which the PBX runs, in the middle of a call."""

import asyncio
from dataclasses import replace

import pytest

from broadcast.states import Outcome
from ivr.call.clock import PbxClock
from tests.fakes.phone import Phone, answered
from tests.in_no_time import in_no_time
from tests.ivr.scripts.test_alert_call import ALERT, MESSAGE, outcome

HOUR = 3600.0


class Wound(Phone):
    """A phone at a PBX whose clock may be set."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, -30.0, 30.0])
def test_who_hears_the_message_meanwhile_has_heard_it_whole(
    ahead: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fakes.phone.Phone", Wound)

    @in_no_time
    async def story() -> None:
        async with answered(ALERT) as phone:
            assert isinstance(phone, Wound)
            await phone.hears(MESSAGE)
            await phone.listens(3)
            phone.ahead = ahead
            await phone.hears(MESSAGE)
            await phone.listens(4)
            phone.presses("1")
        assert outcome(phone) is Outcome.CONFIRMED
        assert [one.whole for one in phone.call.far_end.facts.passes] == [True, False]

    story()


@in_no_time
async def test_who_hung_up_before_its_end_has_not_heard_it_whole_though_we_are_told_long_after() -> None:
    long = replace(MESSAGE, seconds=30.0)
    async with answered(replace(ALERT, message=long)) as phone:
        await phone.hears(long)
        await phone.listens(20.5)
        left_at = phone.now()
        phone.is_lost()
        await phone.listens(10.6)
        playback = phone.playing
        phone.call.events.playback_ended(playback, left_at, ok=True)
        phone.call.events.hung_up(left_at)
    assert outcome(phone) is Outcome.PARTIAL
    assert [one.whole for one in phone.call.far_end.facts.passes] == [False]


@in_no_time
async def test_the_news_of_the_hang_up_is_waited_for_when_the_clock_was_set_meanwhile() -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        await phone.listens(MESSAGE.seconds / 2)
        put_back = phone.now() - HOUR
        phone.call.events.playback_ended(phone.playing, put_back, ok=True)
        await phone.listens(0.2)
        phone.is_lost()
        phone.call.events.hung_up(put_back + 0.2)
    assert outcome(phone) is Outcome.PARTIAL


@in_no_time
async def test_an_event_that_was_long_on_its_way_counts_from_when_it_happened() -> None:
    clock = PbxClock(1000.0)
    await asyncio.sleep(8)
    assert clock.since_answer(1001.0) == pytest.approx(1.0)
    assert clock.since_answer(1008.0) == pytest.approx(8.0)
