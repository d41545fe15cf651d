"""Calls to which the PBX spoke by itself: what is made of its note of them."""

import asyncio
from time import time

import pytest

from broadcast.states import Outcome
from ivr.pbx.dialplan import CONTEXT, FALLBACK, parse
from tests.fakes.ari_call import FakeCall
from tests.fakes.neighbours import Behaviour
from tests.ivr.conftest import MESSAGE_SECONDS, LineDesk, until
from tests.support.people import phone


@pytest.mark.parametrize(
    ("note", "outcome"),
    [
        ("fallback=0", Outcome.LOST),
        ("fallback=0/stayed", Outcome.LOST),
        ("fallback=1", Outcome.HEARD),
        ("fallback=2", Outcome.HEARD),
        ("fallback=3/stayed", Outcome.SILENT),
        ("fallback=0/expired", Outcome.EXPIRED),
        ("fallback=1/expired", Outcome.SILENT),
        ("fallback=0/key=1", Outcome.CONFIRMED),
        ("fallback=2/key=1", Outcome.CONFIRMED),
    ],
)
def test_only_what_somebody_showed_is_said_of_them(note: str, outcome: Outcome) -> None:
    read = parse(note)
    assert read is not None
    assert read.outcome() is outcome


@pytest.mark.parametrize(
    ("note", "outcome"),
    [
        ("fallback=0", Outcome.LOST),
        ("fallback=1", Outcome.VOICEMAIL_PARTIAL),
        ("fallback=3/stayed", Outcome.VOICEMAIL_PARTIAL),
        ("fallback=0/key=1", Outcome.CONFIRMED),
    ],
)
def test_a_machine_that_hangs_up_has_not_heard_it_as_a_person_has(note: str, outcome: Outcome) -> None:
    read = parse(note)
    assert read is not None
    assert read.outcome(is_nobody=True) is outcome


@pytest.mark.parametrize(
    "note", ["", "fallback", "fallback=", "fallback=-1", "fallback=1/key=2", "an fallback=1"]
)
def test_what_is_no_note_says_nothing(note: str) -> None:
    assert parse(note) is None


async def listens_and_stays(call: FakeCall) -> None:
    await call.stay()


async def listens_and_leaves(call: FakeCall) -> None:
    await call.passes(1.5 * MESSAGE_SECONDS)
    call.put_down()


async def leaves_at_once(call: FakeCall) -> None:
    await call.passes(0.5 * MESSAGE_SECONDS)
    call.put_down()


async def presses_1(call: FakeCall) -> None:
    await call.passes(0.5 * MESSAGE_SECONDS)
    call.press("1")
    await call.stay()


@pytest.mark.parametrize(
    ("does", "outcome", "passes"),
    [
        (listens_and_stays, Outcome.SILENT, 3),
        (listens_and_leaves, Outcome.HEARD, 1),
        (leaves_at_once, Outcome.LOST, 0),
        (presses_1, Outcome.CONFIRMED, 0),
    ],
)
async def test_what_the_pbx_did_by_itself_is_read_from_its_note(
    line_desk: LineDesk, does: Behaviour, outcome: Outcome, passes: int
) -> None:
    may_answer = asyncio.Event()

    async def answers_when_told(call: FakeCall) -> None:
        await may_answer.wait()
        call.pick_up()
        await does(call)

    line_desk.ari.phones[phone(12)] = answers_when_told
    order = line_desk.order(phone(12))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    await line_desk.ari.shut()
    await until(lambda: not line_desk.connection.ready)
    may_answer.set()
    await until(lambda: line_desk.ari.heard[order.number])
    await line_desk.ari.reopen()
    result = await call
    assert (result.outcome, result.evidence["fallback"]) == (outcome, passes)


async def test_the_pbx_says_nothing_of_an_alert_that_has_expired(line_desk: LineDesk) -> None:
    may_answer = asyncio.Event()

    async def answers_when_told(call: FakeCall) -> None:
        await may_answer.wait()
        call.pick_up()
        await call.stay()

    line_desk.ari.phones[phone(12)] = answers_when_told
    order = line_desk.order(phone(12), expires_in=3600.0)
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    await line_desk.ari.shut()
    await until(lambda: not line_desk.connection.ready)
    rings = line_desk.channel(order)
    assert rings is not None
    assert 3598 <= float(rings.variables["EXPIRES"]) - time() <= 3600
    rings.variables["EXPIRES"] = str(int(time()))  # an hour later
    may_answer.set()
    await until(lambda: line_desk.ari.heard[order.number])
    await line_desk.ari.reopen()
    assert (await call).outcome is Outcome.EXPIRED
    assert line_desk.ari.heard[order.number] == [[]]


async def picks_up_and_stays(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


async def test_a_call_that_is_taken_from_us_is_led_by_the_pbx_and_not_hung_up(line_desk: LineDesk) -> None:
    line_desk.ari.phones[phone(12)] = picks_up_and_stays
    order = line_desk.order(phone(12))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.speaks_to(order))
    await line_desk.client.channels.continue_in_dialplan(str(order.attempt), CONTEXT, FALLBACK)
    result = await call
    assert (result.outcome, result.evidence["fallback"]) == (Outcome.SILENT, 3)
    assert line_desk.ari.heard[order.number][0][-1].whole
    await until(lambda: not line_desk.ari.notes)  # read, and removed


async def greets_long_and_hangs_up_when_the_pbx_has_spoken(call: FakeCall) -> None:
    call.pick_up()
    call.emit("ChannelTalkingStarted")
    await asyncio.sleep(3.2)  # in the time of the PBX, which counts
    call.emit("ChannelTalkingFinished", duration=2600)
    await until(lambda: not call.in_stasis)
    for _ in range(2):  # a message of the PBX is noted by the end of the next one
        await call.sound_ends()
    call.put_down()


async def test_a_box_that_hangs_up_after_the_pbx_spoke_to_it_is_still_a_box(line_desk: LineDesk) -> None:
    line_desk.ari.phones[phone(12)] = greets_long_and_hangs_up_when_the_pbx_has_spoken
    order = line_desk.order(phone(12))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.speaks_to(order))
    live = line_desk.exchange.find(str(order.attempt))
    assert live is not None
    await until(lambda: live.far_end.talked_long)
    await line_desk.client.channels.continue_in_dialplan(str(order.attempt), CONTEXT, FALLBACK)
    result = await call
    assert result.outcome is Outcome.VOICEMAIL
    assert result.evidence["fallback"]
