"""One report, sound or row that cannot be read hinders no other."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from broadcast.audio.sounds import MessageSounds
from broadcast.ledger.callback import known_caller, past_alerts
from broadcast.responses import inbox
from broadcast.results.results import Evidence, evidence_of
from broadcast.service_calls import duty
from broadcast.states import Outcome, ReportState
from ivr.ari.errors import AriUnreachable
from ivr.inbound.known_callers import KnownCallers
from ivr.officers.resources import OfficerResources
from ivr.recordings.reports import Reports
from prompts.audio import TELEPHONE_RATE, Audio, tone
from storage.transactions import Transactions
from tests.broadcast.test_duty import AT_ONCE, on_duty_are
from tests.broadcast.test_duty_officer import asked, resources
from tests.ivr.callers import SAYS
from tests.pbx_fixtures import speech
from tests.support.office import NODE, Office
from tests.support.people import network_of, phone
from tests.support.reports import AN, listed, reported

__all__ = ["resources"]

BERT = phone(10, 2)


def as_recorded(*parts: Audio) -> bytes:
    rows = [part.at(TELEPHONE_RATE).samples for part in parts]
    return (np.concatenate(rows) * 32767).astype("<i2").tobytes()


SAID = speech("Er staat een grijze bestelwagen in de Beukenlaan.")
BUSY = [one for _ in range(15) for one in (tone(0.5, 425.0), tone(0.5, 0.0))]


@dataclass
class Recordings:
    """Those that the PBX holds; an exception is what asking for it comes to."""

    kept: dict[str, bytes | Exception] = field(default_factory=dict)

    async def audio_if_there(self, name: str) -> bytes | None:
        found = self.kept.get(name)
        if isinstance(found, Exception):
            raise found
        return found

    async def is_going_on(self, name: str) -> bool:
        return False

    async def delete(self, name: str) -> None:
        self.kept.pop(name, None)


@pytest.fixture
async def recordings() -> Recordings:
    return Recordings()


@pytest.fixture
async def reports(office: Office, recordings: Recordings) -> Reports:
    client: Any = SimpleNamespace(recordings=recordings)
    return Reports(
        Transactions(office.engine), client, MessageSounds(office.engine, office.sounds_folder), NODE
    )


async def left_at_the_pbx(reports: Reports, recordings: Recordings, said: bytes | Exception) -> int:
    """A report whose call is over, and whose recording nobody has fetched."""
    report = await reports.begin(number=AN, members=[], broadcast=None)
    recordings.kept[report.recording] = said
    reports.release(report)
    return report.id


async def test_a_recording_that_cannot_be_read_keeps_no_other_at_the_pbx(
    office: Office, reports: Reports, recordings: Recordings
) -> None:
    await left_at_the_pbx(reports, recordings, ValueError("nobody has thought of this"))
    await left_at_the_pbx(reports, recordings, AriUnreachable("not now"))
    fine = await left_at_the_pbx(reports, recordings, as_recorded(SAID))
    assert await reports.mend() == 1
    assert [one.id for one in await listed(office.engine)] == [fine]


async def test_a_busy_tone_is_kept_short_marked_and_rings_nobody(
    office: Office, reports: Reports, recordings: Recordings
) -> None:
    await on_duty_are(office)
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    for said in (as_recorded(*BUSY), as_recorded(SAID, *BUSY)):
        report = await reports.begin(number=AN, members=[], broadcast=sent.broadcast)
        recordings.kept[report.recording] = said
        assert await report.keep() is not None
        await report.send()
    busy, spoken = await listed(office.engine)
    assert (busy.only_tone, spoken.only_tone) == (True, False)
    assert busy.seconds < 2.0
    assert SAID.seconds <= spoken.seconds < SAID.seconds + 2.0
    async with office.engine.begin() as connection:
        ring = await duty.take(connection, NODE, AT_ONCE)
    assert ring is not None
    assert ring.report == spoken.id


async def test_a_row_of_another_release_is_listed_like_the_others(office: Office) -> None:
    strange, fine = await reported(office.engine), await reported(office.engine)
    await write(office, "UPDATE member_report SET worth = 'golden', state = 'judged' WHERE id = :id", strange)
    assert [(one.id, one.worth) for one in await listed(office.engine, judged=True)] == [
        (strange, None),
        (fine, None),
    ]
    assert [one.state for one in await listed(office.engine)] == [ReportState.NEW]


async def test_a_call_of_another_release_hides_nobody_s_results(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    await office.calls(AN, Outcome.BUSY)
    await office.calls(BERT, Outcome.CONFIRMED)
    await write(
        office,
        "UPDATE attempt SET outcome = 'teleported', evidence = '{\"talk\": \"much\"}'"
        " WHERE e164 = :id AND state = 'done'",
        AN,
    )
    recipients = await office.recipients(sent.broadcast)
    [strange] = [call for call in recipients["An"].calls if call.outcome]
    assert strange.outcome is Outcome.UNKNOWN
    assert evidence_of(strange) == Evidence(reason="what was heard cannot be read")
    assert [call.outcome for call in recipients["Bert"].calls] == [Outcome.CONFIRMED]
    seen = await office.progress(sent.broadcast)
    assert seen.outcomes == {Outcome.UNKNOWN: 1, Outcome.CONFIRMED: 1}


async def test_an_alert_whose_sound_is_spoilt_does_not_hide_the_others_from_who_calls(
    office: Office, reports: Reports
) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends({"nl": "Dit is het eerste bericht, en het duurt langer."})
    second = await office.sends({"nl": "Tweede."})
    async with office.engine.connect() as connection:
        an = await known_caller(connection, AN)
        assert an is not None
        alerts = await past_alerts(connection, an)
    await write(office, "UPDATE audio SET flac = 'spoilt' WHERE sha256 = :id", alerts[0].audio)
    nothing: Any = None
    says = asyncio.get_running_loop().create_future()
    callers = KnownCallers(
        database=Transactions(office.engine),
        callbacks=nothing,
        reports=reports,
        officers=nothing,
        announcements=nothing,
        detached=nothing,
        lockout=nothing,
        leaving=nothing,
        says=says,
        tone=SAYS["goodbye"],
    )
    assert alerts[0].broadcast == second.broadcast
    assert [one.broadcast for one in await callers.laid_out(alerts)] == [first.broadcast]


async def test_an_officer_on_duty_is_told_that_a_report_cannot_be_played_and_may_claim_it(
    office: Office,
    resources: OfficerResources,
) -> None:
    maes, report = await asked(office, resources, ())
    await write(
        office,
        "UPDATE audio SET flac = 'spoilt' FROM member_report"
        " WHERE audio.sha256 = member_report.audio AND member_report.id = :id",
        report,
    )
    assert await maes.report() == SAYS["duty_no_sound"]
    assert await maes.claim() == "duty_claimed"


async def write(office: Office, statement: str, id_: object) -> None:
    async with office.engine.begin() as connection:
        await connection.execute(text(statement), {"id": id_})


async def test_hanging_up_before_a_word_leaves_no_row(office: Office, reports: Reports) -> None:
    report = await reports.begin(number=AN, members=[], broadcast=None)
    await report.discard()
    async with office.engine.connect() as connection:
        assert await inbox.unfinished(connection, NODE) == []


async def test_a_broadcast_that_cannot_be_tended_keeps_no_other_waiting(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]}, slug="one")
    await network_of(office.engine, {"Bert": [BERT]}, slug="other")
    broken, fine = await office.sends(to=["one"]), await office.sends(to=["other"])
    await office.calls(AN, Outcome.CONFIRMED)
    await office.calls(BERT, Outcome.CONFIRMED)
    trigger = (
        "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$",
        f"CREATE TRIGGER breaks BEFORE UPDATE ON broadcast FOR EACH ROW WHEN (OLD.id = {broken.broadcast})"
        " EXECUTE FUNCTION breaks()",
    )
    async with office.engine.begin() as connection:
        for statement in trigger:
            await connection.execute(text(statement))
    assert (await office.upkeep.tend()).closed == 1
    assert (await office.progress(fine.broadcast)).state == "closed"
    async with office.engine.begin() as connection:
        await connection.execute(text("DROP FUNCTION breaks CASCADE"))
    assert (await office.upkeep.tend()).closed == 1
