"""An alert that was spoken instead of typed: what members hear of it, and what is kept."""

from uuid import uuid4

import numpy as np
import pytest
from sqlalchemy import select

from broadcast.alert.desk import Sent
from broadcast.audio.kept_sounds import forget_sound, keep_sound
from broadcast.draft import Draft, SpokenMessage
from broadcast.errors import BadAlert, NotSpoken, ReportTaken, ReportUsed, UnknownReport
from broadcast.ledger.callback import known_caller, past_alerts
from broadcast.responses import inbox
from broadcast.responses.alert_from_report import content_of
from broadcast.states import Outcome, ReportState, Worth
from broadcast.tables import BroadcastRecording, Pass, StoredAudio
from prompts.audio import Audio, decode
from prompts.comparator import compare
from tests.support.office import TEXT, Office
from tests.support.people import DE_BIST, named, network_of, phone
from tests.support.reports import RATE, SPOKEN, listed, reported, speech

AN, CHRIS = phone(10, 1), phone(10, 3)


async def kept(office: Office, said: Audio = SPOKEN) -> str:
    async with office.engine.begin() as connection:
        return await keep_sound(connection, said)


async def sends(
    office: Office, audio: str, *, texts: dict[str, str] | None = None, report: int | None = None
) -> Sent:
    said = SpokenMessage(audio, "nl")
    draft = Draft([DE_BIST], texts or {}, urgent=True, recording=said, report=report)
    return await office.desk.send(named("Maes"), draft)


async def what_is_heard(office: Office, language: str) -> Audio:
    asked = (
        select(StoredAudio.flac).join(Pass, Pass.audio == StoredAudio.sha256).where(Pass.language == language)
    )
    async with office.engine.connect() as connection:
        return decode((await connection.scalars(asked)).one())


async def test_everybody_hears_the_recording_after_who_is_calling_in_their_own_language(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN], "Chris": [CHRIS]}, languages={"Chris": "fr"})
    sent = await sends(office, await kept(office))
    assert (sent.recipients, sent.other_language) == (2, 1)
    assert {language for language, _ in office.voice.said} == {"nl", "fr"}
    for language in ("nl", "fr"):
        heard = await what_is_heard(office, language)
        assert compare(SPOKEN.trimmed(), heard).whole
        assert heard.seconds == pytest.approx(sent.passes[language], abs=0.01)
        assert heard.seconds < SPOKEN.seconds + 1.0, "the quiet before and after it is gone"


async def test_a_text_beside_it_is_for_those_who_speak_that_language(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Chris": [CHRIS]}, languages={"Chris": "fr"})
    sent = await sends(office, await kept(office), texts={"fr": "Cambriolage, attention."})
    assert sent.other_language == 0
    assert ("fr", "Cambriolage, attention.") in office.voice.said
    assert compare(SPOKEN.trimmed(), await what_is_heard(office, "nl")).whole
    assert not compare(SPOKEN.trimmed(), await what_is_heard(office, "fr")).whole


async def test_it_is_kept_once_however_often_it_is_sent(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    audio = await kept(office)
    assert await kept(office) == audio
    first, second = await sends(office, audio), await sends(office, audio)
    assert await office.count("audio") == 2, "the recording, and the pass that both alerts speak"
    async with office.engine.begin() as connection:
        await forget_sound(connection, audio)
        rows = await connection.execute(select(BroadcastRecording.broadcast_id, BroadcastRecording.audio))
        assert rows.all() == [(first.broadcast, audio), (second.broadcast, audio)]


async def test_the_call_the_callback_and_the_results_know_it_as_any_alert(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await sends(office, await kept(office))
    taken = await office.takes(AN)
    assert taken.sound_seconds == pytest.approx(sent.passes["nl"], abs=0.01)
    async with office.engine.connect() as connection:
        caller = await known_caller(connection, AN)
        assert caller is not None
        [again] = await past_alerts(connection, caller)
    assert again.audio == taken.audio
    await office.ends(taken.attempt, Outcome.CONFIRMED)
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}


@pytest.mark.parametrize(
    ("said", "texts", "refusal"),
    [
        (speech(62), {}, "lasts 64 seconds, of 60 at most"),
        (Audio(np.zeros(RATE, np.float32), RATE), {}, "Nothing is heard"),
        (SPOKEN, {"nl": TEXT}, "a recording and a text in nl"),
    ],
)
async def test_what_cannot_be_played_is_refused_in_a_sentence_and_calls_nobody(
    office: Office, said: Audio, texts: dict[str, str], refusal: str
) -> None:
    await network_of(office.engine, {"An": [AN]})
    with pytest.raises((BadAlert, NotSpoken), match=refusal):
        await sends(office, await kept(office, said), texts=texts)
    assert not any([await office.count(table) for table in ("broadcast", "broadcast_recording", "attempt")])


async def test_a_recording_that_is_gone_is_told(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    with pytest.raises(BadAlert, match="not there any more"):
        await sends(office, "0" * 64)


# An alert from a report


async def test_an_alert_made_from_a_report_judges_it_useful_and_the_report_keeps_which_one(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN]})
    report = await reported(office.engine, said=SPOKEN)
    async with office.engine.connect() as connection:
        content = await content_of(connection, report)
    assert (content.language, content.networks) == ("nl", [DE_BIST])
    sent = await sends(office, content.audio, report=report)
    [one] = await listed(office.engine, judged=True)
    assert (one.state, one.worth, one.claimed_by, one.led_to) == (
        ReportState.JUDGED,
        Worth.USEFUL,
        "Maes",
        sent.broadcast,
    )
    with pytest.raises(ReportUsed):
        await sends(office, content.audio, report=report)
    assert await office.count("broadcast") == 1


async def test_a_recording_that_cannot_be_read_is_refused_as_what_cannot_be_spoken(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    audio = await kept(office, SPOKEN)
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE audio SET flac = 'spoilt'")
    with pytest.raises(NotSpoken):
        await sends(office, audio)
    assert await office.count("broadcast") == 0


async def test_a_report_that_another_officer_has_leads_to_no_alert_of_ours(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    report = await reported(office.engine, said=SPOKEN)
    async with office.engine.begin() as connection:
        await inbox.claim(connection, named("Claes"), report)
        audio = (await content_of(connection, report)).audio
    with pytest.raises(ReportTaken):
        await sends(office, audio, report=report)
    assert await office.count("broadcast") == 0


async def test_the_networks_are_those_of_the_alert_that_the_report_answers(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Chris": [CHRIS]}, slug="witven")
    await office.sends(to=["witven", DE_BIST])
    report = await reported(office.engine, said=SPOKEN)
    async with office.engine.connect() as connection:
        assert (await content_of(connection, report)).networks == [DE_BIST, "witven"]


async def test_a_report_that_is_still_being_spoken_is_none_to_make_an_alert_of(office: Office) -> None:
    async with office.engine.begin() as connection:
        begun = await inbox.begin(connection, "westerlo", uuid4(), number=AN, members=(), broadcast=None)
        with pytest.raises(UnknownReport):
            await content_of(connection, begun.id)
