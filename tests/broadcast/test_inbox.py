"""What members report: kept, listed, claimed by one officer, judged once."""

import asyncio
from uuid import uuid4

import numpy as np
import pytest
from psycopg import AsyncConnection
from sqlalchemy import func, select

from broadcast.errors import NotThatReport, ReportTaken, UnknownReport
from broadcast.responses import inbox
from broadcast.states import ReportState, Worth
from broadcast.tables import StoredAudio
from prompts.audio import STORED_RATE, decode
from tests.support.office import NODE, Office
from tests.support.people import named, network_of, phone
from tests.support.reports import AN, SAID, listed, reported


async def test_a_report_holds_who_from_where_how_long_and_which_alert_it_answers(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    await reported(office.engine)
    [one] = await listed(office.engine)
    assert (one.number, one.member, one.network, one.broadcast) == (AN, "An", "de-bist", sent.broadcast)
    assert one.seconds == pytest.approx(2.0)
    assert one.state is ReportState.NEW


async def test_an_unknown_caller_may_report_and_a_withheld_number_too(office: Office) -> None:
    await reported(office.engine, number=phone(10, 77))
    await reported(office.engine, number=None)
    assert [(one.number, one.member) for one in await listed(office.engine)] == [
        (phone(10, 77), None),
        (None, None),
    ]


async def test_where_two_share_a_number_the_report_is_of_one_of_them(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [AN]})
    sent = await office.sends()
    await reported(office.engine)
    [one] = await listed(office.engine)
    assert (one.member, one.network, one.broadcast) == ("An / Bert", "de-bist", sent.broadcast)


async def test_what_was_said_can_be_heard_as_it_was(office: Office) -> None:
    report = await reported(office.engine)
    async with office.engine.connect() as connection:
        heard = decode(await inbox.sound_of(connection, report))
    assert heard.rate == STORED_RATE
    assert np.allclose(heard.samples, SAID.samples, atol=1e-4)


async def test_a_report_that_is_being_spoken_or_was_forgotten_is_on_no_list(office: Office) -> None:
    async with office.engine.begin() as connection:
        spoken, forgotten = [
            await inbox.begin(connection, NODE, uuid4(), number=AN, members=(), broadcast=None)
            for _ in range(2)
        ]
        await inbox.keep(connection, forgotten.id, SAID)
        await inbox.discard(connection, forgotten.id)
        await inbox.send(connection, spoken.id)
        assert [one.id for one in await inbox.unfinished(connection, NODE)] == [spoken.id]
        assert await connection.scalar(select(func.count()).select_from(StoredAudio)) == 0
    assert await listed(office.engine, judged=True) == []


async def test_forgetting_a_report_leaves_another_one_that_sounds_the_same(office: Office) -> None:
    await reported(office.engine)
    async with office.engine.begin() as connection:
        again = await inbox.begin(connection, NODE, uuid4(), number=AN, members=(), broadcast=None)
        await inbox.keep(connection, again.id, SAID)
        await inbox.discard(connection, again.id)
    assert len(await listed(office.engine)) == 1


async def test_of_five_officers_who_claim_a_report_at_once_one_gets_it(office: Office) -> None:
    report = await reported(office.engine)

    async def claim(by: str) -> str:
        async with office.engine.begin() as connection:
            await inbox.claim(connection, named(by), report)
        return by

    officers = [f"inspecteur {n}" for n in range(5)]
    answers = await asyncio.gather(*(claim(by) for by in officers), return_exceptions=True)
    [winner] = [answer for answer in answers if isinstance(answer, str)]
    assert all(isinstance(answer, NotThatReport) for answer in answers if answer != winner)
    [one] = await listed(office.engine)
    assert (one.state, one.claimed_by) == (ReportState.CLAIMED, winner)


async def test_a_report_is_judged_once_and_by_who_has_it(office: Office) -> None:
    report = await reported(office.engine)
    async with office.engine.begin() as connection:
        await inbox.claim(connection, named("Maes"), report)
        with pytest.raises(ReportTaken):
            await inbox.judge(connection, named("Claes"), report, Worth.NOTHING)
        await inbox.judge(connection, named("Maes"), report, Worth.USEFUL)
        with pytest.raises(NotThatReport):
            await inbox.judge(connection, named("Maes"), report, Worth.NOTHING)
    assert await listed(office.engine) == []
    [one] = await listed(office.engine, judged=True)
    assert (one.state, one.worth) == (ReportState.JUDGED, Worth.USEFUL)


async def test_who_listens_is_told_when_a_report_is_sent_claimed_and_judged(office: Office) -> None:
    url = office.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    async with await AsyncConnection.connect(url, autocommit=True) as console:
        await console.execute("LISTEN report")
        report = await reported(office.engine)
        async with office.engine.begin() as connection:
            await inbox.claim(connection, named("Maes"), report)
        async with office.engine.begin() as connection:
            await inbox.judge(connection, named("Maes"), report, Worth.USEFUL)
        told = [one.payload async for one in console.notifies(timeout=10, stop_after=3)]
    assert told == [str(report)] * 3


async def test_a_report_that_there_is_none_of_is_refused_in_a_sentence(office: Office) -> None:
    async with office.engine.begin() as connection:
        for asked in (inbox.claim(connection, named("Maes"), 9), inbox.sound_of(connection, 9)):
            with pytest.raises(UnknownReport):
                await asked
