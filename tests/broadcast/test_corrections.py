"""A text was wrong: who got anything of it hears the right one first, and who waits hears that one alone."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from broadcast.errors import BroadcastOver, NotForThem, Replaced, UnknownBroadcast
from broadcast.ports import CallOutcome, TextOutcome
from broadcast.states import BroadcastState, FollowUpKind, Outcome, Whom
from directory.actor import Actor, Kind, Role
from tests.fakes.dialler import FakeDialler
from tests.support.office import Office
from tests.support.people import ADMIN, DE_BIST, network_of, phone

ALL_CLEAR, CORRECTION, MORE = FollowUpKind.ALL_CLEAR, FollowUpKind.CORRECTION, FollowUpKind.MORE
AN, BERT, CHRIS, DORA, EMIEL, FONS = (phone(10, n) for n in range(1, 7))
HOME = phone(10, 9)
PEOPLE = {"An": [AN], "Bert": [BERT], "Chris": [CHRIS], "Dora": [DORA], "Emiel": [EMIEL]}
OUTCOMES = {
    AN: Outcome.CONFIRMED,
    BERT: Outcome.HEARD,
    CHRIS: Outcome.VOICEMAIL,
    DORA: Outcome.PARTIAL,
    EMIEL: Outcome.BUSY,
}
COORDINATOR = Actor(Kind.OFFICER, 9, Role.COORDINATOR, "Wouters", frozenset({DE_BIST, "witven"}))
TALKED = {"passes": [[0.0, 9.0, True]]}


async def heard(office: Office, attempt: UUID, first: Outcome, *texts: TextOutcome) -> None:
    """The call of this attempt has ended, on which these texts were said instead."""
    result = CallOutcome(first, ended_at=datetime.now(UTC), evidence=TALKED, new_texts=texts)
    await office.ledger.record({attempt: result})


async def test_a_correction_goes_first_to_who_got_anything_of_the_wrong_text(office: Office) -> None:
    await network_of(office.engine, {"Fons": [FONS], **dict(reversed(list(PEOPLE.items())))})
    first = await office.sends()
    await office.rung_once(first.broadcast, OUTCOMES)
    office.policy = office.policy.model_copy(update={"window": 5})
    sent = await office.follows_up(first.broadcast, CORRECTION)
    assert sent.recipients == 6
    assert await office.called_with(first.broadcast) == set()
    *before, last = await office.in_order(sent.broadcast)
    assert set(before) == {AN, BERT, CHRIS, DORA}
    assert last in {EMIEL, FONS}
    assert len(await office.called_with(sent.broadcast)) == 5, "the window"
    await office.called(sent.broadcast, AN, Outcome.HEARD)
    await office.upkeep.tend()
    assert {EMIEL, FONS} <= await office.called_with(sent.broadcast)


async def test_of_two_numbers_the_one_at_which_they_heard_it_comes_first(office: Office) -> None:
    await network_of(office.engine, {"An": [AN, HOME]})
    first = await office.sends()
    await office.calls(AN, Outcome.NO_ANSWER)
    await office.calls(HOME, Outcome.CONFIRMED)
    sent = await office.follows_up(first.broadcast, CORRECTION)
    assert await office.called_with(sent.broadcast) == {HOME}
    assert (await office.recipients(sent.broadcast))["An"].numbers == [HOME, AN]


async def test_a_box_that_kept_the_wrong_text_gets_the_right_one_though_its_owner_was_reached(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN, HOME]})
    first = await office.sends()
    await office.calls(AN, Outcome.VOICEMAIL)
    await office.calls(HOME, Outcome.CONFIRMED)
    sent = await office.follows_up(first.broadcast, CORRECTION)
    await office.called(sent.broadcast, HOME, Outcome.CONFIRMED)
    assert (await office.results(sent.broadcast))["An"] == ("waiting", "confirmed")
    await office.called(sent.broadcast, AN, Outcome.NO_ANSWER)
    await office.called(sent.broadcast, AN, Outcome.VOICEMAIL)
    assert (await office.results(sent.broadcast))["An"] == ("final", "confirmed")
    assert await office.called_with(sent.broadcast) == set()


async def test_a_box_is_rung_no_more_than_a_person_would_be(office: Office) -> None:
    await network_of(office.engine, {"An": [AN, HOME]})
    first = await office.sends()
    await office.calls(AN, Outcome.VOICEMAIL)
    await office.calls(HOME, Outcome.CONFIRMED)
    sent = await office.follows_up(first.broadcast, CORRECTION)
    await office.called(sent.broadcast, HOME, Outcome.HEARD)
    for _ in range(office.retry.tries_per_number):
        await office.called(sent.broadcast, AN, Outcome.NO_ANSWER)
    assert (await office.results(sent.broadcast))["An"] == ("final", "heard")


async def test_who_is_reached_while_another_number_waits_is_called_for_their_box_alone(
    office: Office,
) -> None:
    work = phone(10, 8)
    await network_of(office.engine, {"An": [work, AN, HOME]})
    first = await office.sends()
    await office.calls(work, Outcome.REFUSED)
    await office.calls(AN, Outcome.VOICEMAIL)
    await office.calls(HOME, Outcome.CONFIRMED)
    sent = await office.follows_up(first.broadcast, CORRECTION)
    await office.called(sent.broadcast, HOME, Outcome.NO_ANSWER)
    await office.called(sent.broadcast, AN, Outcome.BUSY)
    await office.ledger.confirm_by_callback(sent.broadcast, HOME)
    assert await office.called_with(sent.broadcast) == {AN}
    await office.called(sent.broadcast, AN, Outcome.VOICEMAIL)
    assert (await office.results(sent.broadcast))["An"] == ("final", "confirmed")


async def test_a_call_that_speaks_the_old_text_goes_over_and_counts_for_both(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    taken = await office.takes(AN)
    sent = await office.follows_up(first.broadcast, CORRECTION)
    assert await office.called_with(sent.broadcast) == {AN}
    [stopped] = await office.ledger.stopped(office.lease.node)
    assert stopped.attempt == taken.attempt
    assert stopped.instead is not None
    assert (stopped.instead.broadcast, stopped.instead.rings_on) == (sent.broadcast, True)
    new = TextOutcome(sent.broadcast, Outcome.CONFIRMED, TALKED)
    await heard(office, taken.attempt, Outcome.PARTIAL, new)
    assert await office.open_calls() == {}
    assert await office.results(first.broadcast) == {"An": ("final", "partial")}
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}
    await heard(office, taken.attempt, Outcome.PARTIAL, new)  # as after a crash, from the disk
    told = [one for one in (await office.recipients(sent.broadcast))["An"].calls if one.outcome]
    assert [(one.outcome, one.dialled_at) for one in told] == [(Outcome.CONFIRMED, None)]


async def test_who_puts_the_phone_down_during_the_new_text_is_called_with_it_again(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    taken = await office.takes(AN)
    sent = await office.follows_up(first.broadcast, CORRECTION)
    await heard(office, taken.attempt, Outcome.HEARD, TextOutcome(sent.broadcast, Outcome.PARTIAL, TALKED))
    assert await office.called_with(sent.broadcast) == {AN}
    assert (await office.results(sent.broadcast))["An"] == ("waiting", "partial")
    await office.called(sent.broadcast, AN, Outcome.CONFIRMED)
    assert (await office.results(sent.broadcast))["An"] == ("final", "confirmed")


async def test_who_heard_only_the_old_text_on_a_call_that_was_up_is_called(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    taken = await office.takes(AN)
    sent = await office.follows_up(first.broadcast, CORRECTION)
    assert await office.called_with(sent.broadcast) == {AN}
    with pytest.raises(ValueError, match="not enough values"):
        await office.called(sent.broadcast, AN, Outcome.HEARD)  # one telephone, one call
    await office.ends(taken.attempt, Outcome.HEARD)
    await office.called(sent.broadcast, AN, Outcome.HEARD)
    assert await office.results(sent.broadcast) == {"An": ("final", "heard")}


async def test_an_all_clear_that_is_heard_on_a_call_of_the_first_counts(office: Office) -> None:
    """Also for who shares that telephone; who only rings is not told that it is over."""
    await network_of(office.engine, {"An": [AN], "Bert": [AN], "Chris": [CHRIS]})
    first = await office.sends()
    taken = await office.takes(AN)
    sent = await office.follows_up(first.broadcast, ALL_CLEAR)
    [stopped] = await office.ledger.stopped(office.lease.node)
    assert stopped.instead is not None
    assert not stopped.instead.rings_on
    await heard(office, taken.attempt, Outcome.PARTIAL, TextOutcome(sent.broadcast, Outcome.HEARD, TALKED))
    assert await office.results(sent.broadcast) == {"An": ("final", "heard"), "Bert": ("final", "heard")}
    for _ in range(2):
        await office.upkeep.tend()
    assert (await office.progress(sent.broadcast)).state is BroadcastState.CLOSED


async def test_a_node_that_begins_again_says_nothing_that_was_withdrawn(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    taken = await office.takes(AN)
    sent = await office.follows_up(first.broadcast, CORRECTION)
    dialler = FakeDialler()
    runner = office.runner(dialler)
    assert await runner.adopt_all() == 1
    await runner.finished()
    [order] = dialler.adopted
    assert order.attempt == taken.attempt
    assert order.new_text is not None
    assert order.new_text.broadcast == sent.broadcast
    assert order.new_text.sound != order.sound


async def test_calls_that_are_up_are_told_within_a_round_on_their_node(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    first = await office.sends()
    dialler = FakeDialler()
    dialler.rings_until |= {AN: asyncio.Event(), BERT: asyncio.Event()}
    async with office.at_work(dialler) as runner:
        await office.until(lambda seen: seen.being_called == 2, first.broadcast)
        sent = await office.follows_up(first.broadcast, CORRECTION)
        await runner.withdraw_unwanted()
        assert {new.broadcast for new in dialler.replaced.values()} == {sent.broadcast}
        assert len(dialler.replaced) == 2
        assert not dialler.withdrawn
        await office.desk.stop(ADMIN, sent.broadcast)
        await runner.withdraw_unwanted()
        assert len(dialler.withdrawn) == 2, "what is said instead was taken back too"
        await office.until_closed(first.broadcast)


async def test_a_correction_of_a_correction_reaches_calls_of_the_first(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    first = await office.sends()
    taken = await office.takes(AN)
    second = await office.follows_up(first.broadcast, CORRECTION)
    with pytest.raises(Replaced) as refused:
        await office.follows_up(first.broadcast, CORRECTION)
    assert refused.value.facts["by"] == second.broadcast
    third = await office.follows_up(second.broadcast, CORRECTION, text="Toch in de Kerkstraat.")
    [stopped] = await office.ledger.stopped(office.lease.node)
    assert stopped.instead is not None
    assert stopped.instead.broadcast == third.broadcast
    assert set(await office.results(third.broadcast)) == {"An", "Bert"}
    assert await office.called_with(second.broadcast) == set()
    new = [TextOutcome(one.broadcast, Outcome.PARTIAL, TALKED) for one in (second, third)]
    await heard(office, taken.attempt, Outcome.PARTIAL, *new)
    assert await office.results(second.broadcast) == {
        "An": ("final", "partial"),
        "Bert": ("final", "nothing"),
    }
    assert (await office.results(third.broadcast))["An"] == ("waiting", "partial")
    with pytest.raises(Replaced):
        await office.follows_up(second.broadcast, MORE)


async def test_what_was_stopped_can_be_corrected_for_who_heard_it(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    first = await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await office.desk.stop(ADMIN, first.broadcast)
    sent = await office.follows_up(first.broadcast, CORRECTION, Whom.HEARD)
    assert await office.called_with(sent.broadcast) == {AN}
    with pytest.raises(BroadcastOver):
        await office.desk.stop(ADMIN, first.broadcast)


async def test_a_correction_leaves_nobody_out_who_may_have_heard_the_wrong_text(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    with pytest.raises(NotForThem):
        await office.follows_up(first.broadcast, CORRECTION, Whom.UNCONFIRMED)
    with pytest.raises(UnknownBroadcast):
        await office.follows_up(99, CORRECTION)


async def test_a_correction_is_as_urgent_as_what_it_corrects(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    sent = await office.follows_up(first.broadcast, CORRECTION, urgent=False)
    assert await office.count(f"broadcast WHERE id = {sent.broadcast} AND urgent") == 1


async def test_two_officers_who_correct_the_same_alert_do_so_once(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    both = await asyncio.gather(
        *(office.follows_up(first.broadcast, CORRECTION, text=one) for one in ("Eén.", "Twee.")),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["Replaced", "Sent"]
    assert await office.count("broadcast") == 2
