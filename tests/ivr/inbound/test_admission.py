"""Callers and an urgent alert that lacks lines, told by those who called."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from broadcast.reservation import LineUse, Reservation
from ivr.call.errors import Hangup, NoInput
from ivr.call.novelty import MOST_ROUNDS
from ivr.inbound.admission import CALM_AFTER, Admission
from ivr.inbound.reception import led
from ivr.outbound.giving_way import GivingWay
from ivr.pbx.capacity import Lines
from ivr.pbx.live_call import LiveCall
from ivr.pbx.trunk import Trunk
from ivr.scripts.member_line import member_line
from tests.fakes.phone import Phone
from tests.in_no_time import in_no_time
from tests.ivr.callers import NEWEST, SAYS, Caller, Reporting, heard
from tests.ivr.conftest import ANode

CHANNELS, SHARE = 8, 4


class Night:
    """A line of eight channels, and an alert of which so many calls wait."""

    def __init__(self) -> None:
        trunk = Trunk(channels=CHANNELS, most_for_callers=SHARE / CHANNELS, kept_for_callers=0)
        self.lines = Lines(trunk)
        self.lines.open()
        self.node = ANode()
        self.ended: list[LiveCall] = []
        self.giving_way = GivingWay(self._ends)
        self.admission = Admission(
            self.lines,
            self.node,
            self.giving_way,
            most=trunk.most_callers,
            channels=CHANNELS,
            clock=asyncio.get_running_loop().time,
        )
        self.talks: list[asyncio.Task[None]] = []

    async def _ends(self, live: LiveCall) -> None:
        self.ended.append(live)

    def rings(self, number: str | None, caller: Caller | None = None) -> Phone | None:
        """Who calls is led, and hears the first sentence; None when they are refused."""
        phone = Phone()
        if not self.admission.admit(phone.call, number):
            return None
        line = self.lines.seize(LineUse.CALLER)
        self.talks.append(asyncio.create_task(self._talk(phone, line, caller or Caller(is_member=False))))
        return phone

    async def _talk(self, phone: Phone, line: Reservation, caller: Caller) -> None:
        with line:
            with suppress(Hangup, NoInput):
                await led(member_line, phone.call, caller)
            phone.is_gone = True
            self.admission.leave(phone.call)


@asynccontextmanager
async def night() -> AsyncIterator[Night]:
    it = Night()
    yield it
    for talk in it.talks:
        talk.cancel()
    await asyncio.gather(*it.talks, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.1)


def called(phone: Phone | None) -> Phone:
    assert phone is not None
    return phone


async def mashes(phone: Phone) -> None:
    """Presses 1 for a code, types a wrong one, and does it again."""
    while not phone.is_gone:
        phone.presses("1")
        await asyncio.sleep(1)


@in_no_time
async def test_callers_who_only_press_keys_are_told_to_ring_101_and_make_room() -> None:
    async with night() as it:
        phones = [called(it.rings(None)) for _ in range(CHANNELS)]
        mashing = [asyncio.create_task(mashes(phone)) for phone in phones]
        await asyncio.sleep(30)
        it.node.waiting = 100
        await it.admission.preempt()
        await until(lambda: sum(phone.is_gone for phone in phones) >= CHANNELS - SHARE)
        gone = [phone for phone in phones if phone.is_gone]
        assert all(heard(phone)[-1] == "line_needed" for phone in gone)
        assert all(phone.heard[-1].seconds == SAYS["line_needed"].seconds for phone in gone)
        assert it.lines.left_without(0) >= CHANNELS - SHARE
        for task in mashing:
            task.cancel()


@in_no_time
async def test_without_an_alert_that_lacks_lines_nobody_is_preempted() -> None:
    async with night() as it:
        phones = [called(it.rings("an")) for _ in range(CHANNELS - 3)]
        it.node.waiting = 3
        await asyncio.sleep(5)
        await it.admission.preempt()
        await asyncio.sleep(5)
        assert not any("line_needed" in heard(phone) for phone in phones)


@in_no_time
async def test_while_the_trunk_is_at_fault_nobody_is_preempted_for_calls_that_it_would_not_carry() -> None:
    async with night() as it:
        phones = [called(it.rings(f"idle {n}")) for n in range(CHANNELS)]
        it.node.waiting = 100
        it.lines.distrust()
        await it.admission.preempt()
        await asyncio.sleep(5)
        assert not any(phone.is_gone for phone in phones)
        it.lines.trust()
        await it.admission.preempt()
        await until(lambda: any(phone.is_gone for phone in phones))


@in_no_time
async def test_a_pbx_that_is_started_anew_is_told_again_how_many_callers_there_may_be() -> None:
    async with night() as it:
        await it.admission.preempt()
        it.node.admitted.clear()
        await it.admission.preempt()
        assert it.node.admitted == []
        it.lines.shut()
        await it.admission.preempt()
        it.lines.open()
        await it.admission.preempt()
        assert it.node.admitted == [CHANNELS]


@in_no_time
async def test_who_hears_an_alert_stays_and_who_waits_in_a_menu_goes() -> None:
    async with night() as it:
        idle = [called(it.rings(f"idle {n}")) for n in range(CHANNELS - 1)]
        listens = called(it.rings("an", Caller()))
        await listens.hears(SAYS["line_menu"])
        listens.presses("1")
        await listens.hears(NEWEST.sound)
        it.node.waiting = 1
        await it.admission.preempt()
        await until(lambda: any(phone.is_gone for phone in idle))
        await listens.hears(SAYS["line_after_alert"])
        assert "line_needed" not in heard(listens)


@in_no_time
async def test_who_speaks_a_report_is_let_finish_and_then_preempted() -> None:
    async with night() as it:
        phones = [called(it.rings(f"reports {n}", Reporting())) for n in range(CHANNELS)]
        for phone in phones:
            await phone.hears(SAYS["line_menu"])
            phone.presses("2")
            await until(partial(bool, phone.recordings))
        it.node.waiting = 100
        await it.admission.preempt()
        await asyncio.sleep(30)
        assert not any("line_needed" in heard(phone) for phone in phones)
        for phone in phones:
            phone.stops_speaking()
        await asyncio.sleep(1)
        await it.admission.preempt()
        await until(lambda: sum(phone.is_gone for phone in phones) == CHANNELS - SHARE)


@in_no_time
async def test_one_number_keeps_two_calls_and_the_third_is_engaged() -> None:
    async with night() as it:
        first = [called(it.rings("an")), called(it.rings("an"))]
        for phone in first:
            await phone.hears(SAYS["line_welcome"])
        it.node.waiting = 100
        await it.admission.preempt()
        assert it.rings("an") is None
        called(it.rings("another"))
        await asyncio.sleep(30)
        await it.admission.preempt()
        assert not any("line_needed" in heard(phone) for phone in first)


@in_no_time
async def test_while_an_alert_lacks_lines_no_more_than_the_share_come_in() -> None:
    async with night() as it:
        phones = [called(it.rings(f"early {n}")) for n in range(CHANNELS)]
        await it.admission.preempt()
        it.node.waiting = 100
        await it.admission.preempt()
        assert it.node.admitted == [CHANNELS, SHARE]
        await until(lambda: sum(phone.is_gone for phone in phones) == CHANNELS - SHARE)
        assert it.rings("late") is None
        # Each call of the alert that is placed leaves callers as many lines as before.
        it.node.waiting = 0
        await it.admission.preempt()
        assert it.rings("later") is None
        await asyncio.sleep(CALM_AFTER)
        await it.admission.preempt()
        assert it.node.admitted == [CHANNELS, SHARE, CHANNELS]
        called(it.rings("at last"))


@in_no_time
async def test_a_code_that_is_only_begun_anew_ends() -> None:
    async with night() as it:
        phone = called(it.rings(None))
        await phone.hears(SAYS["line_unknown_menu"])
        phone.presses("1")
        await phone.hears(SAYS["line_code"])
        while not phone.is_gone:
            phone.presses("12*")
            await asyncio.sleep(2)
        assert heard(phone)[-1] == "goodbye"
        assert heard(phone).count("line_code") == 1


@in_no_time
async def test_an_alert_that_is_only_begun_anew_ends() -> None:
    async with night() as it:
        phone = called(it.rings("an", Caller()))
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        while not phone.is_gone:
            phone.presses("2")
            await asyncio.sleep(2)
        assert heard(phone)[-1] == "goodbye"
        assert heard(phone).count(NEWEST.sound.path.name) == MOST_ROUNDS


@in_no_time
async def test_menus_that_go_round_without_anything_new_end() -> None:
    async with night() as it:
        phone = called(it.rings(None))
        mashing = asyncio.create_task(mashes(phone))
        async with asyncio.timeout(600):
            await mashing
        assert heard(phone)[-1] == "goodbye"


@in_no_time
async def test_who_put_us_on_hold_makes_room_too() -> None:
    async with night() as it:
        phones = [called(it.rings(f"holds {n}")) for n in range(CHANNELS)]
        await asyncio.sleep(1)
        for phone in phones:
            phone.puts_us_on_hold()
        it.node.waiting = 100
        await it.admission.preempt()
        await until(lambda: sum(phone.is_gone for phone in phones) == CHANNELS - SHARE)
