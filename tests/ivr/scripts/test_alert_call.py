"""The call that it is all about, told by the person who picks up."""

import asyncio
from pathlib import Path

import pytest

from broadcast.states import Outcome
from ivr.call.errors import Hangup, PlayFailed
from ivr.call.signals import Key
from ivr.call.values import Sound, WholePlayed
from ivr.detection.fact_recorder import TALK_ENDS_AFTER
from ivr.scripts.alert_call import Alert
from tests.fakes.phone import Phone, answered
from tests.in_no_time import in_no_time
from tests.ivr.told import SETTLED

MESSAGE = Sound(Path("/sounds/inbraak"), 8.0)
THANKS = Sound(Path("/sounds/dank"), 1.5)
LEAVE_SURE = Sound(Path("/sounds/leave-sure"), 2.0)
ALERT = Alert(MESSAGE, THANKS, LEAVE_SURE, pause=1.0)


def outcome(phone: Phone) -> Outcome:
    return phone.call.far_end.outcome()


def seconds_of_message(phone: Phone) -> list[float]:
    return [round(heard.seconds, 2) for heard in phone.heard if heard.sound == MESSAGE]


@in_no_time
async def test_an_presses_1_while_the_message_is_spoken_and_is_thanked() -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        await phone.listens(3)
        phone.presses("1")
        await phone.hears(THANKS)
    assert outcome(phone) is Outcome.CONFIRMED
    assert [heard.seconds for heard in phone.heard] == pytest.approx([3.0, 1.5])


@in_no_time
async def test_bert_presses_1_in_the_quiet_after_the_message() -> None:
    async with answered(ALERT) as phone:
        await phone.listens(8.5)
        phone.presses("1")
        await phone.hears(THANKS)
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.CONFIRMED, [8.0])


@in_no_time
async def test_chris_presses_1_and_hangs_up_in_the_same_breath() -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        phone.presses("1")
        phone.hangs_up()
    assert outcome(phone) is Outcome.CONFIRMED


@in_no_time
async def test_the_thanks_are_heard_whole_even_by_who_keeps_pressing_keys() -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        phone.presses("1")
        await phone.hears(THANKS)
        phone.presses("1122")
    assert phone.heard[-1].seconds == THANKS.seconds


@in_no_time
async def test_dirk_presses_2_and_hears_it_again_from_its_first_word() -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        await phone.listens(3)
        phone.presses("2")
        await phone.hears(MESSAGE)
        await phone.listens(8.5)
        phone.presses("1")
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.CONFIRMED, [3.0, 8.0])


@in_no_time
async def test_fons_presses_2_in_the_quiet_after_the_second_time_and_hears_it_a_third_time() -> None:
    async with answered(ALERT) as phone:
        await phone.listens(2 * 8.0 + 1.0 + 0.5)
        phone.presses("2")
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.HEARD, [8.0, 8.0, 8.0])


@in_no_time
async def test_other_keys_disturb_nothing() -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        phone.presses("37#*")
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.HEARD, [8.0, 8.0])


@in_no_time
async def test_keys_typed_ahead_of_the_first_word_count() -> None:
    async with answered(ALERT) as phone:
        phone.presses("1")
        await phone.hears(THANKS)
    assert outcome(phone) is Outcome.CONFIRMED


@in_no_time
async def test_els_says_hallo_listens_whole_and_hangs_up_in_the_quiet() -> None:
    async with answered(ALERT) as phone:
        await phone.says(0.5)
        await phone.listens(8.2 - phone.now())
        phone.hangs_up()
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.HEARD, [8.0])


@in_no_time
async def test_who_says_nothing_hears_it_twice_and_then_we_hang_up() -> None:
    async with answered(ALERT) as phone:
        pass
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.SILENT, [8.0, 8.0])
    assert phone.now() == pytest.approx(2 * (8.0 + 1.0))


@in_no_time
async def test_who_hangs_up_after_two_seconds_has_heard_a_part() -> None:
    async with answered(ALERT) as phone:
        await phone.listens(2)
        phone.hangs_up()
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.PARTIAL, [2.0])


@in_no_time
async def test_the_message_is_said_again_when_a_boxs_greeting_ends_and_when_its_beep_ends() -> None:
    async with answered(ALERT) as phone:
        await phone.says(4)
        await phone.listens(0.5)
        await phone.says(0.3)
        await phone.listens(19)
    assert outcome(phone) is Outcome.VOICEMAIL
    assert seconds_of_message(phone)[-2:] == [8.0, 8.0]
    starts = [one.start for one in phone.call.far_end.facts.passes if one.whole]
    assert starts[0] == pytest.approx(5.4 + SETTLED), "when the quiet after its beep had settled"


@in_no_time
async def test_a_greeting_that_ended_just_before_a_pass_began_lets_it_begin_anew() -> None:
    async with answered(ALERT) as phone:
        await phone.listens(1)
        await phone.says(7.0)
        await phone.hears(MESSAGE)
        await phone.hears(MESSAGE)
        assert phone.now() == pytest.approx(9.0), "when the pause after the first pass was over"
        await phone.hears(MESSAGE)
        assert phone.now() == pytest.approx(8.0 + SETTLED), "when the quiet after the greeting had settled"
        await phone.listens(5)
        phone.hangs_up()
    assert outcome(phone) is Outcome.VOICEMAIL_PARTIAL


@in_no_time
async def test_a_far_end_that_never_falls_quiet_for_long_hears_nothing_but_whole_passes() -> None:
    async with answered(ALERT) as phone:
        while len(phone.call.far_end.facts.passes) < 5:
            await phone.says(1.9)
        phone.hangs_up()
    assert [one.whole for one in phone.call.far_end.facts.passes][:4] == [True] * 4


@pytest.mark.parametrize(
    ("before_the_end", "proved"), [(0.05, Outcome.VOICEMAIL), (0.5, Outcome.VOICEMAIL_PARTIAL)]
)
def test_a_box_that_hangs_up_before_the_last_word_does_not_have_the_message(
    before_the_end: float, proved: Outcome
) -> None:
    @in_no_time
    async def call() -> None:
        async with answered(ALERT) as phone:
            await phone.says(3)
            await phone.listens(SETTLED - TALK_ENDS_AFTER + MESSAGE.seconds - before_the_end)
            phone.hangs_up()
        assert outcome(phone) is proved

    call()


@in_no_time
async def test_a_sound_that_cannot_be_played_ends_the_call_and_proves_nothing() -> None:
    phone = Phone()
    phone.can_play = False
    with pytest.raises(PlayFailed):
        await phone.call.say(MESSAGE)
    assert outcome(phone) is Outcome.PARTIAL


@in_no_time
async def test_a_sound_that_is_shorter_than_it_should_be_is_a_fault_and_no_whole_pass() -> None:
    phone = Phone()
    saying = asyncio.create_task(phone.call.say(MESSAGE))
    await phone.listens(4)
    phone.is_cut_off()
    with pytest.raises(PlayFailed, match="to its end"):
        await saying
    assert outcome(phone) is Outcome.PARTIAL


@in_no_time
async def test_an_end_of_playback_that_is_never_reported_holds_the_call_up_for_three_seconds() -> None:
    async with answered(ALERT) as phone:
        phone.reports_ends = False
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.SILENT, [8.0, 8.0])
    assert phone.now() == pytest.approx(2 * (8.0 + 3.0 + 1.0))


@in_no_time
async def test_a_line_that_went_dead_while_nothing_was_reported_has_heard_nothing_whole() -> None:
    async with answered(ALERT) as phone:
        await phone.listens(2)
        phone.is_lost()
    assert outcome(phone) is Outcome.PARTIAL


@in_no_time
async def test_every_verb_after_the_hangup_raises_and_the_lines_before_it_are_not_interrupted() -> None:
    phone = Phone()
    phone.hangs_up()
    with pytest.raises(Hangup):
        await phone.call.say(MESSAGE)
    with pytest.raises(Hangup):
        await phone.call.play(THANKS)
    with pytest.raises(Hangup):
        await phone.call.pause(1)
    assert phone.heard == []


@in_no_time
async def test_a_pause_ends_by_itself_or_with_a_key_that_was_asked_for() -> None:
    phone = Phone()
    assert await phone.call.pause(2) is None
    assert phone.now() == pytest.approx(2)
    phone.presses("91")
    assert await phone.call.pause(2, keys="12") == Key("1")
    assert phone.now() == pytest.approx(2)


@in_no_time
async def test_news_of_an_earlier_sound_does_not_end_this_one() -> None:
    phone = Phone()
    phone.call.events.playback_ended("anruf.0", 0.0, ok=False)
    assert await phone.call.play(THANKS) == WholePlayed()
    assert phone.heard[0].seconds == THANKS.seconds


@in_no_time
async def test_a_pass_that_had_to_wait_for_an_earlier_sound_is_followed_to_its_own_end() -> None:
    async with answered(ALERT) as phone:
        phone.still_plays = 7.0
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.SILENT, [8.0, 8.0])
    assert phone.now() == pytest.approx(7.0 + 2 * (8.0 + 1.0))
