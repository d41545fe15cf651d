"""Put on hold: nobody hears us, what comes is music, and the message begins anew when somebody is back."""

import asyncio
from pathlib import Path

import pytest

from broadcast.states import Outcome
from ivr.call.values import Sound
from ivr.scripts.alert_call import Alert
from tests.fakes.ari_call import FakeCall
from tests.fakes.phone import Phone, answered
from tests.in_no_time import in_no_time
from tests.ivr.callers import SAYS, Caller, calls, heard
from tests.ivr.conftest import SPEED, LineDesk, until
from tests.ivr.told import NEVER, Times, call
from tests.support.people import phone

MESSAGE = Sound(Path("/sounds/inbraak"), 8.0)
ALERT = Alert(MESSAGE, Sound(Path("/sounds/dank"), 1.5), Sound(Path("/sounds/sure"), 2.0), pause=1.0)
HALLO = (0.3, 1.0)


def seconds_of_message(phone: Phone) -> list[float]:
    return [round(one.seconds, 2) for one in phone.heard if one.sound == MESSAGE]


# What is proved


def test_a_pass_during_which_they_held_us_for_a_moment_is_none() -> None:
    held = call(talks=[HALLO], passes=[(0, 10), (11, 21)], held=[(5, 5.5), (12, 13)], left=22)
    assert held.facts.whole_passes == []
    assert held.outcome() is Outcome.PARTIAL
    before_and_after = call(talks=[HALLO], passes=[(0, 10), (11, 21)], held=[(10.2, 10.8)], left=22)
    assert before_and_after.outcome() is Outcome.HEARD


@pytest.mark.parametrize("held", [[(0, NEVER)], [(3, NEVER)], [(2, 4), (6, NEVER)]])
@pytest.mark.parametrize("talks", [[], [HALLO], [(0.3, 2.9)]])
@pytest.mark.parametrize("left", [None, 12.0])
def test_who_never_comes_back_has_heard_only_a_part(held: Times, talks: Times, left: float | None) -> None:
    assert call(talks=talks, cut=[(0.1, 3)], held=held, left=left).outcome() is Outcome.PARTIAL


def test_music_on_hold_is_no_talk_of_anybody() -> None:
    held = call(talks=[HALLO, (3.1, 12.5), (20.5, 21.2)], held=[(3, 13)], passes=[(13, 23)])
    assert [(one.start, one.end) for one in held.facts.talks] == [HALLO, (20.5, pytest.approx(21.2))]


def test_music_that_was_never_heard_to_begin_ends_with_the_hold() -> None:
    held = call(talks=[(-2, 12.5)], held=[(0, 13)], passes=[(13, 23)])
    assert held.facts.talks == []
    into_talk = call(talks=[(-2, 14.5)], held=[(0, 13)], passes=[(13, 23)])
    [talk] = into_talk.facts.talks
    assert (talk.start, talk.end) == pytest.approx((13, 14.5))


def test_talk_that_a_hold_cuts_off_ends_there_and_starts_nothing_again() -> None:
    far_end = call(talks=[(0.3, NEVER)], held=[(4, NEVER)])
    assert [(one.start, one.end) for one in far_end.facts.talks] == [(0.3, 4)]
    assert not far_end.start_again(4 + far_end.thresholds.certain)


def test_packets_of_music_tell_no_talk() -> None:
    far_end = call(talks=[(0.3, NEVER)], held=[(1, 9)])
    for n in range(30):
        far_end.recorder.packets(50 + 20 * n, 1.0 + 0.4 * n)
    assert len(far_end.facts.talks) == 1
    assert not far_end.facts.is_coarse


# What is said


@in_no_time
async def test_who_comes_back_hears_the_message_from_its_first_word() -> None:
    async with answered(ALERT) as them:
        await them.hears(MESSAGE)
        await them.says(0.7)
        them.puts_us_on_hold()
        await them.listens(30)
        assert seconds_of_message(them) == [1.3]
        them.takes_us_back()
        await them.hears(MESSAGE)
        await them.listens(8.5)
        them.hangs_up()
    assert seconds_of_message(them) == [1.3, 8.0]
    assert them.call.far_end.outcome() is Outcome.HEARD


@in_no_time
async def test_who_answers_with_a_hold_hears_it_when_they_take_it_back() -> None:
    async with answered(ALERT) as them:
        them.puts_us_on_hold()
        await them.listens(20)
        assert sum(seconds_of_message(them)) < 0.1
        them.takes_us_back()
        await them.hears(MESSAGE)
        await them.listens(9.5)
        await them.hears(MESSAGE)
        await them.listens(8.5)
    assert seconds_of_message(them)[-2:] == [8.0, 8.0]


@in_no_time
async def test_who_hangs_up_while_we_are_on_hold_has_heard_only_a_part() -> None:
    async with answered(ALERT) as them:
        await them.hears(MESSAGE)
        await them.listens(6)
        them.puts_us_on_hold()
        await them.listens(40)
        them.hangs_up()
    assert them.call.far_end.outcome() is Outcome.PARTIAL


@in_no_time
async def test_a_key_on_hold_still_confirms() -> None:
    async with answered(ALERT) as them:
        await them.hears(MESSAGE)
        them.puts_us_on_hold()
        await them.listens(5)
        them.presses("1")
        await them.listens(1)
        them.takes_us_back()
        await them.hears(ALERT.thanks)
    assert them.call.far_end.outcome() is Outcome.CONFIRMED


@in_no_time
async def test_a_menu_waits_for_a_caller_who_put_us_on_hold_and_asks_once_more() -> None:
    async with calls(Caller()) as them:
        await them.hears(SAYS["line_menu"])
        await them.listens(1)
        them.puts_us_on_hold()
        await them.listens(600)
        asked = heard(them).count("line_menu")
        them.takes_us_back()
        await them.hears(SAYS["line_menu"])
        await them.listens(SAYS["line_menu"].seconds + 2)
        them.puts_us_on_hold()
        await them.listens(600)
        them.takes_us_back()
        await them.listens(1)
        assert "goodbye" not in heard(them)
        them.hangs_up()
    assert (asked, heard(them).count("line_menu")) == (1, 2)


# What the PBX tells


async def test_a_line_that_is_answered_on_hold_is_no_silent_one(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(15))

    async def holds(call: FakeCall) -> None:
        await call.ring(1)
        call.emit("ChannelHold")
        call.pick_up()
        await call.passes(SPEED)
        call.put_down()

    line_desk.ari.phones[order.number] = holds
    result = await line_desk.calls(order)
    assert result.outcome is Outcome.PARTIAL
    assert line_desk.ari.heard[order.number] == [[]]


async def test_somebody_takes_us_back_and_hears_it(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(15))

    async def holds(call: FakeCall) -> None:
        call.pick_up()
        await call.passes(2)
        call.emit("ChannelHold")
        await call.passes(4)
        call.emit("ChannelUnhold")
        await call.sound_ends()
        await asyncio.sleep(0.3)
        call.put_down()

    line_desk.ari.phones[order.number] = holds
    result = await line_desk.calls(order)
    assert result.evidence is not None
    assert len(result.evidence["held"]) == 1
    whole = [one.whole for one in line_desk.ari.heard[order.number][0]]
    assert whole[:2] == [False, True]


async def test_an_alert_that_is_taken_back_waits_for_nobody_who_holds_us(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(15))

    async def holds(call: FakeCall) -> None:
        call.emit("ChannelHold")
        call.pick_up()
        await call.stay()

    line_desk.ari.phones[order.number] = holds
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: (found := line_desk.channel(order)) and found.in_stasis)
    await line_desk.dialler.withdraw(order.attempt)
    result = await calling
    assert result.outcome is Outcome.PARTIAL
    assert line_desk.ari.heard[order.number] == [[]]
