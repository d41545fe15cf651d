"""Leaving by phone, told by who wants to be called no more, and by who never asked for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from ivr.call.call import Call
from ivr.call.errors import Hangup
from ivr.call.values import Sound
from ivr.scripts.alert_call import Wants
from ivr.scripts.leave import NumberHolder, leave_call
from ivr.scripts.member_line import answered_line
from tests.fakes.phone import Phone
from tests.in_no_time import in_no_time
from tests.ivr.callers import SAYS, Caller, calls, heard

COUPLE = (NumberHolder([1], "An"), NumberHolder([2, 3], "Bert"))
MANY = [NumberHolder([nth], f"Neighbour {nth}") for nth in range(1, 13)]


@asynccontextmanager
async def rung(
    caller: Caller, script: Callable[[Call, Caller], Coroutine[Any, Any, object]] = leave_call
) -> AsyncIterator[Phone]:
    """A phone that we have rung, with what is said on it."""
    phone = Phone()

    async def talk() -> None:
        with suppress(Hangup):
            await script(phone.call, caller)

    talking = asyncio.create_task(talk())
    yield phone
    await talking


async def who_leaves(caller: Caller) -> Sound:
    return await caller.offer(caller.people)


@in_no_time
async def test_an_asks_to_leave_with_two_keys_and_will_be_rung_to_make_sure() -> None:
    caller = Caller()
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("0")
        await phone.hears(SAYS["leave_sure"])
        phone.presses("0")
        await phone.hears(SAYS["leave_calls_back"])
    assert (caller.asked_to_leave, caller.left) == (True, [])


@pytest.mark.parametrize("then", ["", "1"])
@in_no_time
async def test_one_0_alone_leads_back_to_the_menu(then: str) -> None:
    caller = Caller()
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("0")
        await phone.hears(SAYS["leave_sure"])
        phone.presses(then)
        await phone.hears(SAYS["line_menu"])
        phone.hangs_up()
    assert not caller.asked_to_leave


@in_no_time
async def test_who_is_not_known_has_nothing_to_leave() -> None:
    caller = Caller(is_member=False, people=())
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_unknown_menu"])
        phone.presses("0")
        await phone.hears(SAYS["line_wrong_key"])
        phone.hangs_up()
    assert not caller.asked_to_leave


@in_no_time
async def test_on_the_call_back_0_leaves() -> None:
    caller = Caller()
    async with rung(caller) as phone:
        await phone.hears(SAYS["leave_confirm"])
        phone.presses("0")
        await phone.hears(SAYS["leave_done"])
    assert caller.left == ["An"]


@in_no_time
async def test_who_never_asked_for_it_puts_the_phone_down_or_says_nothing_and_stays() -> None:
    caller = Caller()
    async with rung(caller) as phone:
        await phone.hears(SAYS["leave_asked"])
        phone.hangs_up()
    async with rung(caller) as phone:
        await phone.hears(SAYS["leave_stays"])
    assert caller.left == []


@pytest.mark.parametrize(("key", "left"), [("2", ["Bert"]), ("9", ["An", "Bert"]), ("", [])])
@in_no_time
async def test_two_who_share_a_number_are_asked_which_of_them_leaves(key: str, left: list[str]) -> None:
    caller = Caller(people=COUPLE)
    async with rung(caller) as phone:
        await phone.hears(SAYS["leave_confirm"])
        phone.presses("0")
        await phone.hears(await who_leaves(caller))
        phone.presses(key)
    assert caller.left == left
    assert heard(phone)[-1] == ("leave_done" if left else "leave_stays")


@in_no_time
async def test_a_0_too_many_makes_nobody_else_leave() -> None:
    caller = Caller(people=COUPLE)
    async with rung(caller) as phone:
        await phone.hears(SAYS["leave_confirm"])
        phone.presses("00")
        await phone.hears(SAYS["line_wrong_key"])
        phone.hangs_up()
    assert caller.left == []


@in_no_time
async def test_all_means_all_also_of_more_than_have_a_key() -> None:
    caller = Caller(people=MANY)
    async with rung(caller) as phone:
        await phone.hears(SAYS["leave_confirm"])
        phone.presses("0")
        await phone.hears(await caller.offer(MANY[:8]))
        phone.presses("9")
    assert len(caller.left) == len(MANY)


@in_no_time
async def test_where_nobody_is_known_any_more_nobody_is_told_that_they_left() -> None:
    async with rung(Caller(people=())) as phone:
        await phone.hears(SAYS["leave_confirm"])
        phone.presses("0")
        await phone.hears(SAYS["leave_stays"])


@in_no_time
async def test_who_asked_too_often_in_a_day_is_promised_no_call() -> None:
    async with calls(Caller(may_ask=False)) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("00")
        await phone.hears(SAYS["leave_too_often"])


@in_no_time
async def test_who_reported_on_an_alert_and_then_leaves_is_not_rung_again() -> None:
    caller = Caller(is_rung=True)
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("00")
        await phone.hears(SAYS["leave_done"])
    assert (caller.left, caller.asked_to_leave) == (["An"], False)


@in_no_time
async def test_after_an_alert_nobody_is_rung_again_to_make_sure() -> None:
    caller = Caller()
    async with rung(caller, lambda call, caller: answered_line(call, caller, Wants.LEAVE)) as phone:
        await phone.hears(SAYS["leave_done"])
    assert (caller.left, caller.asked_to_leave) == (["An"], False)


@in_no_time
async def test_who_has_the_code_of_an_alert_hears_it_again_and_again() -> None:
    caller = Caller(is_member=False)
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_unknown_menu"])
        phone.presses("1")
        await phone.hears(SAYS["line_code"])
        phone.presses("111111#")
        await phone.hears(SAYS["line_wrong_code"])
        await phone.hears(SAYS["line_unknown_menu"])
        phone.presses("1")
        await phone.hears(SAYS["line_code"])
        phone.presses(f"{caller.code}#")
        await phone.hears(SAYS["line_after_code"])
        phone.presses("2")
        await phone.hears(SAYS["line_after_code"])
        phone.presses("#")
        await phone.hears(SAYS["line_unknown_menu"])
        phone.hangs_up()
    assert heard(phone).count("alert-2") == 2
