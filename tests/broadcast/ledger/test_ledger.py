"""Never lost, never twice: what the ledger promises, on a real database and under load."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from broadcast.policy import RetryPolicy
from broadcast.ports import CallOutcome
from broadcast.states import Outcome
from broadcast.tables import Attempt
from tests.support.office import Office
from tests.support.people import network_of, phone

AN_MOBILE, BERT_MOBILE, CHRIS_MOBILE = phone(10, 1), phone(10, 2), phone(10, 3)
HOME, WORK = phone(10, 8), phone(10, 9)
AGAIN_LATER = RetryPolicy()


async def test_fifty_workers_take_one_attempt_and_one_of_them_gets_it(office: Office) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE]})
    await office.sends()
    attempt = (await office.open_calls())[AN_MOBILE]
    ledger = office.ledger
    ready = (await ledger.audio_of([attempt])).values()
    leases = [await office.lease_of(f"node {n}") for n in range(50)]
    taken = await asyncio.gather(*(ledger.take([attempt], one.tenure, ready=ready) for one in leases))
    [winner] = [one for those in taken for one in those]
    assert (winner.attempt, winner.number, winner.language) == (attempt, AN_MOBILE, "nl")


async def test_an_attempt_that_nobody_knows_is_not_taken(office: Office) -> None:
    unknown = [uuid4()]
    assert await office.ledger.audio_of(unknown) == {}
    assert await office.ledger.take(unknown, office.lease.tenure, ready=["anything"]) == []


async def test_an_attempt_stays_queued_until_its_sound_is_ready(office: Office) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE]})
    await office.sends()
    attempts = list((await office.open_calls()).values())
    assert await office.ledger.take(attempts, office.lease.tenure, ready=["another sound"]) == []
    [sound] = set((await office.ledger.audio_of(attempts)).values())
    [taken] = await office.ledger.take(attempts, office.lease.tenure, ready=["another sound", sound])
    assert (taken.audio, [taken.attempt]) == (sound, attempts)


async def test_an_outcome_counts_for_everyone_behind_the_number(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [HOME], "Chris": [CHRIS_MOBILE]})
    sent = await office.sends()
    await office.calls(HOME, Outcome.CONFIRMED)
    assert await office.results(sent.broadcast) == {
        "An": ("final", "confirmed"),
        "Bert": ("final", "confirmed"),
        "Chris": ("waiting", "nothing"),
    }
    assert (await office.open_calls()).keys() == {CHRIS_MOBILE}


async def test_a_number_that_did_not_answer_is_called_again_once_for_all_who_share_it(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [HOME], "Chris": [HOME]})
    sent = await office.sends()
    for _ in range(3):
        await office.calls(HOME, Outcome.NO_ANSWER)
    assert await office.open_calls() == {}
    assert set((await office.results(sent.broadcast)).values()) == {("final", "nothing")}


async def test_who_does_not_answer_is_called_on_the_next_number(office: Office) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE, HOME]})
    sent = await office.sends()
    await office.calls(AN_MOBILE, Outcome.NO_ANSWER)
    assert (await office.open_calls()).keys() == {HOME}
    await office.calls(HOME, Outcome.HEARD)
    assert await office.open_calls() == {}
    assert await office.results(sent.broadcast) == {"An": ("final", "heard")}


async def test_a_call_that_waits_is_taken_back_when_its_person_confirms_on_a_shared_number(
    office: Office,
) -> None:
    office.retry = AGAIN_LATER
    await network_of(office.engine, {"An": [AN_MOBILE, HOME], "Bert": [HOME]})
    sent = await office.sends()
    home = await office.takes(HOME)
    await office.calls(AN_MOBILE, Outcome.BUSY)
    assert (await office.open_calls()).keys() == {AN_MOBILE, HOME}
    assert await office.ends(home.attempt, Outcome.CONFIRMED) == []
    assert await office.open_calls() == {}
    assert (await office.results(sent.broadcast))["An"] == ("final", "confirmed")
    an = (await office.recipients(sent.broadcast))["An"]
    assert [call.outcome for call in an.calls] == ["busy", "confirmed"]


async def test_a_phone_that_rings_is_stopped_when_its_person_confirms_on_a_shared_number(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE, HOME], "Bert": [HOME]})
    await office.sends()
    ringing = await office.takes(AN_MOBILE)
    home = await office.takes(HOME)
    assert await office.ends(home.attempt, Outcome.CONFIRMED) == [ringing.attempt]


async def test_a_phone_that_rings_goes_on_ringing_while_somebody_else_behind_it_still_waits(
    office: Office,
) -> None:
    """An's call to the work line is Bert's too: he has no other way to hear of it."""
    await network_of(office.engine, {"An": [WORK, HOME], "Bert": [WORK], "Chris": [HOME]})
    sent = await office.sends()
    work, home = await office.takes(WORK), await office.takes(HOME)
    assert await office.ends(home.attempt, Outcome.CONFIRMED) == []
    await office.ends(work.attempt, Outcome.HEARD)
    assert await office.results(sent.broadcast) == {
        "An": ("final", "confirmed"),
        "Bert": ("final", "heard"),
        "Chris": ("final", "confirmed"),
    }


async def test_a_shared_number_is_freed_for_the_others_when_its_holder_needs_it_no_more(
    office: Office,
) -> None:
    office.retry = AGAIN_LATER
    await network_of(office.engine, {"An": [WORK, HOME], "Bert": [WORK], "Chris": [HOME]})
    sent = await office.sends()
    await office.calls(WORK, Outcome.BUSY)
    waiting = (await office.open_calls())[WORK]
    await office.calls(HOME, Outcome.CONFIRMED)
    assert (await office.open_calls()).keys() == {WORK}
    assert (await office.open_calls())[WORK] != waiting, "it was An's, who has heard; now it is Bert's"
    await office.calls(WORK, Outcome.CONFIRMED)
    assert set((await office.results(sent.broadcast)).values()) == {("final", "confirmed")}


async def test_who_was_given_up_is_told_of_when_their_number_is_reached_for_somebody_else(
    office: Office,
) -> None:
    """An's five tries are over; the sixth call to her house is Bert's, and she hears it with him."""
    office.retry = office.retry.model_copy(update={"tries_per_person": 1})
    await network_of(office.engine, {"An": [AN_MOBILE, HOME], "Bert": [HOME]})
    sent = await office.sends()
    home = await office.takes(HOME)
    await office.calls(AN_MOBILE, Outcome.NO_ANSWER)
    assert (await office.results(sent.broadcast))["An"] == ("final", "nothing")
    await office.ends(home.attempt, Outcome.CONFIRMED)
    assert (await office.results(sent.broadcast))["An"] == ("final", "confirmed")


@pytest.mark.parametrize("late", [Outcome.CONFIRMED, Outcome.NO_ANSWER, Outcome.DEAD_NUMBER])
async def test_a_second_outcome_of_the_same_call_changes_nothing(office: Office, late: Outcome) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE, HOME]})
    sent = await office.sends()
    first = await office.takes(AN_MOBILE)
    await office.ends(first.attempt, Outcome.BUSY)
    before = await office.recipients(sent.broadcast), await office.open_calls(), await office.jobs()
    assert await office.ends(first.attempt, late) == []
    assert (await office.recipients(sent.broadcast), await office.open_calls(), await office.jobs()) == before


async def test_twenty_reports_of_one_call_at_once_count_as_one(office: Office) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE, HOME]})
    sent = await office.sends()
    call = await office.takes(AN_MOBILE)
    await asyncio.gather(*(office.ends(call.attempt, Outcome.NO_ANSWER) for _ in range(20)))
    assert await office.count("attempt") == 2
    [recipient] = (await office.recipients(sent.broadcast)).values()
    assert [called.outcome for called in recipient.calls] == ["no_answer", None]


async def test_a_result_never_falls(office: Office) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE, HOME]})
    sent = await office.sends()
    await office.calls(AN_MOBILE, Outcome.VOICEMAIL)
    assert (await office.results(sent.broadcast))["An"] == ("waiting", "voicemail")
    await office.calls(HOME, Outcome.PARTIAL)
    assert (await office.results(sent.broadcast))["An"] == ("waiting", "voicemail")


async def test_what_was_seen_of_a_call_is_kept_with_it(office: Office) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE]})
    sent = await office.sends()
    call = await office.takes(AN_MOBILE)
    answered = datetime(2026, 3, 14, 23, 10, tzinfo=UTC)
    seen = CallOutcome(
        Outcome.CONFIRMED, answered, answered + timedelta(seconds=9), 16, 200, {"passes": [[0.0, 8.5, True]]}
    )
    await office.was_dialled(call.attempt, answered - timedelta(seconds=5))
    await office.ledger.record({call.attempt: seen})
    [kept] = (await office.recipients(sent.broadcast))["An"].calls
    assert (kept.answered_at, kept.ended_at) == (seen.answered_at, seen.ended_at)
    assert (kept.cause, kept.sip_status, kept.evidence) == (16, 200, seen.evidence)


async def test_the_next_call_is_due_so_long_after_the_real_end_of_the_last_one(office: Office) -> None:
    office.retry = AGAIN_LATER
    await network_of(office.engine, {"An": [AN_MOBILE]})
    await office.sends()
    call = await office.takes(AN_MOBILE)
    ended = datetime.now(UTC) - timedelta(seconds=20)
    await office.was_dialled(call.attempt, ended - timedelta(seconds=20))
    await office.ledger.record({call.attempt: CallOutcome(Outcome.BUSY, ended_at=ended)})
    async with office.engine.connect() as connection:
        due = await connection.scalar(select(Attempt.due_at).where(Attempt.state == "queued"))
    assert due == ended + timedelta(seconds=AGAIN_LATER.busy)


async def test_nobody_is_called_after_the_alert_has_expired(office: Office) -> None:
    await network_of(office.engine, {"An": [AN_MOBILE], "Bert": [BERT_MOBILE]})
    sent = await office.sends()
    await office.takes(BERT_MOBILE)
    await office.expire(sent.broadcast)
    await office.calls(AN_MOBILE, Outcome.NO_ANSWER)
    assert (await office.results(sent.broadcast))["An"] == ("final", "nothing")
    assert (await office.open_calls()).keys() == {BERT_MOBILE}


async def test_calls_of_many_who_share_numbers_with_each_other_may_all_end_at_once(office: Office) -> None:
    """A street where everybody shares a number with both neighbours: no deadlock, and nobody is lost."""
    houses = 24
    street = {
        f"Huis {n}": [phone(10, n), phone(11, n), phone(11, (n + 1) % houses), phone(12, n % 5)]
        for n in range(houses)
    }
    await network_of(office.engine, street)
    sent = await office.sends()
    rounds = 0
    while open_calls := await office.open_calls():
        rounds += 1
        assert rounds < 30
        taken = [await office.takes(number) for number in open_calls]
        outcomes = [Outcome.CONFIRMED, Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.BUSY, Outcome.HEARD]
        await asyncio.gather(
            *(office.ends(one.attempt, outcomes[(n + rounds) % 5]) for n, one in enumerate(taken))
        )
    assert {state for state, _ in (await office.results(sent.broadcast)).values()} == {"final"}


async def test_confirmations_that_take_back_each_others_calls_do_not_block_each_other(
    office: Office,
) -> None:
    """Each confirmation frees the number that another one's people wait for, and they all come at once."""
    office.retry = AGAIN_LATER
    pairs = 12
    street: dict[str, list[str]] = {}
    for n in range(pairs):
        street[f"Eigenaar {n:02}"] = [phone(11, n), phone(10, n)]
        street[f"Wacht {pairs - n:02}"] = [phone(11, n), phone(10, (n + 1) % pairs), phone(12, 0)]
        street[f"Buur {n:02}"] = [phone(10, n)]
    await network_of(office.engine, street)
    sent = await office.sends()
    for n in range(pairs):
        await office.calls(phone(11, n), Outcome.BUSY)
    taken = [await office.takes(phone(10, n)) for n in range(pairs)]
    async with asyncio.timeout(20):
        await asyncio.gather(*(office.ends(one.attempt, Outcome.CONFIRMED) for one in taken))
    assert {state for state, _ in (await office.results(sent.broadcast)).values()} == {"final"}
    assert await office.open_calls() == {}
