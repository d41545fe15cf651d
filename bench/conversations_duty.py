"""The officer on duty is rung by a report that nobody takes up, and makes an alert of it by key."""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.conversations import reports
from bench.lines_stage import NETWORK, LineStage
from broadcast.duty_tables import DutyCall, DutyOutcome
from broadcast.tables import MemberReport
from directory.duty import set_duty
from directory.officers import add_officer
from prompts.audio import read
from prompts.comparator import compare

OFFICER = "+99928900001"
"""Types its PIN, and 3 twice."""
RUNG_WITHIN = 90.0


async def the_officer_on_duty_makes_an_alert_of_a_report(stage: LineStage, number: str) -> None:
    await _set_duty(stage)
    try:
        await reports(stage, number)
        report = await _report_that_rang(stage, number)
    finally:
        async with AsyncSession(stage.board.engine) as session, session.begin():
            await set_duty(session, [])
    assert report.led_to is not None, "no alert was made of it"
    assert report.judged_by == "Maes"
    heard = await asyncio.to_thread(read, stage.phones.recordings / f"{OFFICER[1:]}-1.wav")
    for key in ("duty_hello", "duty_sure"):
        assert (await asyncio.to_thread(compare, stage.says(key), heard)).found, key
    found = await asyncio.to_thread(compare, stage.spoken, heard)
    assert found.found, "the officer did not hear the report"


async def _set_duty(stage: LineStage) -> None:
    async with AsyncSession(stage.board.engine) as session, session.begin():
        await add_officer(session, "4799", name="Maes", phone=OFFICER, pin="846203", networks=[NETWORK])
        await set_duty(session, ["4799"])


async def _report_that_rang(stage: LineStage, number: str) -> MemberReport:
    """Once the officer has taken it."""
    taken = (
        select(MemberReport)
        .join(DutyCall, DutyCall.report_id == MemberReport.id)
        .where(MemberReport.e164 == number, DutyCall.outcome == DutyOutcome.TAKEN)
    )
    async with asyncio.timeout(RUNG_WITHIN):
        while True:
            async with AsyncSession(stage.board.engine) as session:
                if (found := await session.scalar(taken)) is not None:
                    return found
            await asyncio.sleep(0.5)
