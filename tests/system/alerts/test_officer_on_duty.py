"""A report that nobody takes up rings the officer on duty over real SIP, who claims it by key."""

import asyncio
import csv
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from broadcast.ledger.callback import known_caller
from broadcast.responses import inbox
from buurtbel.database.address import database
from directory.officers.officers import add_officer
from prompts.audio import read, read_laid
from prompts.comparator import compare
from tests.pbx_fixtures import RunningNeighbourhood, speech
from tests.support.people import ADMIN, phone
from tests.support.sentences import laid_at
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

REPORTER, RINGS_OUT, TELEPHONE = phone(17, 9101), phone(17, 9103), phone(29, 9102)
WORDS = "Twee mannen kruipen over de muur van de school."


async def report_and_officers(town: Server) -> int:
    """Two officers with the PIN that telephones of this kind type, and a report that has just been sent."""
    async with database(town.settings) as engine:
        async with AsyncSession(engine) as session, session.begin():
            for number, name, telephone in (("4711", "Maes", TELEPHONE), ("4712", "Claes", RINGS_OUT)):
                await add_officer(session, ADMIN, number, name=name, phone=telephone, pin="846203")
        async with engine.begin() as connection:
            caller = await known_caller(connection, REPORTER)
            assert caller is not None
            started = await inbox.begin(
                connection, town.node, uuid4(), number=REPORTER, members=caller.members, broadcast=None
            )
            await inbox.keep(connection, started.id, speech(WORDS))
            await inbox.send(connection, started.id)
    return started.id


def test_a_line_that_dies_while_an_officer_is_rung_rings_nobody_twice_and_the_next_one_claims_the_report(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    town.enrol("duty", {"Lotte whose phone rings out": [REPORTER]})
    town.send("duty", "Inbraak. Blijf binnen.")
    report = asyncio.run(report_and_officers(town))
    order = town.type("officer", "duty", "4712", "4711")
    assert [one["name"] for one in order] == ["Claes", "Maes"]
    asked = "SELECT id, outcome FROM duty_call WHERE report_id = %(id)s ORDER BY placed_at"
    town.until(lambda: town.ask(asked, id=report))
    town.kill("line.json")
    town.until(lambda: "taken" in [outcome for _, outcome in town.ask(asked, id=report)])
    calls = town.ask(asked, id=report)
    assert [outcome for _, outcome in calls] in (["not_proved", "taken"], ["lost", "not_proved", "taken"])
    assert all(placed(town, str(id_)) == (outcome != "lost") for id_, outcome in calls)
    claimed = "SELECT state, claimed_by FROM member_report WHERE id = %(id)s"
    assert town.ask(claimed, id=report) == [("claimed", "Maes")]
    heard = read(neighbourhood.recordings / f"{TELEPHONE[1:]}-1.wav")
    for key in ("duty_hello", "duty_claimed"):
        assert compare(read_laid(laid_at(town.settings.sounds_folder, key, "nl")), heard).whole, key


def placed(town: Server, call: str) -> int:
    """How often the PBX has placed and ended it."""
    records = town.folder / "pbx" / "log" / "cdr-custom" / "calls.csv"
    return [row[0] for row in csv.reader(records.read_text().splitlines())].count(call)
