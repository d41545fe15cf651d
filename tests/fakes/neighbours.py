"""The people of the simulated neighbourhood, for the fake: the dialled number decides what they do."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

from tests.fakes.ari_call import FakeCall

Behaviour = Callable[[FakeCall], Coroutine[Any, Any, None]]
NUMBER = re.compile(r"\+\d+")


async def presses_during(call: FakeCall) -> None:
    await call.ring(1)
    call.pick_up()
    await call.passes(3)
    call.press("1")
    await call.stay()


async def presses_after(call: FakeCall) -> None:
    call.pick_up()
    await call.sound_ends()
    await call.passes(0.3)
    call.press("1")
    await call.stay()


async def says_hello_and_listens(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(0.3)
    await call.talk(0.6)
    await call.sound_ends()
    await call.passes(0.5)
    call.put_down()


async def asks_again_then_presses(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(3)
    call.press("2")
    await call.sound_ends()
    await call.passes(0.3)
    call.press("1")
    await call.stay()


async def hangs_up_soon(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(2)
    call.put_down()


async def says_nothing(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


async def busy(call: FakeCall) -> None:
    call.refuse(17, 486)


async def rings_out(call: FakeCall) -> None:
    await call.ring(3600)


async def busy_first(call: FakeCall) -> None:
    await (busy(call) if call.nth == 1 else presses_during(call))


async def rejects(call: FakeCall) -> None:
    call.refuse(21, 603)


async def does_not_exist(call: FakeCall) -> None:
    call.refuse(1, 404)


async def trunk_full_twice(call: FakeCall) -> None:
    if call.nth <= 2:
        call.refuse(34, 503)
    else:
        await presses_during(call)


async def number_changed(call: FakeCall) -> None:
    call.refuse(22, 410)


async def voicemail(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(0.5)
    await call.talk(4)
    await call.stay()


BY_KIND: dict[str, Behaviour] = {
    "10": presses_during,
    "11": presses_after,
    "12": says_hello_and_listens,
    "13": asks_again_then_presses,
    "14": hangs_up_soon,
    "15": says_nothing,
    "16": busy,
    "17": rings_out,
    "18": busy_first,
    "19": rejects,
    "20": does_not_exist,
    "21": trunk_full_twice,
    "22": number_changed,
    "23": voicemail,
}


def dialled(endpoint: str) -> str:
    """The number in an ARI endpoint: `PJSIP/+999...@trunk` or `PJSIP/trunk/sip:+999...@host`."""
    found = NUMBER.search(endpoint)
    return found[0] if found else ""


def behaviour_of(number: str) -> Behaviour:
    return BY_KIND.get(number[4:6], does_not_exist) if number.startswith("+999") else does_not_exist
