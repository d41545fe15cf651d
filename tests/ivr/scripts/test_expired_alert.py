"""Nothing is begun of an alert that has expired, whatever its call is in."""

import asyncio
from dataclasses import replace

from broadcast.states import Outcome
from ivr.scripts.alert_call import Alert
from tests.fakes.phone import answered
from tests.in_no_time import in_no_time
from tests.ivr.scripts.test_alert_call import ALERT, MESSAGE, outcome, seconds_of_message
from tests.ivr.told import SETTLED


def expires_at(moment: float) -> Alert:
    loop = asyncio.get_running_loop()
    until = loop.time() + moment
    return replace(ALERT, is_expired=lambda: loop.time() >= until)


@in_no_time
async def test_a_pass_is_said_to_its_end_and_none_is_begun_after_expiry() -> None:
    async with answered(expires_at(5.0)) as phone:
        await phone.hears(MESSAGE)
    assert seconds_of_message(phone) == [8.0]
    assert outcome(phone) is Outcome.SILENT


@in_no_time
async def test_who_asks_for_it_again_after_expiry_does_not_hear_it() -> None:
    async with answered(expires_at(2.0)) as phone:
        await phone.hears(MESSAGE)
        await phone.listens(3)
        phone.presses("2")
    assert seconds_of_message(phone) == [3.0]


@in_no_time
async def test_after_a_greeting_it_does_not_start_again_once_it_has_expired() -> None:
    async with answered(expires_at(4.0)) as phone:
        await phone.hears(MESSAGE)
        await phone.says(4.5)
        await phone.listens(SETTLED)
    assert len(seconds_of_message(phone)) == 1


@in_no_time
async def test_who_takes_us_off_hold_after_expiry_hears_nothing_of_it() -> None:
    async with answered(expires_at(6.0)) as phone:
        await phone.hears(MESSAGE)
        await phone.listens(1)
        phone.puts_us_on_hold()
        await phone.listens(10)
        phone.takes_us_back()
        await phone.listens(3)
    assert len(seconds_of_message(phone)) == 1
