"""The table of outcomes, row by row, told as what happens to people in the neighbourhood."""

from datetime import UTC, datetime, timedelta

import pytest

from broadcast.policy import RetryPolicy
from broadcast.rules.retry import CallNumber, Finished, Tried, decide, result_of
from broadcast.states import Outcome, Result

ALERT = datetime(2026, 3, 14, 23, 10, tzinfo=UTC)
EXPIRY = ALERT + timedelta(hours=1)
POLICY = RetryPolicy()

JAN_MOBILE, JAN_HOME, JAN_WORK = "+99910000001", "+99910000002", "+99910000003"


def after(seconds: float) -> datetime:
    return ALERT + timedelta(seconds=seconds)


def tried(number: str, outcome: Outcome, seconds: float) -> Tried:
    return Tried(number, outcome, after(seconds))


def next_for(
    *numbers: str, history: list[Tried], now: float | None = None, policy: RetryPolicy = POLICY
) -> CallNumber | Finished:
    moment = after(now) if now is not None else max((call.ended_at for call in history), default=ALERT)
    return decide(numbers, history, policy, now=moment, expires_at=EXPIRY)


def test_jan_is_first_called_at_once_on_the_first_of_his_numbers() -> None:
    assert next_for(JAN_MOBILE, JAN_HOME, history=[]) == CallNumber(JAN_MOBILE, ALERT)


def test_somebody_without_numbers_is_finished_with_nothing() -> None:
    assert next_for(history=[]) == Finished(Result.NOTHING)


@pytest.mark.parametrize("outcome", [Outcome.CONFIRMED, Outcome.HEARD])
def test_jan_heard_it_so_his_other_numbers_stay_quiet(outcome: Outcome) -> None:
    assert next_for(JAN_MOBILE, JAN_HOME, history=[tried(JAN_MOBILE, outcome, 40)]) == Finished(
        Result(outcome.value)
    )


def test_the_expiry_was_noticed_on_the_line_so_jan_is_finished() -> None:
    assert next_for(JAN_MOBILE, history=[tried(JAN_MOBILE, Outcome.EXPIRED, 40)]) == Finished(Result.NOTHING)


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [
        (Outcome.VOICEMAIL, 300),
        (Outcome.VOICEMAIL_PARTIAL, 300),
        (Outcome.PARTIAL, 120),
        (Outcome.SILENT, 120),
        (Outcome.SCREENED, 120),
        (Outcome.BUSY, 60),
        (Outcome.NO_ANSWER, 120),
        (Outcome.REJECTED, 300),
        (Outcome.REDIRECTED, 300),
        (Outcome.CONGESTION, 15),
        (Outcome.TRUNK_DOWN, 15),
        (Outcome.TRUNK_REFUSED, 15),
        (Outcome.TRUNK_AT_FAULT, 0),
        (Outcome.INCOMPATIBLE, 15),
        (Outcome.UNKNOWN, 0),
        (Outcome.LOST, 0),
    ],
)
def test_greet_has_one_number_which_is_called_again_so_long_after_the_call_ended(
    outcome: Outcome, seconds: float
) -> None:
    assert next_for(JAN_HOME, history=[tried(JAN_HOME, outcome, 40)]) == CallNumber(
        JAN_HOME, after(40 + seconds)
    )


def test_greet_has_a_box_that_is_called_once_more_whatever_it_took_each_time() -> None:
    boxes = (Outcome.VOICEMAIL, Outcome.VOICEMAIL_PARTIAL)
    for first in boxes:
        for second in boxes:
            history = [tried(JAN_HOME, first, 40), tried(JAN_HOME, second, 380)]
            assert isinstance(next_for(JAN_HOME, history=history), Finished)


def test_greets_only_number_is_one_that_we_may_not_dial_so_nobody_is_called() -> None:
    assert next_for(JAN_HOME, history=[tried(JAN_HOME, Outcome.REFUSED, 1)]) == Finished(Result.NOTHING)


def test_a_number_that_does_not_exist_is_called_once_more_after_five_minutes() -> None:
    once = [tried(JAN_HOME, Outcome.DEAD_NUMBER, 1)]
    assert next_for(JAN_HOME, history=once) == CallNumber(JAN_HOME, after(301))
    twice = [*once, tried(JAN_HOME, Outcome.DEAD_NUMBER, 302)]
    assert next_for(JAN_HOME, history=twice) == Finished(Result.NOTHING)
    assert next_for(JAN_HOME, history=[*once, tried(JAN_HOME, Outcome.BUSY, 302)]) == CallNumber(
        JAN_HOME, after(362)
    )


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.VOICEMAIL,
        Outcome.VOICEMAIL_PARTIAL,
        Outcome.PARTIAL,
        Outcome.SILENT,
        Outcome.SCREENED,
        Outcome.NO_ANSWER,
        Outcome.REJECTED,
        Outcome.REDIRECTED,
        Outcome.INCOMPATIBLE,
        Outcome.DEAD_NUMBER,
        Outcome.REFUSED,
    ],
)
def test_jans_next_number_is_called_at_once(outcome: Outcome) -> None:
    assert next_for(JAN_MOBILE, JAN_HOME, history=[tried(JAN_MOBILE, outcome, 40)]) == CallNumber(
        JAN_HOME, after(40)
    )


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [
        (Outcome.BUSY, 60),
        (Outcome.CONGESTION, 15),
        (Outcome.TRUNK_DOWN, 15),
        (Outcome.TRUNK_REFUSED, 15),
        (Outcome.TRUNK_AT_FAULT, 0),
        (Outcome.LOST, 0),
        (Outcome.UNKNOWN, 0),
    ],
)
def test_jan_keeps_his_turn_on_the_same_number(outcome: Outcome, seconds: float) -> None:
    assert next_for(JAN_MOBILE, JAN_HOME, history=[tried(JAN_MOBILE, outcome, 40)]) == CallNumber(
        JAN_MOBILE, after(40 + seconds)
    )


def test_a_call_that_was_taken_back_changes_nothing() -> None:
    history = [tried(JAN_MOBILE, Outcome.NO_ANSWER, 40), tried(JAN_HOME, Outcome.CANCELLED, 41)]
    assert next_for(JAN_MOBILE, JAN_HOME, history=history) == CallNumber(JAN_HOME, after(41))


def test_nobody_answers_anywhere_so_the_number_that_has_rested_first_is_next() -> None:
    history = [tried(JAN_MOBILE, Outcome.NO_ANSWER, 40), tried(JAN_HOME, Outcome.NO_ANSWER, 80)]
    assert next_for(JAN_MOBILE, JAN_HOME, history=history) == CallNumber(JAN_MOBILE, after(160))


def test_a_short_wait_on_the_second_number_comes_before_a_long_one_on_the_first() -> None:
    history = [tried(JAN_MOBILE, Outcome.VOICEMAIL, 40), tried(JAN_HOME, Outcome.NO_ANSWER, 80)]
    assert next_for(JAN_MOBILE, JAN_HOME, history=history) == CallNumber(JAN_HOME, after(200))


def test_after_a_night_of_standing_still_the_turn_is_kept() -> None:
    history = [tried(JAN_MOBILE, Outcome.NO_ANSWER, 40), tried(JAN_HOME, Outcome.NO_ANSWER, 80)]
    late = next_for(JAN_MOBILE, JAN_HOME, JAN_WORK, history=history, now=1000)
    assert late == CallNumber(JAN_WORK, after(1000))


def test_an_engaged_number_that_used_its_three_tries_makes_way_for_the_next() -> None:
    history = [tried(JAN_MOBILE, Outcome.BUSY, at) for at in (1, 62, 123)]
    assert next_for(JAN_MOBILE, JAN_HOME, history=history) == CallNumber(JAN_HOME, after(123))
    assert next_for(JAN_MOBILE, history=history) == Finished(Result.NOTHING)


def test_five_tries_are_all_that_jan_gets_however_many_numbers_he_has() -> None:
    numbers = [JAN_MOBILE, JAN_HOME, JAN_WORK]
    history = [tried(numbers[n % 3], Outcome.NO_ANSWER, 200 * n) for n in range(5)]
    assert isinstance(next_for(*numbers, history=history[:4]), CallNumber)
    assert next_for(*numbers, history=history) == Finished(Result.NOTHING)


def test_a_message_left_twice_on_the_same_machine_is_enough() -> None:
    history = [tried(JAN_MOBILE, Outcome.VOICEMAIL, 40), tried(JAN_HOME, Outcome.VOICEMAIL, 80)]
    assert next_for(JAN_MOBILE, JAN_HOME, history=history) == CallNumber(JAN_MOBILE, after(340))
    history.append(tried(JAN_MOBILE, Outcome.VOICEMAIL, 380))
    assert next_for(JAN_MOBILE, JAN_HOME, history=history) == Finished(Result.VOICEMAIL)


def test_who_rejects_twice_on_a_number_is_left_alone_there_but_not_on_the_other() -> None:
    twice = [tried(JAN_MOBILE, Outcome.REJECTED, 5), tried(JAN_MOBILE, Outcome.REJECTED, 310)]
    assert next_for(JAN_MOBILE, history=twice) == Finished(Result.NOTHING)
    assert next_for(JAN_MOBILE, JAN_HOME, history=twice) == CallNumber(JAN_HOME, after(310))


@pytest.mark.parametrize(
    ("refusals", "wait"), [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (6, 240), (2000, 240)]
)
def test_a_full_trunk_is_asked_ever_less_often_and_costs_jan_no_try(refusals: int, wait: float) -> None:
    history = [tried(JAN_MOBILE, Outcome.CONGESTION, n / 10) for n in range(refusals)]
    last = history[-1].ended_at
    assert next_for(JAN_MOBILE, history=history) == CallNumber(JAN_MOBILE, last + timedelta(seconds=wait))


def test_once_the_trunk_carried_a_call_its_waits_start_small_again() -> None:
    outcomes = [Outcome.CONGESTION, Outcome.TRUNK_DOWN, Outcome.BUSY, Outcome.CONGESTION]
    history = [tried(JAN_MOBILE, outcome, 100 * n) for n, outcome in enumerate(outcomes)]
    assert next_for(JAN_MOBILE, history=history) == CallNumber(JAN_MOBILE, after(315))


@pytest.mark.parametrize("outcome", [Outcome.CONGESTION, Outcome.TRUNK_DOWN, Outcome.TRUNK_REFUSED])
def test_a_number_that_the_trunk_refuses_twice_does_not_keep_jan_from_his_other_one(outcome: Outcome) -> None:
    twice = [tried(JAN_MOBILE, outcome, 1), tried(JAN_MOBILE, outcome, 17)]
    assert next_for(JAN_MOBILE, JAN_HOME, history=twice) == CallNumber(JAN_HOME, after(17))
    both = [*twice, tried(JAN_HOME, outcome, 18)]
    assert next_for(JAN_MOBILE, JAN_HOME, history=both) == CallNumber(JAN_HOME, after(33))
    both.append(tried(JAN_HOME, outcome, 34))
    assert next_for(JAN_MOBILE, JAN_HOME, history=both) == CallNumber(JAN_MOBILE, after(47))


def test_however_long_the_trunk_was_at_fault_jan_has_lost_nothing() -> None:
    refused = [tried(JAN_MOBILE, Outcome.TRUNK_AT_FAULT, 30 * n) for n in range(100)]
    assert next_for(JAN_MOBILE, history=refused) == CallNumber(JAN_MOBILE, after(30 * 99))
    later = [*refused, *(tried(JAN_MOBILE, Outcome.NO_ANSWER, 3000 + 150 * n) for n in range(2))]
    assert isinstance(next_for(JAN_MOBILE, history=later), CallNumber)


def test_a_trunk_at_fault_is_tried_with_each_of_jans_numbers_for_it_may_refuse_only_one() -> None:
    history: list[Tried] = []
    called = []
    for n in range(6):
        decision = next_for(JAN_MOBILE, JAN_HOME, history=history)
        assert isinstance(decision, CallNumber)
        called.append(decision.number)
        history.append(tried(decision.number, Outcome.TRUNK_AT_FAULT, n + 1))
    assert called == [JAN_MOBILE, JAN_MOBILE, JAN_HOME, JAN_HOME, JAN_MOBILE, JAN_HOME]


def test_a_phone_with_which_no_sound_can_be_agreed_on_is_not_tried_for_ever() -> None:
    history = [tried(JAN_MOBILE, Outcome.INCOMPATIBLE, 300 * n) for n in range(5)]
    assert isinstance(next_for(JAN_MOBILE, history=history), CallNumber)
    history.append(tried(JAN_MOBILE, Outcome.INCOMPATIBLE, 1500))
    assert next_for(JAN_MOBILE, history=history) == Finished(Result.NOTHING)


def test_three_calls_we_lost_are_placed_again_at_once_and_the_fourth_counts_as_no_answer() -> None:
    lost = [tried(JAN_MOBILE, Outcome.LOST, n) for n in (1, 2, 3)]
    assert next_for(JAN_MOBILE, JAN_HOME, history=lost) == CallNumber(JAN_MOBILE, after(3))
    lost.append(tried(JAN_MOBILE, Outcome.UNKNOWN, 4))
    assert next_for(JAN_MOBILE, JAN_HOME, history=lost) == CallNumber(JAN_HOME, after(4))
    assert next_for(JAN_MOBILE, history=lost) == CallNumber(JAN_MOBILE, after(124))


def test_mia_shares_a_number_with_jan_so_his_call_there_counts_for_her() -> None:
    mia_mobile, home = "+99910000004", JAN_HOME
    jans_call = [tried(home, Outcome.NO_ANSWER, 40)]
    assert next_for(mia_mobile, home, history=jans_call) == CallNumber(mia_mobile, after(40))
    both = [*jans_call, tried(mia_mobile, Outcome.NO_ANSWER, 80)]
    assert next_for(mia_mobile, home, history=both) == CallNumber(home, after(160))


def test_a_number_flagged_dead_meanwhile_does_not_disturb_the_others() -> None:
    history = [tried(JAN_MOBILE, Outcome.NO_ANSWER, 40), tried(JAN_HOME, Outcome.DEAD_NUMBER, 41)]
    with_it = next_for(JAN_MOBILE, JAN_HOME, JAN_WORK, history=history)
    assert with_it == next_for(JAN_MOBILE, JAN_WORK, history=history) == CallNumber(JAN_WORK, after(41))


def test_no_call_is_due_at_the_very_moment_of_the_expiry() -> None:
    almost = timedelta(hours=1).total_seconds()
    history = [tried(JAN_MOBILE, Outcome.BUSY, almost - 60)]
    assert next_for(JAN_MOBILE, history=history) == Finished(Result.NOTHING)
    assert next_for(JAN_MOBILE, history=[], now=almost) == Finished(Result.NOTHING)
    history = [tried(JAN_MOBILE, Outcome.BUSY, almost - 61)]
    assert next_for(JAN_MOBILE, history=history) == CallNumber(JAN_MOBILE, after(almost - 1))


def test_shorter_waits_of_a_demo_are_taken_from_its_policy() -> None:
    history = [tried(JAN_MOBILE, Outcome.BUSY, 1)]
    assert next_for(JAN_MOBILE, history=history, policy=RetryPolicy(busy=2)) == CallNumber(
        JAN_MOBILE, after(3)
    )


@pytest.mark.parametrize(
    ("outcomes", "result"),
    [
        ([], Result.NOTHING),
        ([Outcome.BUSY, Outcome.NO_ANSWER, Outcome.DEAD_NUMBER, Outcome.EXPIRED], Result.NOTHING),
        ([Outcome.SILENT], Result.PARTIAL),
        ([Outcome.SCREENED], Result.PARTIAL),
        ([Outcome.VOICEMAIL_PARTIAL], Result.PARTIAL),
        ([Outcome.VOICEMAIL, Outcome.PARTIAL, Outcome.BUSY], Result.VOICEMAIL),
        ([Outcome.HEARD, Outcome.VOICEMAIL], Result.HEARD),
        ([Outcome.CONFIRMED, Outcome.HEARD], Result.CONFIRMED),
    ],
)
def test_the_best_that_happened_to_jan_is_his_result(outcomes: list[Outcome], result: Result) -> None:
    assert result_of(tried(JAN_HOME, outcome, n) for n, outcome in enumerate(outcomes)) is result
