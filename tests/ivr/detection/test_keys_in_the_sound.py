"""Who presses keys that only the sound tells of: they count, and nothing else that is heard does."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from broadcast.ports import CallOutcome
from broadcast.states import Outcome
from ivr.pbx.listener import MOST
from prompts.audio import TELEPHONE_RATE
from tests.fakes.ari_call import FakeCall
from tests.ivr.callers import Caller
from tests.ivr.conftest import LineDesk, until
from tests.ivr.inbound.test_reception import GUST, Door, audible
from tests.ivr.keypad import alaw, press
from tests.pbx_fixtures import speech
from tests.support.people import phone

Behaviour = Callable[[FakeCall], Coroutine[Any, Any, None]]


def sounds_like_a_key(digit: str) -> bytes:
    quiet = np.zeros(TELEPHONE_RATE // 2, np.float32)
    return alaw(np.concatenate([press(digit, 0.2), quiet]))


async def makes_a_sound(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(1)
    await call.talk(0.2)
    await call.stay()


async def hangs_up_at_once(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(3)
    call.emit("ChannelTalkingStarted")
    await call.passes(2)
    call.put_down()


async def is_called(desk: LineDesk, behaviour: Behaviour = makes_a_sound) -> CallOutcome:
    order = desk.order(phone(15))
    desk.ari.phones[order.number] = behaviour
    return await desk.calls(order)


@pytest.mark.parametrize("behaviour", [makes_a_sound, hangs_up_at_once])
@pytest.mark.parametrize("digit", ["1", "9"])
async def test_who_presses_a_key_that_is_only_heard_has_confirmed(
    line_desk: LineDesk, digit: str, behaviour: Behaviour
) -> None:
    line_desk.ari.recorded = sounds_like_a_key(digit)
    assert (await is_called(line_desk, behaviour)).outcome is Outcome.CONFIRMED
    assert line_desk.ari.recordings == set()


async def test_who_talks_confirms_nothing(line_desk: LineDesk) -> None:
    said = speech("Een, een, een. Ja hallo, wie is daar? Negen.").at(TELEPHONE_RATE).samples
    line_desk.ari.recorded = alaw(said)
    result = await is_called(line_desk)
    assert result.outcome is not Outcome.CONFIRMED
    assert result.evidence is not None
    assert result.evidence["keys"] == []


async def test_a_sound_is_no_key_where_keys_are_told_as_such(line_desk: LineDesk) -> None:
    async def presses_5_and_sounds_like_1(call: FakeCall) -> None:
        call.pick_up()
        await call.passes(1)
        call.press("5")
        await call.talk(0.2)
        await call.stay()

    line_desk.ari.recorded = sounds_like_a_key("1")
    assert (await is_called(line_desk, presses_5_and_sounds_like_1)).outcome is not Outcome.CONFIRMED


async def test_a_key_in_our_own_message_may_come_back_as_an_echo(line_desk: LineDesk) -> None:
    line_desk.message.with_suffix(".alaw").write_bytes(
        np.resize(np.frombuffer(sounds_like_a_key("1"), np.uint8), 64_000).tobytes()
    )
    line_desk.ari.recorded = sounds_like_a_key("1")
    assert (await is_called(line_desk)).outcome is not Outcome.CONFIRMED


def hears(call: FakeCall, sentence: str) -> bool:
    return any(Path(one.sound).name == sentence for one in call.heard)


@asynccontextmanager
async def caller_on(desk: LineDesk, folder: Path) -> AsyncIterator[FakeCall]:
    """Somebody who has called our number and hears the menu."""
    reception = desk.received_by(Door(Caller(says=audible(folder))))
    call = desk.ari.rings_in(GUST, phone(10))
    await until(lambda: hears(call, "line_menu"))
    yield call
    await reception.leave()


async def test_the_keys_of_a_caller_that_are_only_heard_count(line_desk: LineDesk, tmp_path: Path) -> None:
    line_desk.ari.recorded = sounds_like_a_key("0")
    async with caller_on(line_desk, tmp_path) as call:
        await call.talk(0.2)
        await until(lambda: hears(call, "leave_sure"))
        await call.talk(0.2)
        await until(lambda: hears(call, "leave_calls_back"))
    assert line_desk.ari.recordings == set()


@pytest.mark.thorough
async def test_what_callers_say_presses_nothing_however_long_they_talk_and_keys_are_heard_after_it(
    line_desk: LineDesk, tmp_path: Path
) -> None:
    said = speech("Een, een, een. Ja hallo, wie is daar? Negen.").at(TELEPHONE_RATE).samples
    line_desk.ari.recorded = alaw(said)
    async with caller_on(line_desk, tmp_path) as call:
        for _ in range(MOST - 1):
            await call.talk(1.0)
            await until(lambda: line_desk.ari.recordings == set())
        assert not hears(call, "leave_sure")
        assert not hears(call, "line_wrong_key")
        line_desk.ari.recorded = sounds_like_a_key("0")
        await call.talk(0.2)
        await until(lambda: hears(call, "leave_sure"))


async def test_who_tells_of_keys_as_events_is_not_listened_to(line_desk: LineDesk, tmp_path: Path) -> None:
    line_desk.ari.recorded = sounds_like_a_key("0")
    async with caller_on(line_desk, tmp_path) as call:
        call.press("0")
        await until(lambda: hears(call, "leave_sure"))
        await call.talk(0.2)
        call.press("0")
        await until(lambda: hears(call, "leave_calls_back"))
    assert not [path for _, path in line_desk.ari.requests if "snoop" in path]
