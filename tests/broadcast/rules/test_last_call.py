"""Who called back from a number for which nobody vouches is rung once more, told as what happens to Jan."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.policy import RetryPolicy
from broadcast.rules.last_call import last_call_from
from broadcast.rules.retry import CONSEQUENCES, CallNumber, Decision, Finished, Tried, decide
from broadcast.states import Outcome, Result

ALERT = datetime(2026, 3, 14, 23, 10, tzinfo=UTC)
HOUR = 3600.0
POLICY = RetryPolicy()
MOBILE, HOME, WORK = "+99910000001", "+99910000002", "+99910000003"
CALLED_BACK = Finished(Result.CALLED_BACK)
RINGS_FOR = 40.0


def after(seconds: float) -> datetime:
    return ALERT + timedelta(seconds=seconds)


def rung(number: str, outcome: Outcome, at: float, *, seconds: float = RINGS_FOR) -> Tried:
    """A call of ours, placed then."""
    return Tried(number, outcome, after(at + seconds), after(at))


def calls_back(number: str, at: float) -> Tried:
    return Tried(number, Outcome.CALLED_BACK, after(at))


def next_for(
    *numbers: str, history: list[Tried], now: float | None = None, expires: float = HOUR
) -> Decision:
    moment = after(now) if now is not None else max(one.ended_at for one in history)
    return decide(numbers, history, POLICY, now=moment, expires_at=after(expires))


@pytest.mark.parametrize(
    ("called_back", "expires", "last_from"),
    [
        (50, HOUR, 350),
        (0, HOUR, 300),
        (3240, HOUR, 3540),
        (3241, HOUR, 3540),
        (3500, HOUR, 3540),
        (3540, HOUR, 3540),
        (3590, HOUR, 3590),
        (3600, HOUR, 3600),
        (3700, HOUR, 3700),
        (5, 30, 5),
    ],
)
def test_the_last_call_comes_after_the_longest_wait_or_a_minute_before_the_alert_expires(
    called_back: float, expires: float, last_from: float
) -> None:
    assert last_call_from(after(called_back), POLICY, expires_at=after(expires)) == after(last_from)


def test_the_longest_wait_is_that_of_the_table_and_none_for_the_trunk_s_sake() -> None:
    waits = {row.wait for row in CONSEQUENCES.values() if row.counted or row.result is not Result.NOTHING}
    longest = max(getattr(POLICY, wait) for wait in waits if wait is not None)
    assert POLICY.longest_wait == longest == 300
    assert RetryPolicy(congestion_longest=3000).longest_wait == 300
    assert RetryPolicy(rejected=1, voicemail=1, dead_number=700).longest_wait == 700


@pytest.mark.parametrize(
    ("history", "then"),
    [
        # before anybody was rung
        ([calls_back(MOBILE, 1)], CallNumber(MOBILE, after(301))),
        # the next call was due at 160 s
        ([rung(MOBILE, Outcome.NO_ANSWER, 0), calls_back(MOBILE, 50)], CallNumber(MOBILE, after(350))),
        ([rung(MOBILE, Outcome.VOICEMAIL, 0), calls_back(MOBILE, 50)], CallNumber(MOBILE, after(350))),
        # it was on its way, and ended after the call-back
        ([rung(MOBILE, Outcome.BUSY, 48), calls_back(MOBILE, 50)], CallNumber(MOBILE, after(350))),
        # its voicemail took it a second time: nobody would have been called again
        (
            [
                rung(MOBILE, Outcome.VOICEMAIL, 0),
                rung(MOBILE, Outcome.VOICEMAIL, 340),
                calls_back(MOBILE, 400),
            ],
            CALLED_BACK,
        ),
        # the last call, in all the ways that it can end
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.NO_ANSWER, 301)], CALLED_BACK),
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.BUSY, 301)], CALLED_BACK),
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.REJECTED, 301)], CALLED_BACK),
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.VOICEMAIL, 301)], CALLED_BACK),
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.PARTIAL, 301)], CALLED_BACK),
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.HEARD, 301)], Finished(Result.HEARD)),
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.CONFIRMED, 301)], Finished(Result.CONFIRMED)),
        # what rang nobody was no call: it is placed again as after any other fault
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.CONGESTION, 301)], CallNumber(MOBILE, after(356))),
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.LOST, 301)], CallNumber(MOBILE, after(341))),
        ([calls_back(MOBILE, 1), rung(MOBILE, Outcome.TRUNK_AT_FAULT, 301)], CallNumber(MOBILE, after(341))),
        # vouched for in the meantime
        (
            [calls_back(MOBILE, 1), Tried(MOBILE, Outcome.CONFIRMED_BY_CALLBACK, after(9))],
            Finished(Result.CONFIRMED),
        ),
    ],
)
def test_jan_has_one_number_and_calls_back(history: list[Tried], then: Decision) -> None:
    assert next_for(MOBILE, history=history) == then


def test_more_call_backs_put_nothing_off_and_bring_no_more_calls() -> None:
    some = [rung(MOBILE, Outcome.NO_ANSWER, 0), *(calls_back(MOBILE, 50 + n) for n in range(0, 290, 10))]
    assert next_for(MOBILE, history=some) == CallNumber(MOBILE, after(350))
    late = [*some, calls_back(HOME, 349)]
    assert next_for(MOBILE, HOME, history=late) == CallNumber(HOME, after(350))
    called = [*late, rung(HOME, Outcome.NO_ANSWER, 350), calls_back(MOBILE, 391), calls_back(HOME, 400)]
    assert next_for(MOBILE, HOME, history=called) == CALLED_BACK


def test_it_is_the_call_that_was_planned_and_to_that_number() -> None:
    missed = [rung(MOBILE, Outcome.NO_ANSWER, 0), calls_back(MOBILE, 50)]
    assert next_for(MOBILE, HOME, history=missed) == CallNumber(HOME, after(350))
    engaged = [rung(MOBILE, Outcome.BUSY, 0, seconds=1), calls_back(HOME, 50)]
    assert next_for(MOBILE, HOME, history=engaged) == CallNumber(MOBILE, after(350))


def test_a_call_to_a_shared_number_that_was_for_somebody_else_is_not_jans_last_one() -> None:
    history = [
        rung(MOBILE, Outcome.NO_ANSWER, 0),
        calls_back(MOBILE, 50),
        rung(HOME, Outcome.NO_ANSWER, 60),
        rung(HOME, Outcome.BUSY, 240),
    ]
    assert next_for(MOBILE, HOME, history=history) == CallNumber(HOME, after(350))
    history.append(rung(HOME, Outcome.NO_ANSWER, 350))
    assert next_for(MOBILE, HOME, history=history) == CALLED_BACK


def test_whoever_calls_back_cannot_have_the_call_put_off_until_the_alert_has_expired() -> None:
    missed = rung(MOBILE, Outcome.NO_ANSWER, 3300)
    assert next_for(MOBILE, history=[missed]) == CallNumber(MOBILE, after(3460))
    assert next_for(MOBILE, history=[missed, calls_back(MOBILE, 3400)]) == CallNumber(MOBILE, after(3540))
    late = rung(MOBILE, Outcome.NO_ANSWER, 3430)
    assert next_for(MOBILE, history=[late, calls_back(MOBILE, 3480)]) == CallNumber(MOBILE, after(3590))
    too_late = rung(MOBILE, Outcome.NO_ANSWER, 3450)
    assert next_for(MOBILE, history=[too_late]) == Finished(Result.NOTHING)
    assert next_for(MOBILE, history=[too_late, calls_back(MOBILE, 3500)]) == CALLED_BACK


def test_a_night_in_which_nothing_ran_costs_jan_no_last_call() -> None:
    assert next_for(MOBILE, history=[calls_back(MOBILE, 50)], now=2000) == CallNumber(MOBILE, after(2000))


numbers = st.lists(st.sampled_from([MOBILE, HOME, WORK]), min_size=1, max_size=3, unique=True)
outcomes = st.sampled_from([one for one in Outcome if one not in {Outcome.CALLED_BACK, Outcome.CANCELLED}])


@given(
    numbers,
    st.lists(outcomes, min_size=1, max_size=30),
    st.lists(st.tuples(st.floats(0, 4000), st.sampled_from([MOBILE, HOME, WORK])), min_size=1, max_size=6),
)
def test_however_often_somebody_forges_jans_number_he_is_rung_if_he_would_have_been(
    theirs: list[str], ends: list[Outcome], forged: list[tuple[float, str]]
) -> None:
    """Each time he was to be called, he is called: not later than is allowed, and once more at least."""
    expires_at, now, history, last = after(HOUR), ALERT, list[Tried](), 0
    calls = sorted((after(at), number) for at, number in forged if number in theirs)
    for end in ends:
        history += [Tried(number, Outcome.CALLED_BACK, at) for at, number in calls if at <= now]
        calls = [(at, number) for at, number in calls if at > now]
        usual = [one for one in history if one.outcome is not Outcome.CALLED_BACK]
        without = decide(theirs, usual, POLICY, now=now, expires_at=expires_at)
        found = decide(theirs, history, POLICY, now=now, expires_at=expires_at)
        called_back = [one.ended_at for one in history if one.outcome is Outcome.CALLED_BACK]
        if isinstance(without, Finished):
            assert isinstance(found, Finished)
            return
        if isinstance(found, Finished):
            assert last == 1
            return
        assert found.number == without.number
        assert found.at < expires_at
        if called_back:
            last_from = last_call_from(min(called_back), POLICY, expires_at=expires_at)
            assert found.at == max(without.at, last_from)
            assert last == 0
        else:
            assert found == without
        # Whoever forges may do so while it rings.
        ended_at = found.at + timedelta(seconds=RINGS_FOR)
        history.append(Tried(found.number, end, ended_at, found.at))
        if called_back:
            excused = sum(CONSEQUENCES[one.outcome].excused for one in history)
            is_counted = CONSEQUENCES[end].counted or (
                CONSEQUENCES[end].excused and excused > POLICY.lost_per_person
            )
            last += is_counted
        now = ended_at
