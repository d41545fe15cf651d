"""A report that nobody took, told by the officer on duty who is rung for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from ivr.call.errors import Hangup
from ivr.call.values import Sound
from ivr.scripts.duty_call import duty_call
from ivr.scripts.sentences import Says
from prompts.catalogue import Key
from tests.fakes.phone import Phone
from tests.in_no_time import in_no_time
from tests.ivr.callers import SAYS

ABOUT, REPORT = (Sound(SAYS["goodbye"].path.with_name(name), 4.0) for name in ("about", "report"))


@dataclass
class Officer:
    """Maes, whose PIN is 846203."""

    claimed: Key = "duty_claimed"
    sent: Key = "police_sent"
    is_locked: bool = False
    says: Says = field(default_factory=lambda: SAYS)
    is_done: bool = False
    did: list[str] = field(default_factory=list)

    async def verify_pin(self, pin: str) -> Key | None:
        if self.is_locked:
            return "police_locked"
        return None if pin == "846203" else "duty_wrong_pin"

    async def about(self) -> Sound:
        return ABOUT

    async def report(self) -> Sound:
        self.did.append("heard")
        return REPORT

    async def claim(self) -> Key:
        self.did.append("claim")
        self.is_done = True
        return self.claimed

    async def start_alert(self) -> Key:
        self.did.append("alert")
        self.is_done = self.sent == "police_sent"
        return self.sent


@asynccontextmanager
async def rings(officer: Officer) -> AsyncIterator[Phone]:
    phone = Phone()

    async def script() -> None:
        with suppress(Hangup):
            await duty_call(phone.call, officer)

    talking = asyncio.create_task(script())
    yield phone
    await talking


async def signs_in(phone: Phone) -> None:
    await phone.hears(SAYS["police_pin"])
    phone.presses("846203#")
    await phone.hears(ABOUT)


def heard(phone: Phone) -> list[str]:
    return [one.sound.path.name for one in phone.heard]


@in_no_time
async def test_maes_proves_who_he_is_hears_the_report_and_takes_it_up() -> None:
    officer = Officer()
    async with rings(officer) as phone:
        await phone.hears(SAYS["duty_hello"])
        await signs_in(phone)
        await phone.hears(REPORT)
        await phone.hears(SAYS["duty_menu"])
        phone.presses("1")
        await phone.hears(SAYS["duty_claimed"])
        await phone.hears(SAYS["goodbye"])
    assert officer.did == ["heard", "claim"]


@in_no_time
async def test_he_hears_it_again_and_makes_an_alert_of_it_with_a_second_key() -> None:
    officer = Officer()
    async with rings(officer) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["duty_menu"])
        phone.presses("2")
        await phone.hears(REPORT)
        await phone.hears(SAYS["duty_menu"])
        phone.presses("3")
        await phone.hears(SAYS["duty_sure"])
        phone.presses("3")
        await phone.hears(SAYS["police_sent"])
    assert officer.did == ["heard", "heard", "alert"]


@in_no_time
async def test_one_3_alone_sends_nothing_and_the_report_is_heard_again() -> None:
    officer = Officer()
    async with rings(officer) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["duty_menu"])
        phone.presses("3")
        await phone.hears(SAYS["duty_sure"])
        phone.presses("1")
        await phone.hears(REPORT)
        phone.hangs_up()
    assert officer.did == ["heard", "heard"]


@in_no_time
async def test_what_may_not_be_sent_can_still_be_taken_up() -> None:
    officer = Officer(sent="duty_not_yours")
    async with rings(officer) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["duty_menu"])
        phone.presses("3")
        await phone.hears(SAYS["duty_sure"])
        phone.presses("3")
        await phone.hears(SAYS["duty_not_yours"])
        await phone.hears(REPORT)
        phone.presses("1")
        await phone.hears(SAYS["duty_claimed"])
    assert officer.did == ["heard", "alert", "heard", "claim"]


@in_no_time
async def test_who_comes_too_late_is_told_that_somebody_else_has_it() -> None:
    async with rings(Officer(claimed="duty_taken")) as phone:
        await signs_in(phone)
        await phone.hears(REPORT)
        phone.presses("1")
        await phone.hears(SAYS["duty_taken"])
        await phone.hears(SAYS["goodbye"])


@in_no_time
async def test_three_wrong_pins_end_the_call_and_nothing_of_the_report_is_said() -> None:
    officer = Officer()
    async with rings(officer) as phone:
        for _ in range(3):
            await phone.hears(SAYS["police_pin"])
            phone.presses("111222#")
            await phone.hears(SAYS["duty_wrong_pin"])
    assert officer.did == []
    assert "about" not in heard(phone)


@in_no_time
async def test_after_too_many_wrong_ones_nobody_may_try_again() -> None:
    officer = Officer(is_locked=True)
    async with rings(officer) as phone:
        await phone.hears(SAYS["police_pin"])
        phone.presses("846203#")
        await phone.hears(SAYS["police_locked"])
    assert officer.did == []


@in_no_time
async def test_a_machine_that_answers_types_nothing_and_learns_nothing() -> None:
    officer = Officer()
    async with rings(officer) as phone:
        pass
    assert heard(phone) == ["duty_hello", *["police_pin"] * 3, "goodbye"]
    assert officer.did == []


@in_no_time
async def test_who_says_nothing_after_the_report_is_said_goodbye_to() -> None:
    officer = Officer()
    async with rings(officer) as phone:
        await signs_in(phone)
    assert officer.did == ["heard"]
    assert heard(phone)[-4:] == [*["duty_menu"] * 3, "goodbye"]
