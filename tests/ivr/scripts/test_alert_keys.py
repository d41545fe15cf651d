"""Keys on an alert that lead to more, told by the person who presses them: 9 to report, 0 and 0 to leave."""

import pytest

from broadcast.states import Outcome
from ivr.scripts.alert_call import Wants
from tests.fakes.phone import answered
from tests.in_no_time import in_no_time
from tests.ivr.scripts.test_alert_call import ALERT, LEAVE_SURE, MESSAGE, outcome, seconds_of_message
from tests.ivr.told import SETTLED


@in_no_time
async def test_dora_presses_9_to_report_which_proves_that_she_understood() -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        await phone.listens(3)
        phone.presses("9")
    assert (phone.wants, outcome(phone)) == (Wants.REPORT, Outcome.CONFIRMED)


@in_no_time
async def test_emiel_presses_0_and_0_again_and_has_confirmed_nothing() -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        phone.presses("0")
        await phone.hears(LEAVE_SURE)
        phone.presses("0")
    assert (phone.wants, outcome(phone)) == (Wants.LEAVE, Outcome.PARTIAL)


@pytest.mark.parametrize("then", ["", "7"])
@in_no_time
async def test_who_pressed_0_by_mistake_hears_the_whole_message_after_all(then: str) -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        await phone.listens(3)
        phone.presses("0")
        await phone.hears(LEAVE_SURE)
        phone.presses(then)
        await phone.hears(MESSAGE)
    assert (phone.wants, outcome(phone)) == (None, Outcome.HEARD)
    assert seconds_of_message(phone)[:2] == [3.0, 8.0]


@pytest.mark.parametrize(("then", "wants"), [("1", None), ("9", Wants.REPORT)])
@in_no_time
async def test_a_key_that_means_something_counts_also_after_a_0(then: str, wants: Wants | None) -> None:
    async with answered(ALERT) as phone:
        await phone.hears(MESSAGE)
        phone.presses("0")
        await phone.hears(LEAVE_SURE)
        phone.presses(then)
    assert (phone.wants, outcome(phone)) == (wants, Outcome.CONFIRMED)


@pytest.mark.parametrize("then", ["", "7"])
@in_no_time
async def test_a_0_by_mistake_after_the_last_pass_says_the_message_again(then: str) -> None:
    async with answered(ALERT, passes=1) as phone:
        await phone.listens(8.5)
        phone.presses("0")
        await phone.hears(LEAVE_SURE)
        phone.presses(then)
        await phone.hears(MESSAGE)
    assert seconds_of_message(phone) == [8.0, 8.0]


@pytest.mark.parametrize("key", ["1", "9"])
@in_no_time
async def test_a_key_between_the_end_of_a_pass_that_is_cut_and_the_first_word_of_the_next_counts(
    key: str,
) -> None:
    async with answered(ALERT) as phone:
        await phone.says(2.0)
        phone.still_plays = 0.5
        await phone.listens(2.0 + SETTLED + 0.2 - phone.now())
        assert [heard.seconds for heard in phone.heard] == pytest.approx([2.0 + SETTLED, 0.0], abs=0.05)
        phone.presses(key)
    assert outcome(phone) is Outcome.CONFIRMED
    assert len(seconds_of_message(phone)) == 2


@in_no_time
async def test_who_said_hallo_and_then_pressed_2_can_still_confirm_in_the_second_time() -> None:
    async with answered(ALERT) as phone:
        await phone.says(0.5)
        await phone.listens(7.0 - phone.now())
        phone.presses("2")
        await phone.listens(8.0 + 1.0 + 3.0)
        phone.presses("1")
    assert (outcome(phone), seconds_of_message(phone)) == (Outcome.CONFIRMED, [7.0, 8.0, 3.0])
