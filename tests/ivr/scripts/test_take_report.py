"""Reporting by phone, told by the person who reports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from ivr.call.errors import Hangup
from ivr.call.recording import LAST_PART
from ivr.call.values import Sound
from ivr.scripts.sentences import Says
from ivr.scripts.take_report import LONGEST, SpokenReporting, take_report
from tests.fakes.phone import Phone
from tests.in_no_time import in_no_time
from tests.ivr.callers import SAYS, SPOKEN, TONE, Spoken


@dataclass
class ReportingCaller:
    is_silent: bool = False
    says: Says = field(default_factory=lambda: SAYS)
    tone: Sound = TONE
    did: list[str] = field(default_factory=list)
    begun: int = 0

    async def begin_report(self) -> SpokenReporting:
        self.begun += 1
        return Spoken(f"report-{self.begun}", self.did, self.is_silent)


@asynccontextmanager
async def reports(reporter: ReportingCaller) -> AsyncIterator[Phone]:
    phone = Phone()

    async def script() -> None:
        with suppress(Hangup):
            await take_report(phone.call, reporter)

    talking = asyncio.create_task(script())
    yield phone
    await talking


async def speaks(phone: Phone, seconds: float = 4.0) -> None:
    await phone.hears(TONE)
    await phone.listens(TONE.seconds + seconds)


@in_no_time
async def test_an_speaks_presses_a_key_and_sends_it() -> None:
    reporter = ReportingCaller()
    async with reports(reporter) as phone:
        await speaks(phone)
        phone.presses("5")
        await phone.hears(SAYS["report_menu"])
        phone.presses("1")
        await phone.hears(SAYS["report_thanks"])
    assert reporter.did == ["keep", "send"]


@in_no_time
async def test_bert_hears_his_report_again_and_speaks_it_anew() -> None:
    reporter = ReportingCaller()
    async with reports(reporter) as phone:
        await speaks(phone)
        phone.presses("#")
        await phone.hears(SAYS["report_menu"])
        phone.presses("2")
        await phone.hears(SPOKEN)
        await phone.hears(SAYS["report_menu"])
        phone.presses("3")
        await speaks(phone)
        phone.presses("#")
        await phone.hears(SAYS["report_menu"])
        phone.presses("1")
        await phone.hears(SAYS["report_thanks"])
    assert reporter.did == ["keep", "discard", "keep", "send"]
    assert phone.recordings == ["report-1", "report-2"]


@in_no_time
async def test_who_hangs_up_while_speaking_has_sent_what_was_said() -> None:
    reporter = ReportingCaller()
    async with reports(reporter) as phone:
        await speaks(phone)
        phone.hangs_up()
    assert reporter.did == ["keep", "send"]


@in_no_time
async def test_who_hangs_up_before_or_during_the_tone_leaves_nothing_behind() -> None:
    reporter = ReportingCaller()
    async with reports(reporter) as phone:
        await phone.hears(SAYS["report_speak"])
        phone.hangs_up()
    assert (reporter.begun, reporter.did) == (0, [])
    async with reports(reporter) as phone:
        await phone.hears(TONE)
        phone.hangs_up()
    assert (reporter.begun, reporter.did, phone.recordings) == (1, ["discard"], [])


@in_no_time
async def test_who_hangs_up_in_the_menu_has_sent_it() -> None:
    reporter = ReportingCaller()
    async with reports(reporter) as phone:
        await speaks(phone)
        phone.presses("#")
        await phone.hears(SAYS["report_menu"])
        phone.hangs_up()
    assert reporter.did == ["keep", "send"]


@in_no_time
async def test_who_presses_nothing_in_the_menu_has_sent_it_and_is_thanked() -> None:
    reporter = ReportingCaller()
    async with reports(reporter) as phone:
        await speaks(phone)
        phone.presses("#")
        await phone.hears(SAYS["report_thanks"])
    assert reporter.did == ["keep", "send"]


@in_no_time
async def test_who_says_nothing_is_told_so_and_asked_once_more() -> None:
    reporter = ReportingCaller(is_silent=True)
    async with reports(reporter) as phone:
        for _ in range(2):
            await speaks(phone)
            phone.stops_speaking()
            await phone.hears(SAYS["report_empty"])
    assert reporter.did == ["empty", "empty"]


@in_no_time
async def test_who_hangs_up_without_a_word_has_reported_nothing() -> None:
    reporter = ReportingCaller(is_silent=True)
    async with reports(reporter) as phone:
        await speaks(phone, 1.0)
        phone.hangs_up()
    assert reporter.did == ["empty"]


@in_no_time
async def test_who_speaks_on_and_on_is_warned_before_the_end_and_nothing_is_lost_of_what_they_say() -> None:
    reporter = ReportingCaller()
    async with reports(reporter) as phone:
        await phone.hears(TONE)
        began = phone.now() + TONE.seconds
        await phone.hears(SAYS["report_ends_soon"])
        assert round(phone.now() - began) == LONGEST - LAST_PART
        await phone.hears(SAYS["report_menu"])
        assert round(phone.now() - began) == LONGEST
        phone.hangs_up()
    assert phone.recordings == ["report-1"]
    assert reporter.did == ["keep", "send"]
