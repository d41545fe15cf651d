"""Whose fault it was that a call got nobody, and what the line does about a trunk that is at fault."""

import asyncio
import logging
from pathlib import Path

import pytest

from broadcast.ports import CallOutcome
from broadcast.states import Outcome
from ivr.outbound.trunk_watch import DOES_NOT_ANSWER
from ivr.pbx.capacity import TRY_EVERY
from ivr.pbx.trunk import Trunk
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.fakes.neighbours import Behaviour, rings_out
from tests.ivr.conftest import SPEED, LineDesk, line_on, until
from tests.support.people import phone


def says(cause: int, status: int) -> Behaviour:
    """What answers so at once."""

    async def refuse(call: FakeCall) -> None:
        call.refuse(cause, status)

    return refuse


def rings_and_says(cause: int, status: int) -> Behaviour:
    async def refuse(call: FakeCall) -> None:
        await call.ring(1)
        call.refuse(cause, status)

    return refuse


async def says_nothing_at_all(call: FakeCall) -> None:
    """Not even 100; at last our Asterisk gives up."""
    await call.passes(8)
    call.refuse(18, 408)


async def early_sound(call: FakeCall) -> None:
    await call.ring(3600, early_sound=True)


WRONG_PASSWORD = says(21, 401)


async def refused(desk: LineDesk, count: int, *, since: int = 0) -> list[CallOutcome]:
    """What becomes of one call to each of so many different numbers, all at once."""
    orders = [desk.order(phone(10, since + n)) for n in range(count)]
    return list(await asyncio.gather(*(desk.calls(order) for order in orders)))


def outcomes(results: list[CallOutcome]) -> list[Outcome]:
    return [result.outcome for result in results]


# Ringing


@pytest.mark.parametrize("phones", [rings_out, early_sound])
async def test_when_a_phone_rang_is_part_of_what_is_known_of_its_call(
    tmp_path: Path, phones: Behaviour
) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path) as desk:
        ari.phones[phone(17)] = phones
        result = await desk.calls(desk.order(phone(17)))
    assert result.outcome is Outcome.NO_ANSWER
    assert 0.0 <= result.evidence["rang"] < 5.0


async def test_a_call_of_which_nothing_is_heard_until_our_own_limit_was_not_a_persons_silence(
    tmp_path: Path,
) -> None:
    async with FakeAri(speed=1) as ari, line_on(ari, tmp_path, ring=1.1) as desk:
        ari.phones[phone(17, 1)] = says_nothing_at_all
        ari.phones[phone(17, 2)] = early_sound
        calls = (desk.calls(desk.order(number)) for number in (phone(17, 1), phone(17, 2), phone(17, 3)))
        results = list(await asyncio.gather(*calls))
    assert outcomes(results) == [Outcome.TRUNK_DOWN, Outcome.NO_ANSWER, Outcome.NO_ANSWER]
    assert results[0].evidence == {"rang": None}


@pytest.mark.parametrize(
    ("refuses", "outcome"),
    [
        (says(21, 403), Outcome.TRUNK_REFUSED),
        (rings_and_says(21, 403), Outcome.REJECTED),
        (says(18, 408), Outcome.TRUNK_DOWN),
        (rings_and_says(18, 408), Outcome.NO_ANSWER),
        (says(127, 433), Outcome.TRUNK_REFUSED),
        (says(23, 302), Outcome.REDIRECTED),
        (says(58, 488), Outcome.INCOMPATIBLE),
    ],
)
async def test_what_a_phone_says_after_ringing_is_the_trunks_word_before(
    line_desk: LineDesk, refuses: Behaviour, outcome: Outcome
) -> None:
    line_desk.ari.phones[phone(10)] = refuses
    assert (await line_desk.calls(line_desk.order(phone(10)))).outcome is outcome


async def test_ringing_that_went_unheard_while_the_socket_was_away_is_given_the_benefit_of_the_doubt(
    line_desk: LineDesk,
) -> None:
    async def rings_unheard(call: FakeCall) -> None:
        await call.passes(8)
        call.refuse(21, 403)

    order = line_desk.order(phone(10))
    line_desk.ari.phones[order.number] = rings_unheard
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    await line_desk.is_cut_off()
    await line_desk.is_back()
    assert (await call).outcome in {Outcome.REJECTED, Outcome.LOST}
    assert line_desk.trunk_watch.fault is None


async def test_who_picks_up_and_then_no_sound_can_be_agreed_on_has_not_left_early(
    line_desk: LineDesk,
) -> None:
    async def without_sdp(call: FakeCall) -> None:
        await call.ring(1)
        call.pick_up()
        call.refuse(127, 406)

    line_desk.ari.phones[phone(10)] = without_sdp
    assert (await line_desk.calls(line_desk.order(phone(10)))).outcome is Outcome.INCOMPATIBLE


# At fault


async def test_a_trunk_that_refuses_eight_different_people_is_at_fault_and_nobody_else_is(
    line_desk: LineDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ivr.outbound.trunk_watch")
    line_desk.ari.refuses = WRONG_PASSWORD
    assert outcomes(await refused(line_desk, 7)) == [Outcome.TRUNK_REFUSED] * 7
    assert line_desk.trunk_watch.fault is None
    assert outcomes(await refused(line_desk, 2, since=7)) == [Outcome.TRUNK_AT_FAULT] * 2
    line_desk.ari.refuses = None
    assert outcomes(await refused(line_desk, 1)) == [Outcome.CONFIRMED]
    assert line_desk.trunk_watch.fault is None
    first, last = (record.message for record in caplog.records if record.name == "ivr.outbound.trunk_watch")
    assert "does not accept our user name and password (401)" in first
    assert last == "The trunk takes calls again; all that wait go out."
    assert "+999" not in caplog.text


async def test_other_processes_are_told_what_is_new_and_only_that(line_desk: LineDesk) -> None:
    tell, told = line_desk.trunk_watch.tell, line_desk.told
    await tell()
    await tell()
    assert told == [None]
    line_desk.ari.refuses = WRONG_PASSWORD
    await refused(line_desk, 8)
    await tell()
    await tell()
    assert told[1:] == [line_desk.trunk_watch.fault and line_desk.trunk_watch.fault.says]
    line_desk.ari.refuses = None
    await refused(line_desk, 1)
    await tell()
    assert told[2:] == [None]


async def test_a_trunk_that_does_not_answer_at_all_is_told_too(line_desk: LineDesk) -> None:
    line_desk.ari.trunk_answers(reachable=False)
    await until(lambda: not line_desk.lines.is_open)
    await line_desk.trunk_watch.tell()
    line_desk.ari.trunk_answers(reachable=True)
    await until(lambda: line_desk.lines.is_open)
    await line_desk.trunk_watch.tell()
    assert line_desk.told == [DOES_NOT_ANSWER, None]


async def test_while_the_trunk_is_at_fault_one_call_a_second_tries_it_until_one_gets_through(
    line_desk: LineDesk,
) -> None:
    line_desk.ari.refuses = WRONG_PASSWORD
    await refused(line_desk, 8)
    clock = asyncio.get_running_loop().time
    began, placed = clock(), len(line_desk.ari.posts)
    waiting = [asyncio.create_task(line_desk.calls(line_desk.order(phone(10, 20 + n)))) for n in range(12)]
    await until(lambda: sum(one.done() for one in waiting) >= 2)
    assert len(line_desk.ari.posts) - placed <= 1 + (clock() - began) / TRY_EVERY
    line_desk.ari.refuses = None
    await until(lambda: line_desk.trunk_watch.fault is None)
    mended = clock()
    results = [one.outcome for one in await asyncio.gather(*waiting)]
    assert clock() - mended < 9, "they did not wait for a second each"
    assert set(results) == {Outcome.TRUNK_AT_FAULT, Outcome.CONFIRMED}
    assert set(line_desk.ari.posts.values()) == {1}


@pytest.mark.parametrize("refuses", [says(17, 486), says(19, 480), says(17, 600), says(21, 603), rings_out])
async def test_what_a_telephone_says_never_speaks_against_the_trunk(
    line_desk: LineDesk, refuses: Behaviour
) -> None:
    line_desk.ari.refuses = refuses
    await refused(line_desk, 12)
    assert line_desk.trunk_watch.fault is None


async def test_a_full_trunk_that_carries_calls_is_not_at_fault_but_one_that_carries_none_is(
    line_desk: LineDesk,
) -> None:
    line_desk.ari.phones[phone(15)] = rings_out
    ringing = asyncio.create_task(line_desk.calls(line_desk.order(phone(15))))
    await until(lambda: any(call.state == "Ringing" for call in line_desk.ari.calls.values()))
    line_desk.ari.refuses = says(34, 503)
    assert outcomes(await refused(line_desk, 10)) == [Outcome.CONGESTION] * 10
    assert line_desk.trunk_watch.fault is None
    await ringing
    assert Outcome.TRUNK_AT_FAULT in outcomes(await refused(line_desk, 10))
    assert line_desk.trunk_watch.fault is not None


async def test_a_call_that_we_take_back_before_it_rings_says_nothing_of_the_trunk(
    line_desk: LineDesk,
) -> None:
    line_desk.ari.refuses = says_nothing_at_all
    await refused(line_desk, 7)
    order = line_desk.order(phone(10, 7))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    await line_desk.dialler.stop(order.attempt)
    assert (await call).outcome is Outcome.NO_ANSWER
    assert line_desk.trunk_watch.fault is None


# Numbers that do not exist


async def test_a_number_that_does_not_exist_is_believed_when_a_later_call_gets_through(
    tmp_path: Path,
) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, doubted_for=60) as desk:
        unknown = asyncio.create_task(desk.calls(desk.order(phone(20))))
        await until(lambda: desk.ari.posts and not desk.ari.calls)
        await until(lambda: desk.lines.taken == 0)  # its line is free meanwhile
        assert not unknown.done()
        await desk.calls(desk.order(phone(16)))
        assert (await unknown).outcome is Outcome.DEAD_NUMBER


async def test_when_nobody_else_is_called_it_is_believed_after_a_while(line_desk: LineDesk) -> None:
    assert (await line_desk.calls(line_desk.order(phone(20)))).outcome is Outcome.DEAD_NUMBER


@pytest.mark.parametrize("status", [404, 410, 484, 604])
async def test_eight_numbers_that_do_not_exist_all_do(tmp_path: Path, status: int) -> None:
    """Also those that were told so before it was known."""
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, doubted_for=60) as desk:
        await desk.calls(desk.order(phone(16)))
        ari.refuses = says(1, status)
        assert outcomes(await refused(desk, 8)) == [Outcome.TRUNK_AT_FAULT] * 8


async def test_a_slow_trunk_has_longer_until_its_word_on_a_number_is_believed(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, trunk=Trunk(calls_per_second=4)) as desk:
        ari.refuses = says(1, 404)
        assert outcomes(await refused(desk, 8)) == [Outcome.TRUNK_AT_FAULT] * 8
