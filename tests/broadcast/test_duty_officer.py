"""What an officer on duty does with a report by key, in the database: claims it, or sends it to everybody."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from broadcast.audio.sounds import MessageSounds
from broadcast.duty_tables import DutyOutcome
from broadcast.responses import inbox
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.officers import add_officer
from ivr.ari.client import AriClient
from ivr.call.announcer import Announcements
from ivr.detached import DetachedWork
from ivr.officers.officer_policy import OfficerPolicy
from ivr.officers.resources import OfficerResources
from ivr.pbx.trunk import Trunk
from ivr.pronunciation import names_on_calls
from ivr.recordings.spoken_alert import SpokenAlerts
from ivr.service_calls.duty_calls import DutyConversation
from prompts.zone import zone_names
from storage.transactions import Transactions
from tests.ivr.callers import SAYS, TONE
from tests.support.office import Office
from tests.support.people import ADMIN, DE_BIST, named, network_of, phone
from tests.support.reports import AN, reported

MAY, MAY_NOT = (DE_BIST,), ()


@pytest.fixture
async def resources(office: Office) -> AsyncIterator[OfficerResources]:
    async with AriClient("http://127.0.0.1:9", "", "", app="buurtbel") as nowhere:
        database = Transactions(office.engine)
        sounds = MessageSounds(office.engine, office.sounds_folder)
        yield OfficerResources(
            database=database,
            desk=office.desk,
            spoken=SpokenAlerts(database, nowhere, sounds),
            sounds=sounds,
            announcements=Announcements(office.voice, sounds.folder, partial(names_on_calls, database)),
            detached=DetachedWork(),
            trunk=Trunk(),
            policy=OfficerPolicy(),
            lockout=LockoutPolicy(),
            zones=zone_names("Zuiderkempen"),
            says=asyncio.get_running_loop().create_future(),
            tone=TONE,
        )


async def asked(
    office: Office, resources: OfficerResources, networks: tuple[str, ...]
) -> tuple[DutyConversation, int]:
    """Maes on duty, who is rung for a report on an alert to De Bist."""
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    report = await reported(office.engine)
    async with AsyncSession(office.engine) as session, session.begin():
        maes = await add_officer(
            session, ADMIN, "4711", name="Maes", phone=phone(29), pin="846203", networks=networks
        )
    return DutyConversation(resources, report, maes, SAYS), report


async def became_of(office: Office, report: int) -> tuple[str, str | None, bool]:
    """Its state, who has it, and whether it led to an alert."""
    question = "SELECT state, claimed_by, led_to IS NOT NULL FROM member_report WHERE id = :id"
    async with office.engine.connect() as connection:
        state, by, led = (await connection.execute(text(question), {"id": report})).one()
    return state, by, led


async def test_who_does_not_type_the_pin_has_proved_nothing(
    office: Office, resources: OfficerResources
) -> None:
    maes, _ = await asked(office, resources, MAY)
    assert (await maes.verify_pin("111222"), maes.outcome) == ("duty_wrong_pin", None)
    assert (await maes.verify_pin("846203"), maes.outcome) == (None, DutyOutcome.HEARD)


async def test_a_report_that_is_claimed_is_theirs(office: Office, resources: OfficerResources) -> None:
    maes, report = await asked(office, resources, MAY_NOT)
    assert await maes.claim() == "duty_claimed"
    assert (maes.is_done, maes.outcome) == (True, DutyOutcome.TAKEN)
    assert await became_of(office, report) == ("claimed", "Maes", False)


async def test_who_is_too_late_gets_neither_the_report_nor_an_alert(
    office: Office, resources: OfficerResources
) -> None:
    maes, report = await asked(office, resources, MAY)
    async with office.engine.begin() as connection:
        await inbox.claim(connection, named("Claes"), report)
    assert await maes.start_alert() == "duty_taken"
    assert maes.is_done
    assert await maes.claim() == "duty_taken"
    assert await became_of(office, report) == ("claimed", "Claes", False)


async def test_an_alert_that_is_made_of_it_goes_to_the_networks_of_the_one_it_answers(
    office: Office, resources: OfficerResources
) -> None:
    maes, report = await asked(office, resources, MAY)
    assert await maes.start_alert() == "police_sent"
    assert (maes.is_done, maes.outcome) == (True, DutyOutcome.TAKEN)
    assert await became_of(office, report) == ("judged", "Maes", True)


async def test_an_officer_who_may_not_send_there_sends_nothing_and_may_still_claim(
    office: Office, resources: OfficerResources
) -> None:
    maes, report = await asked(office, resources, MAY_NOT)
    assert await maes.start_alert() == "duty_not_yours"
    assert not maes.is_done
    assert await became_of(office, report) == ("new", None, False)
    assert await maes.claim() == "duty_claimed"
