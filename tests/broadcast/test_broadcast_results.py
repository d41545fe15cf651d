"""What the officer sees, during a broadcast and afterwards."""

import asyncio

import pytest

from broadcast.errors import UnknownBroadcast
from broadcast.results.results import results_of
from broadcast.states import BroadcastState, Outcome, Result
from tests.support.office import Office
from tests.support.people import network_of, phone

AN, BERT, HOME = phone(10, 1), phone(10, 2), phone(10, 3)


async def test_progress_tells_who_is_left_who_is_being_called_and_what_the_others_got(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT], "Chris": [HOME]})
    sent = await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await office.takes(BERT)
    seen = await office.progress(sent.broadcast)
    assert (seen.state, seen.recipients) == (BroadcastState.RUNNING, 3)
    assert (seen.results, seen.outcomes) == ({Result.CONFIRMED: 1}, {Outcome.CONFIRMED: 1})
    assert (seen.to_go, seen.being_called) == (2, 1)
    assert seen.started_at <= seen.now


async def test_the_results_name_everybody_with_their_numbers_and_all_calls_to_them(office: Office) -> None:
    await network_of(office.engine, {"Bert": [HOME], "An": [AN, HOME]})
    sent = await office.sends()
    await office.calls(AN, Outcome.NO_ANSWER)
    await office.calls(HOME, Outcome.CONFIRMED)
    recipients = await office.recipients(sent.broadcast)
    assert list(recipients) == ["An", "Bert"]
    assert recipients["An"].numbers == [AN, HOME]
    assert [(call.number, call.outcome) for call in recipients["An"].calls] == [
        (AN, Outcome.NO_ANSWER),
        (HOME, Outcome.CONFIRMED),
    ]
    assert [call.number for call in recipients["Bert"].calls] == [HOME]
    assert (recipients["Bert"].state, recipients["Bert"].result) == ("final", Result.CONFIRMED)


async def test_calls_to_one_number_are_told_in_the_order_in_which_they_were_made(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    for outcome in (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.HEARD):
        await office.calls(AN, outcome)
    an = (await office.recipients(sent.broadcast))["An"]
    assert [call.outcome for call in an.calls] == [Outcome.NO_ANSWER, Outcome.BUSY, Outcome.HEARD]


async def test_a_broadcast_that_nobody_sent_is_said_to_be_unknown(office: Office) -> None:
    async with office.engine.connect() as connection:
        with pytest.raises(UnknownBroadcast):
            await results_of(connection, 4711)


async def test_what_is_seen_only_ever_goes_forward(office: Office) -> None:
    """Results never fall and nobody who is done is to go again, whatever moment one looks at."""
    people = {f"Lid {n}": [phone(10, n), phone(12, n // 2)] for n in range(8)}
    await network_of(office.engine, people)
    sent = await office.sends()
    seen: list[dict[str, tuple[str, str]]] = []
    outcomes = [Outcome.VOICEMAIL, Outcome.PARTIAL, Outcome.BUSY, Outcome.HEARD, Outcome.NO_ANSWER]
    step = 0
    while open_calls := await office.open_calls():
        taken = [await office.takes(number) for number in open_calls]
        for one in taken:
            step += 1
            await asyncio.gather(*(office.ends(one.attempt, outcomes[step % 5]) for _ in range(2)))
            seen.append(await office.results(sent.broadcast))
    ranks = {result.value: result.rank for result in Result}
    for name in people:
        states = [{"waiting": 0, "final": 1}[results[name][0]] for results in seen]
        results_seen = [ranks[results[name][1]] for results in seen]
        assert states == sorted(states)
        assert results_seen == sorted(results_seen)
        assert states[-1] == 1
