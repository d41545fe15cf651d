"""A text is replaced while calls ring and are spoken to: what each phone hears, and what is proved of it."""

import asyncio
from pathlib import Path
from time import monotonic
from uuid import uuid4

from broadcast.ports import CallOrder, CallOutcome, NewText
from broadcast.states import Outcome
from tests.fakes.ari_call import FakeCall
from tests.ivr.conftest import MESSAGE_SECONDS, SPEED, LineDesk, laid, until
from tests.support.people import phone

SOMEBODY = phone(10)


async def listens(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


class Late(asyncio.Event):
    """A telephone that rings until it is told to answer."""

    async def __call__(self, call: FakeCall) -> None:
        await call.ring(0.1)
        await self.wait()
        await listens(call)


async def box(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(1)
    await call.talk(2.5 * SPEED)
    await call.stay()


def new_text(desk: LineDesk, broadcast: int = 2, *, expires_in: float = 3600.0) -> NewText:
    sound = laid(desk.message.with_name(f"new-{broadcast}"), MESSAGE_SECONDS)
    return NewText(broadcast, sound.path, sound.seconds, monotonic() + expires_in)


async def replaced(desk: LineDesk, order: CallOrder, *texts: NewText, rings_on: bool = True) -> CallOutcome:
    """Each of these texts replaces the one before as soon as that one is heard; what the call came to."""
    calling = asyncio.create_task(desk.calls(order))
    for index, new in enumerate(texts):
        before = [desk.message.name, *(one.sound.name for one in texts)][index]
        await heard(desk, order, before)
        for _ in range(3):  # asked each second until the call is over
            assert await desk.dialler.replace_text(order.attempt, new, rings_on=rings_on)
    return await calling


async def heard(desk: LineDesk, order: CallOrder, name: str) -> None:
    """Until this sound has begun to this phone."""
    await until(lambda: name in said(desk, order))


def said(desk: LineDesk, order: CallOrder) -> list[str]:
    """The sounds that were begun to this phone."""
    calls = desk.ari.heard[order.number]
    return [Path(one.sound).name for one in calls[0]] if calls else []


def whole(desk: LineDesk, order: CallOrder) -> list[tuple[str, bool]]:
    return [(Path(one.sound).name, one.whole) for one in desk.ari.heard[order.number][0]]


async def test_who_listens_hears_that_it_changes_and_then_the_new_text_from_its_first_word(
    line_desk: LineDesk,
) -> None:
    order = line_desk.order(SOMEBODY)
    line_desk.ari.phones[SOMEBODY] = listens
    result = await replaced(line_desk, order, new_text(line_desk))
    assert whole(line_desk, order) == [
        ("message", False),
        ("changed", True),
        ("new-2", True),
        ("new-2", True),
    ]
    assert result.outcome is Outcome.PARTIAL
    [new] = result.new_texts
    assert (new.broadcast, new.outcome) == (2, Outcome.SILENT)
    assert [ended for _, _, ended in result.evidence["passes"]] == [False]
    assert [ended for _, _, ended in new.evidence["passes"]] == [True, True]


async def test_one_key_confirms_the_text_that_is_said_and_no_other(line_desk: LineDesk) -> None:
    async def confirms_the_new_one(call: FakeCall) -> None:
        call.pick_up()
        while not any("new-2" in one.sound for one in call.heard):
            await call.passes(0.1)
        call.press("1")
        await call.stay()

    order = line_desk.order(SOMEBODY)
    line_desk.ari.phones[SOMEBODY] = confirms_the_new_one
    result = await replaced(line_desk, order, new_text(line_desk))
    assert result.outcome is Outcome.PARTIAL
    assert [(one.broadcast, one.outcome) for one in result.new_texts] == [(2, Outcome.CONFIRMED)]
    assert whole(line_desk, order)[-1] == ("thanks", True)


async def test_who_is_being_thanked_for_the_old_text_hears_the_new_one_and_has_not_confirmed_that(
    line_desk: LineDesk,
) -> None:
    async def confirms(call: FakeCall) -> None:
        call.pick_up()
        await call.passes(2)
        call.press("1")
        await call.stay()

    order = line_desk.order(SOMEBODY)
    line_desk.ari.phones[SOMEBODY] = confirms
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: "thanks" in said(line_desk, order))
    assert await line_desk.dialler.replace_text(order.attempt, new_text(line_desk), rings_on=True)
    result = await calling
    assert result.outcome is Outcome.CONFIRMED
    assert [(one.broadcast, one.outcome) for one in result.new_texts] == [(2, Outcome.HEARD)]
    assert said(line_desk, order)[:4] == ["message", "thanks", "changed", "new-2"]


async def test_a_telephone_that_rings_is_answered_by_the_new_text_alone(line_desk: LineDesk) -> None:
    order, late = line_desk.order(SOMEBODY), Late()
    line_desk.ari.phones[SOMEBODY] = late
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    assert await line_desk.dialler.replace_text(order.attempt, new_text(line_desk), rings_on=True)
    late.set()
    result = await calling
    assert set(said(line_desk, order)) == {"new-2"}
    assert (result.outcome, result.evidence) == (Outcome.EXPIRED, {})
    assert [(one.broadcast, one.outcome) for one in result.new_texts] == [(2, Outcome.SILENT)]


async def test_a_telephone_that_rings_for_what_is_over_is_not_asked_to_say_anything(
    line_desk: LineDesk,
) -> None:
    order, late = line_desk.order(SOMEBODY), Late()
    line_desk.ari.phones[SOMEBODY] = late
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    assert not await line_desk.dialler.replace_text(order.attempt, new_text(line_desk), rings_on=False)
    await line_desk.dialler.withdraw(order.attempt)
    result = await calling
    assert result.answered_at is None
    assert result.new_texts == ()


async def test_a_box_that_has_greeted_keeps_the_new_text_too(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(23))
    line_desk.ari.phones[phone(23)] = box
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: len(said(line_desk, order)) > 1)  # begun again after the greeting
    assert await line_desk.dialler.replace_text(order.attempt, new_text(line_desk), rings_on=True)
    result = await calling
    assert result.outcome is Outcome.VOICEMAIL_PARTIAL
    assert [(one.broadcast, one.outcome) for one in result.new_texts] == [(2, Outcome.VOICEMAIL)]


async def test_a_text_that_is_replaced_twice_is_said_for_the_last_time_only(line_desk: LineDesk) -> None:
    order = line_desk.order(SOMEBODY)
    line_desk.ari.phones[SOMEBODY] = listens
    result = await replaced(line_desk, order, new_text(line_desk, 2), new_text(line_desk, 3))
    assert whole(line_desk, order) == [
        ("message", False),
        ("changed", True),
        ("new-2", False),
        ("changed", True),
        ("new-3", True),
        ("new-3", True),
    ]
    assert [(one.broadcast, one.outcome) for one in result.new_texts] == [
        (2, Outcome.PARTIAL),
        (3, Outcome.SILENT),
    ]


async def test_what_is_said_instead_can_be_taken_back(line_desk: LineDesk) -> None:
    order = line_desk.order(SOMEBODY)
    line_desk.ari.phones[SOMEBODY] = listens
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: said(line_desk, order))
    await line_desk.dialler.replace_text(order.attempt, new_text(line_desk), rings_on=True)
    await until(lambda: "new-2" in said(line_desk, order))
    await line_desk.dialler.withdraw(order.attempt)
    result = await calling
    assert whole(line_desk, order)[-2:] == [("new-2", False), ("stopped", True)]
    assert [(one.broadcast, one.outcome) for one in result.new_texts] == [(2, Outcome.PARTIAL)]


async def test_who_hangs_up_before_a_word_of_the_new_text_has_got_nothing_of_it(line_desk: LineDesk) -> None:
    async def leaves(call: FakeCall) -> None:
        call.pick_up()
        while not any("changed" in one.sound for one in call.heard):
            await call.passes(0.1)
        call.put_down()

    order = line_desk.order(SOMEBODY)
    line_desk.ari.phones[SOMEBODY] = leaves
    result = await replaced(line_desk, order, new_text(line_desk))
    assert result.outcome is Outcome.PARTIAL
    assert result.new_texts == ()


async def test_a_call_that_nobody_knows_says_nothing_instead(line_desk: LineDesk) -> None:
    assert not await line_desk.dialler.replace_text(uuid4(), new_text(line_desk), rings_on=True)


async def test_a_call_of_an_earlier_process_says_the_new_text_from_the_first_moment(
    line_desk: LineDesk,
) -> None:
    order = line_desk.order(SOMEBODY)
    line_desk.ari.phones[SOMEBODY] = listens
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: said(line_desk, order))
    calling.cancel()
    await asyncio.wait([calling])
    await line_desk.is_cut_off()
    new = new_text(line_desk)
    adopting = asyncio.create_task(
        line_desk.dialler.adopt(
            CallOrder(
                attempt=order.attempt,
                broadcast=1,
                number=SOMEBODY,
                language="nl",
                sound=line_desk.message,
                sound_seconds=order.sound_seconds,
                expires_at=monotonic() - 1,
                new_text=new,
            )
        )
    )
    await line_desk.is_back()
    result = await adopting
    assert "message" not in said(line_desk, order)[1:]
    assert result.outcome is Outcome.EXPIRED
    assert [one.broadcast for one in result.new_texts] == [2]


# The PBX by itself


async def test_what_the_pbx_speaks_by_itself_is_the_new_text_too_and_counts_for_that(
    line_desk: LineDesk,
) -> None:
    may_answer = asyncio.Event()

    async def answers_when_told(call: FakeCall) -> None:
        await may_answer.wait()
        call.pick_up()
        await call.passes(1.5 * MESSAGE_SECONDS)
        call.put_down()

    order = line_desk.order(SOMEBODY)
    line_desk.ari.phones[SOMEBODY] = answers_when_told
    calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    assert await line_desk.dialler.replace_text(order.attempt, new_text(line_desk), rings_on=True)
    await line_desk.ari.shut()
    await until(lambda: not line_desk.connection.ready)
    may_answer.set()
    await until(lambda: line_desk.ari.heard[order.number])
    await line_desk.ari.reopen()
    result = await calling
    assert set(said(line_desk, order)) == {"new-2"}
    assert result.outcome is Outcome.LOST
    assert [(one.broadcast, one.outcome) for one in result.new_texts] == [(2, Outcome.HEARD)]


async def test_the_pbx_is_told_once_for_all_calls_of_a_text(line_desk: LineDesk) -> None:
    orders = [line_desk.order(phone(10, n)) for n in range(2)]
    calling = []
    for order in orders:
        line_desk.ari.phones[order.number] = listens
        calling.append(asyncio.create_task(line_desk.calls(order)))
        await heard(line_desk, order, "message")
    for broadcast, times in ((2, 1), (3, 2)):
        for order in orders * 2:
            new = new_text(line_desk, broadcast)
            assert await line_desk.dialler.replace_text(order.attempt, new, rings_on=True)
        told = line_desk.ari.requests.count(("POST", "/ari/asterisk/variable"))
        assert told == sum(range(times + 1)), "of the first text, and then of the one in between"
    assert line_desk.ari.notes["1-message"] == line_desk.ari.notes["2-new-2"] == "3-new-3"
    await asyncio.gather(*calling)
