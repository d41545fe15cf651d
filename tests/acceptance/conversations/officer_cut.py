"""Officers who hang up: before 1 nothing is left of the call, after it everything goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from simulation.phones.handset import Handset
from tests.acceptance.conversations.callers import Conversation
from tests.acceptance.conversations.officer import (
    comes_to_the_tone,
    hears_it,
    is_asked,
    is_let_to_the_police_line,
    is_signed_in,
    speaks,
)
from tests.acceptance.officers_stage import PIN, Beat, beat, types
from tests.acceptance.stage import LineStage, beginning

KEY = 0.5
"""Seconds that a finger takes from a key to the hook: what is cut off within them no network delivers."""
QUIET = 3.0
"""Seconds in which a phone would have been rung."""


async def hangs_up_after_1(stage: LineStage, number: str) -> None:
    one = await beat(stage, number)
    async with stage.phones.calling(number) as call:
        await speaks(one, call)
        await call.presses("1")
        await is_asked(one, call)
        await call.presses("1")
        await asyncio.sleep(KEY)
    [recipient] = await one.until_closed()
    assert recipient.result == "confirmed"


async def hangs_up_before(stage: LineStage, number: str, *, while_: str) -> None:
    """At this point of the call: nothing is sent."""
    one = await beat(stage, number, phones=("11", "11"), networks=_NETWORKS.get(while_, 1))
    async with stage.phones.calling(number) as call:
        await _UNTIL[while_](one, call)
    await asyncio.sleep(QUIET)
    assert not await one.broadcasts()
    assert await stage.kept(number) == 0
    assert not any(one.heard_by(member) for member in one.members)


async def _types_the_number(one: Beat, call: Handset) -> None:
    await is_let_to_the_police_line(one, call)
    await call.hears(one.says("police_number"))
    await types(call, one.officer[:2])


async def _types_the_pin(one: Beat, call: Handset) -> None:
    await _types_the_number(one, call)
    await types(call, f"{one.officer[2:]}#")
    await call.hears(one.says("police_pin"))
    await types(call, PIN[:3])


async def _speaks_on(one: Beat, call: Handset) -> None:
    """No key says that they have finished."""
    await comes_to_the_tone(one, call)
    await call.says(one.stage.speech)


async def _has_heard_it(one: Beat, call: Handset) -> None:
    await speaks(one, call)
    await hears_it(one, call)


async def _chooses_networks(one: Beat, call: Handset) -> None:
    await _has_heard_it(one, call)
    await call.presses("1")
    await call.hears(beginning(await one.offers()))
    await call.presses("1")
    await call.hears(await one.told("told_chosen", network=one.networks[0]))


async def _is_asked_how_urgent(one: Beat, call: Handset) -> None:
    await _has_heard_it(one, call)
    await call.presses("1")
    await call.hears(one.says("police_urgent"))


async def _is_about_to_send(one: Beat, call: Handset) -> None:
    await speaks(one, call)
    await call.presses("1")
    await is_asked(one, call)


_UNTIL: Mapping[str, Callable[[Beat, Handset], Awaitable[None]]] = {
    "typing the officer number": _types_the_number,
    "typing the PIN": _types_the_pin,
    "signed in": is_signed_in,
    "speaking the alert": _speaks_on,
    "what was spoken is prepared": speaks,
    "asked whether it is as meant": _has_heard_it,
    "choosing networks": _chooses_networks,
    "being asked how urgent": _is_asked_how_urgent,
    "being asked whether to send": _is_about_to_send,
}
_NETWORKS = {"choosing networks": 2}
"""Who has one is not asked."""
CONVERSATIONS: Mapping[str, Conversation] = {
    "hangs up after 1": hangs_up_after_1,
    **{f"hangs up while {point}": partial(hangs_up_before, while_=point) for point in _UNTIL},
}
