"""What holds for the retry rule whatever happens on the line."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from broadcast.policy import RetryPolicy
from broadcast.rules.retry import CallNumber, Finished, Tried, decide, result_of
from broadcast.states import Outcome

ALERT = datetime(2026, 3, 14, 23, 10, tzinfo=UTC)
EXPIRY = ALERT + timedelta(hours=1)
POLICY = RetryPolicy()

HOUSE = [f"+9991000000{n}" for n in range(5)]
NOT_COUNTED = {
    Outcome.DEAD_NUMBER,
    Outcome.REFUSED,
    Outcome.CONGESTION,
    Outcome.TRUNK_DOWN,
    Outcome.TRUNK_REFUSED,
    Outcome.TRUNK_AT_FAULT,
    Outcome.PREEMPTED,
    Outcome.INCOMPATIBLE,
    Outcome.UNKNOWN,
    Outcome.LOST,
    Outcome.EXPIRED,
    Outcome.CANCELLED,
    Outcome.CALLED_BACK,
}
TRUNK = {Outcome.CONGESTION, Outcome.TRUNK_DOWN, Outcome.TRUNK_REFUSED, Outcome.TRUNK_AT_FAULT}
NOT_OURS = {Outcome.CANCELLED, Outcome.CALLED_BACK}
OUR_FAULT = {Outcome.LOST, Outcome.UNKNOWN, Outcome.INCOMPATIBLE, Outcome.PREEMPTED}
LEFT_ALONE_AFTER = {Outcome.DEAD_NUMBER: 2, Outcome.REFUSED: 1}
"""How often a number may end so before it is called no more."""

peoples_numbers = st.lists(st.sampled_from(HOUSE), max_size=4, unique=True)
outcomes = st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=40)
seconds = st.floats(min_value=0.5, max_value=90)
histories = st.lists(
    st.builds(Tried, st.sampled_from(HOUSE), st.sampled_from(list(Outcome)), st.none()), max_size=10
).map(
    lambda calls: [Tried(c.number, c.outcome, ALERT + timedelta(seconds=7 * n)) for n, c in enumerate(calls)]
)


def live_through(
    numbers: list[str],
    happens: Callable[[], Outcome],
    seconds_a_call: float,
    *,
    at_most: int,
    expires_at: datetime = EXPIRY,
) -> tuple[list[Tried], list[CallNumber], bool]:
    """Call a person as the rule says until it is finished with them, or `at_most` times."""
    history: list[Tried] = []
    calls: list[CallNumber] = []
    now = ALERT
    while len(calls) < at_most:
        decision = decide(numbers, history, POLICY, now=now, expires_at=expires_at)
        if isinstance(decision, Finished):
            return history, calls, True
        calls.append(decision)
        now = decision.at + timedelta(seconds=seconds_a_call)
        history.append(Tried(decision.number, happens(), now))
    return history, calls, False


def in_a_circle(what: list[Outcome]) -> Callable[[], Outcome]:
    turns = iter(range(10**9))
    return lambda: what[next(turns) % len(what)]


@given(peoples_numbers, outcomes, seconds)
def test_everybody_is_finished_before_the_expiry_with_the_best_they_got(
    numbers: list[str], what: list[Outcome], a_call: float
) -> None:
    history, calls, finished = live_through(numbers, in_a_circle(what), a_call, at_most=8000)
    assert finished
    assert all(call.at < EXPIRY for call in calls)
    end = decide(numbers, history, POLICY, now=EXPIRY, expires_at=EXPIRY)
    assert end == Finished(result_of(history))


@given(peoples_numbers, outcomes, seconds)
def test_nobody_is_rung_more_often_than_the_caps_say(
    numbers: list[str], what: list[Outcome], a_call: float
) -> None:
    history, _, _ = live_through(numbers, in_a_circle(what), a_call, at_most=200)
    counted = [call.number for call in history if call.outcome not in NOT_COUNTED]
    assert len(counted) <= POLICY.tries_per_person
    assert all(n <= POLICY.tries_per_number for n in Counter(counted).values())
    lost = [call for call in history if call.outcome in OUR_FAULT]
    assert len(lost) <= POLICY.lost_per_person + POLICY.tries_per_person


@given(
    peoples_numbers,
    outcomes.map(lambda what: [o for o in what if o not in TRUNK | NOT_OURS]),
    seconds,
)
def test_without_a_full_trunk_the_caps_alone_end_it(
    numbers: list[str], what: list[Outcome], a_call: float
) -> None:
    never = datetime.max.replace(tzinfo=UTC)
    happens = in_a_circle(what or [Outcome.NO_ANSWER])
    _, calls, finished = live_through(numbers, happens, a_call, at_most=100, expires_at=never)
    assert finished
    assert len(calls) <= POLICY.tries_per_person + POLICY.lost_per_person + 2 * len(numbers)


@given(peoples_numbers, outcomes, seconds)
def test_a_number_that_twice_did_not_exist_is_never_called_again(
    numbers: list[str], what: list[Outcome], a_call: float
) -> None:
    history, _, _ = live_through(numbers, in_a_circle(what), a_call, at_most=200)
    ended: Counter[tuple[str, Outcome]] = Counter()
    for call in history:
        assert all(ended[call.number, outcome] < most for outcome, most in LEFT_ALONE_AFTER.items())
        ended[call.number, call.outcome] += 1


@given(peoples_numbers, outcomes, seconds)
def test_a_number_that_did_not_exist_is_called_again_only_after_its_rest(
    numbers: list[str], what: list[Outcome], a_call: float
) -> None:
    history, calls, _ = live_through(numbers, in_a_circle(what), a_call, at_most=200)
    absent: dict[str, datetime] = {}
    for call, made in zip(calls, history, strict=True):
        if (since := absent.pop(call.number, None)) is not None:
            assert call.at >= since + timedelta(seconds=POLICY.dead_number)
        if made.outcome is Outcome.DEAD_NUMBER:
            absent[call.number] = made.ended_at


@given(peoples_numbers, histories, st.floats(min_value=-100, max_value=5000))
def test_only_the_persons_own_numbers_are_called_and_never_in_the_past(
    numbers: list[str], history: list[Tried], seconds_later: float
) -> None:
    now = ALERT + timedelta(seconds=seconds_later)
    decision = decide(numbers, history, POLICY, now=now, expires_at=EXPIRY)
    if isinstance(decision, CallNumber):
        ends = [call.ended_at for call in history if call.outcome is not Outcome.CANCELLED]
        assert decision.number in numbers
        assert now <= decision.at < EXPIRY
        assert all(decision.at >= end for end in ends)


@given(peoples_numbers, histories)
def test_no_number_is_called_before_it_has_rested(numbers: list[str], history: list[Tried]) -> None:
    decision = decide(numbers, history, POLICY, now=ALERT, expires_at=EXPIRY)
    rests = {
        Outcome.BUSY: 60,
        Outcome.NO_ANSWER: 120,
        Outcome.REJECTED: 300,
        Outcome.DEAD_NUMBER: 300,
        Outcome.VOICEMAIL: 300,
    }
    if isinstance(decision, CallNumber):
        mine = [c for c in history if c.number == decision.number and c.outcome is not Outcome.CANCELLED]
        rest = rests.get(mine[-1].outcome, 0) if mine else 0
        assert not mine or decision.at >= mine[-1].ended_at + timedelta(seconds=rest)


@given(histories, st.sampled_from(list(Outcome)), st.sampled_from(HOUSE))
def test_a_result_never_falls(history: list[Tried], outcome: Outcome, number: str) -> None:
    more = [*history, Tried(number, outcome, ALERT + timedelta(hours=2))]
    assert result_of(more).rank >= result_of(history).rank


@given(peoples_numbers, histories, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_come_from_the_database_does_not_matter(
    numbers: list[str], history: list[Tried], random: Random
) -> None:
    shuffled = random.sample(history, len(history))
    expected = decide(numbers, history, POLICY, now=EXPIRY - timedelta(minutes=30), expires_at=EXPIRY)
    assert (
        decide(numbers, shuffled, POLICY, now=EXPIRY - timedelta(minutes=30), expires_at=EXPIRY) == expected
    )


@given(peoples_numbers, histories, st.integers(min_value=0, max_value=10), st.sampled_from(HOUSE))
def test_a_call_that_was_taken_back_never_changes_anything(
    numbers: list[str], history: list[Tried], where: int, number: str
) -> None:
    moment = ALERT + timedelta(seconds=7 * where - 1)
    with_it = [*history, Tried(number, Outcome.CANCELLED, moment)]
    now = ALERT + timedelta(minutes=2)
    assert decide(numbers, with_it, POLICY, now=now, expires_at=EXPIRY) == decide(
        numbers, history, POLICY, now=now, expires_at=EXPIRY
    )
