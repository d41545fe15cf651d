"""A report that nobody takes up rings the officer on duty over real SIP, who claims it by key."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from broadcast import inbox
from broadcast.callback import known_caller
from buurtbel.database import database
from directory.officers import add_officer
from prompts.audio import read, read_laid
from prompts.comparator import compare
from prompts.fixed import place_of
from tests.pbx_fixtures import RunningNeighbourhood, speech
from tests.people import phone
from tests.system.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

REPORTER, TELEPHONE = phone(17, 9101), phone(29, 9102)
WORDS = "Twee mannen kruipen over de muur van de school."


async def report_and_officer(town: Server) -> int:
    """An officer with the PIN that telephones of this kind type, and a report that has just been sent."""
    async with database(town.settings) as engine:
        async with AsyncSession(engine) as session, session.begin():
            await add_officer(session, "4711", name="Inspecteur Maes", phone=TELEPHONE, pin="846203")
        async with engine.begin() as connection:
            caller = await known_caller(connection, REPORTER)
            assert caller is not None
            started = await inbox.begin(
                connection, town.node, uuid4(), number=REPORTER, member=caller.member, broadcast=None
            )
            await inbox.keep(connection, started.id, speech(WORDS))
            await inbox.send(connection, started.id)
    return started.id


def test_the_officer_on_duty_is_rung_for_a_report_that_nobody_takes_hears_it_and_claims_it(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    town.enrol("duty", {"Lotte whose phone rings out": [REPORTER]})
    town.send("duty", "Inbraak. Blijf binnen.")
    report = asyncio.run(report_and_officer(town))
    assert [one["name"] for one in town.type("officer", "duty", "4711")] == ["Inspecteur Maes"]
    asked = "SELECT outcome FROM duty_call WHERE report_id = %(id)s AND ended_at IS NOT NULL"
    town.until(lambda: town.ask(asked, id=report), seconds=90)
    assert town.ask(asked, id=report) == [("taken",)]
    claimed = "SELECT state, claimed_by FROM member_report WHERE id = %(id)s"
    assert town.ask(claimed, id=report) == [("claimed", "Inspecteur Maes")]
    heard = read(neighbourhood.recordings / f"{TELEPHONE[1:]}-1.wav")
    assert compare(speech(WORDS), heard).found
    for key in ("duty_hello", "duty_claimed"):
        assert compare(read_laid(place_of(town.settings.sounds_folder, key, "nl")), heard).whole, key
