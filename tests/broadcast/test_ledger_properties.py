"""Whoever shares which numbers, and however their calls end: what always holds of the ledger."""

from collections import Counter
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcast.rules.retry import CONSEQUENCES
from broadcast.states import Outcome, Result
from tests.broadcast.conftest import AT_ONCE, Office
from tests.people import network_of, phone

NUMBERS = [phone(10, n) for n in range(6)]
STREETS = st.lists(
    st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True), max_size=7, min_size=1
)
ENDS = st.lists(
    st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.CANCELLED]), min_size=1
)
MOST_ROUNDS = 60
NETWORK_NUMBERS = count(1)


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(street=STREETS, ends=ENDS, at_once=st.integers(1, 4))
async def test_everyone_ends_final_no_number_is_open_twice_and_no_cap_is_passed(
    office: Office, street: list[list[str]], ends: list[Outcome], at_once: int
) -> None:
    slug = f"straat-{next(NETWORK_NUMBERS)}"
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE number SET dead_since = NULL")
        await connection.exec_driver_sql("TRUNCATE broadcast CASCADE")
    people = {f"Huis {n}": numbers for n, numbers in enumerate(street)}
    await network_of(office.engine, people, slug=slug)
    sent = await office.sends(to=[slug])
    calls: dict[str, list[Outcome]] = {number: [] for number in NUMBERS}
    before: dict[str, tuple[str, str]] = {}
    for turn in count():
        if turn == MOST_ROUNDS:  # a trunk that stays full is tried until the alert makes no sense any more
            await office.expire(sent.broadcast)
        assert turn < 2 * MOST_ROUNDS
        open_calls = list(await office.open_calls())  # checks that no number is open twice
        if not open_calls:
            break
        for number in open_calls[:at_once]:
            if number in await office.open_calls():
                outcome = ends[(turn + len(calls[number])) % len(ends)]
                await office.calls(number, outcome)
                calls[number].append(outcome)
        results = await office.results(sent.broadcast)
        assert all(never_backwards(before[name], results[name]) for name in before)
        before = results
    assert {state for state, _ in before.values()} == {"final"}
    for number, outcomes in calls.items():
        counted = sum(CONSEQUENCES[outcome].counted for outcome in outcomes)
        assert counted <= AT_ONCE.tries_per_number, (number, outcomes)
        assert Counter(outcomes)[Outcome.DEAD_NUMBER] <= 1
    for name, numbers in people.items():
        got = [Result.NOTHING, *(CONSEQUENCES[one].result for n in numbers for one in calls[n])]
        assert before[name][1] == max(got, key=lambda result: result.rank)


def never_backwards(before: tuple[str, str], after: tuple[str, str]) -> bool:
    went_back = before[0] == "final" and after[0] != "final"
    return not went_back and Result(after[1]).rank >= Result(before[1]).rank
