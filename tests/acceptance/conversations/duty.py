"""The officer on duty is rung by a report that nobody takes up, and claims it or makes an alert of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.somebody import BENCH
from broadcast.duty_tables import DutyCall, DutyOutcome
from broadcast.tables import MemberReport
from directory.officers.duty import set_duty
from directory.officers.officers import add_officer
from prompts.audio import read
from prompts.comparator import compare
from tests.acceptance.conversations.callers import RECORDED, reports
from tests.acceptance.officers_stage import types
from tests.acceptance.stage import NETWORK, LineStage

OFFICER = "+99928900001"
"""Types its PIN, and 3 twice."""
RUNG_WITHIN = 90.0


async def the_officer_on_duty_makes_an_alert_of_a_report(stage: LineStage, number: str) -> None:
    async with _on_duty(stage, "4799", "Maes", OFFICER):
        await reports(stage, number)
        report = await _report_that_rang(stage, number)
    assert report.led_to is not None, "no alert was made of it"
    assert report.judged_by == "Maes"
    heard = await asyncio.to_thread(read, stage.phones.recordings / f"{OFFICER[1:]}-1.wav")
    for key in ("duty_hello", "duty_sure"):
        assert (await asyncio.to_thread(compare, stage.says(key), heard)).found, key
    found = await asyncio.to_thread(compare, stage.spoken, heard)
    assert found.found, "the officer did not hear the report"


async def the_officer_on_duty_claims_a_report(stage: LineStage, number: str) -> None:
    """After a wrong PIN, and hearing it twice."""
    rung = f"+99933{number[-6:]}"
    async with _on_duty(stage, "4798", "Claes", rung):
        await reports(stage, number)
        async with stage.phones.called(rung, patience=RUNG_WITHIN) as call:
            await call.hears(stage.says("duty_hello"))
            await call.hears(stage.says("police_pin"))
            await types(call, "111222#")
            await call.hears(stage.says("duty_wrong_pin"))
            await call.hears(stage.says("police_pin"))
            await types(call, "846203#")
            await call.hears(stage.spoken, share=RECORDED)
            await call.hears(stage.says("duty_menu"))
            await call.presses("2")
            await call.hears(stage.spoken, share=RECORDED)
            await call.presses("1")
            await call.hears(stage.says("duty_claimed"))
        report = await _report_that_rang(stage, number)
    assert (report.claimed_by, report.led_to) == ("Claes", None)


@asynccontextmanager
async def _on_duty(stage: LineStage, number: str, name: str, phone: str) -> AsyncIterator[None]:
    """This officer, and nobody else, for so long."""
    async with AsyncSession(stage.assembly.engine) as session, session.begin():
        await add_officer(session, BENCH, number, name=name, phone=phone, pin="846203", networks=[NETWORK])
        await set_duty(session, BENCH, [number])
    try:
        yield
    finally:
        async with AsyncSession(stage.assembly.engine) as session, session.begin():
            await set_duty(session, BENCH, [])


async def _report_that_rang(stage: LineStage, number: str) -> MemberReport:
    """Once the officer has taken it."""
    taken = (
        select(MemberReport)
        .join(DutyCall, DutyCall.report_id == MemberReport.id)
        .where(MemberReport.e164 == number, DutyCall.outcome == DutyOutcome.TAKEN)
    )
    async with asyncio.timeout(RUNG_WITHIN):
        while True:
            async with AsyncSession(stage.assembly.engine) as session:
                if (found := await session.scalar(taken)) is not None:
                    return found
            await asyncio.sleep(0.5)
