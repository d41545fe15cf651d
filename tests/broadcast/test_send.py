"""An officer sends an alert: who is called, what they hear, and what is refused before a word is written."""

import re
from datetime import UTC, datetime, time

import pytest
from sqlalchemy import select, text

from broadcast.errors import BadAlert, MembersChanged, NobodyToCall, NotAllowed, NotSpoken, OutsideHours
from broadcast.tables import BroadcastText, Pass, Recipient, StoredAudio
from buurtbel.terminal.refusals import sentence_of
from directory.errors import UnknownNetwork
from directory.refusals import Refusal
from prompts.audio import Audio as Spoken
from prompts.audio import decode
from tests.fakes.voice import HummingVoice
from tests.support.office import TEXT, Office
from tests.support.people import hold_for_dead, network_of, phone

AN, BERT, CHRIS = phone(10, 1), phone(10, 2), phone(10, 3)
LANDLINE = phone(10, 4)
TABLES = ("broadcast", "broadcast_text", "audio", "pass", "recipient", "recipient_number", "attempt")
AT_NOON = datetime(2026, 3, 14, 11, tzinfo=UTC)
AT_NIGHT = datetime(2026, 3, 14, 22, tzinfo=UTC)


async def nothing_written(office: Office) -> bool:
    return not any([await office.count(table) for table in (*TABLES, "procrastinate_jobs")])


async def test_everybody_gets_a_call_with_a_job_at_once(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    assert (sent.recipients, sent.without_number, sent.other_language) == (2, 0, 0)
    assert (await office.open_calls()).keys() == {AN, BERT}
    assert await office.jobs() == 2


async def test_the_first_number_of_each_person_is_called_first(office: Office) -> None:
    await network_of(office.engine, {"An": [AN, LANDLINE]})
    await office.sends()
    assert (await office.open_calls()).keys() == {AN}


async def test_a_number_that_two_people_share_is_called_once(office: Office) -> None:
    await network_of(office.engine, {"An": [LANDLINE], "Bert": [LANDLINE]})
    assert (await office.sends()).recipients == 2
    assert (await office.open_calls()).keys() == {LANDLINE}


async def test_a_member_of_two_networks_is_called_once_and_addressed_by_the_first_of_them(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN]}, slug="de-bist")
    await network_of(office.engine, {"Bert": [BERT]}, slug="witven")
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO membership SELECT member.id, network.id FROM member, network"
            " WHERE member.name = 'An' AND network.slug = 'witven'"
        )
    sent = await office.sends(to=["witven", "de-bist", "witven"])
    assert sent.recipients == 2
    async with office.engine.connect() as connection:
        by = await connection.exec_driver_sql(
            "SELECT slug FROM recipient JOIN member ON member.id = member_id AND member.name = 'An'"
            " JOIN network ON network.id = network_id"
        )
        assert by.all() == [("witven",)]


async def test_a_member_without_the_texts_language_is_counted_and_hears_it_in_the_language_it_has(
    office: Office,
) -> None:
    voice = office.voice = HummingVoice()
    await network_of(office.engine, {"An": [AN], "Chris": [CHRIS]}, languages={"Chris": "fr"})
    sent = await office.sends({"nl": TEXT})
    assert sent.other_language == 1
    assert sent.passes.keys() == {"nl", "fr"}
    text_was_said_in = [language for language, said in voice.said if "bestelwagen" in said]
    assert text_was_said_in == ["nl", "nl"]
    assert any(language == "fr" for language, _ in voice.said)


async def test_a_text_of_their_own_language_is_what_members_hear(office: Office) -> None:
    voice = office.voice = HummingVoice()
    await network_of(office.engine, {"An": [AN], "Chris": [CHRIS]}, languages={"Chris": "fr"})
    sent = await office.sends({"nl": TEXT, "fr": "Cambriolage, attention."})
    assert sent.other_language == 0
    assert ("fr", "Cambriolage, attention.") in voice.said


async def test_the_alert_is_kept_as_it_was_worded_with_the_audio_of_its_passes(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    async with office.engine.connect() as connection:
        assert (await connection.scalars(select(BroadcastText.text))).all() == [TEXT]
        audio = (await connection.execute(select(StoredAudio.seconds, StoredAudio.flac))).one()
        assert len((await connection.execute(select(Pass.audio))).all()) == 1
    assert decode(audio.flac).seconds == pytest.approx(audio.seconds, abs=0.01)
    assert sent.passes["nl"] == pytest.approx(audio.seconds, abs=0.01)


async def test_the_same_alert_sent_twice_keeps_its_audio_once_and_calls_everybody_twice(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN]})
    first, second = await office.sends(), await office.sends()
    assert first.broadcast != second.broadcast
    assert (await office.count("audio"), await office.count("attempt")) == (1, 2)


async def test_a_member_all_of_whose_numbers_are_dead_is_counted_and_finished_with_nothing(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, BERT, at=await office.now())
    sent = await office.sends()
    assert (sent.recipients, sent.without_number) == (2, 1)
    assert (await office.open_calls()).keys() == {AN}
    assert (await office.results(sent.broadcast))["Bert"] == ("final", "nothing")


async def test_a_member_who_left_is_not_called(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE member SET left_on = '2026-01-01' WHERE name = 'Bert'")
    assert (await office.sends()).recipients == 1
    assert (await office.open_calls()).keys() == {AN}


async def test_an_urgent_alert_rings_at_night_too(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    assert (await office.sends(urgent=True, now=AT_NIGHT)).recipients == 1


@pytest.mark.parametrize(
    ("texts", "to", "urgent", "refusal"),
    [
        ({}, ["de-bist"], True, BadAlert),
        ({"nl": ""}, ["de-bist"], True, BadAlert),
        ({"nl": " \n\t"}, ["de-bist"], True, BadAlert),
        ({"nl": "... !!"}, ["de-bist"], True, NotSpoken),
        ({"nl": TEXT, "fr": ""}, ["de-bist"], True, BadAlert),
        ({"it": "Attenzione"}, ["de-bist"], True, BadAlert),
        ({"nl": "Inbraak\x00 in de straat"}, ["de-bist"], True, BadAlert),
        ({"nl": "Inbraak \ud800 in de straat"}, ["de-bist"], True, BadAlert),
        ({"nl": "woord " * 3000}, ["de-bist"], True, NotSpoken),
        ({"nl": TEXT}, ["nergens"], True, UnknownNetwork),
        ({"nl": TEXT}, ["de-bist", "nergens"], True, UnknownNetwork),
        ({"nl": TEXT}, ["'; drop table member; --"], True, UnknownNetwork),
        ({"nl": TEXT}, ["zonder-charter"], True, NotAllowed),
        ({"nl": TEXT}, ["de-bist", "zonder-charter"], True, NotAllowed),
        ({"nl": TEXT}, ["de-bist"], False, NotAllowed),
        ({"nl": TEXT}, ["leeg"], True, NobodyToCall),
        ({"nl": TEXT}, [], True, NobodyToCall),
        ({"nl": TEXT}, ["allen-dood"], True, NobodyToCall),
    ],
)
async def test_what_cannot_be_sent_is_refused_in_a_sentence_and_leaves_nothing_behind(
    office: Office, texts: dict[str, str], to: list[str], urgent: bool, refusal: type[Refusal]
) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Bert": [BERT]}, slug="zonder-charter", charter_approved_on=None)
    await network_of(office.engine, {}, slug="leeg")
    await network_of(office.engine, {"Chris": [CHRIS]}, slug="allen-dood")
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, CHRIS, at=await office.now())
    with pytest.raises(refusal) as refused:
        await office.sends(texts, to=to, urgent=urgent, now=AT_NIGHT)
    assert re.search(r"\w+.*[.?]$", sentence_of(refused.value))
    assert await nothing_written(office)


async def test_a_charter_that_is_approved_tomorrow_does_not_count_today(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]}, charter_approved_on=AT_NOON.date().replace(day=15))
    with pytest.raises(NotAllowed):
        await office.sends(now=AT_NOON)
    assert await nothing_written(office)
    assert (await office.sends(now=AT_NOON.replace(day=15))).recipients == 1


async def test_a_message_that_is_not_urgent_may_ring_within_the_hours_of_every_network(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Bert": [BERT]}, slug="witven", hours=(time(14), time(15)))
    assert (await office.sends(urgent=False, now=AT_NOON)).recipients == 1
    with pytest.raises(OutsideHours) as refusal:
        await office.sends(to=["de-bist", "witven"], urgent=False, now=AT_NOON)
    after = refusal.value.facts["after"]
    assert isinstance(after, datetime)
    assert f"{after:%d/%m %H:%M}" == "14/03 14:00"


async def test_a_language_that_no_voice_speaks_stops_the_alert_before_anything_is_written(
    office: Office,
) -> None:
    office.voice = HummingVoice("nl")
    await network_of(office.engine, {"An": [AN], "Chris": [CHRIS]}, languages={"Chris": "fr"})
    with pytest.raises(NotSpoken):
        await office.sends()
    assert await nothing_written(office)


async def test_a_member_who_joins_while_the_alert_is_being_spoken_does_not_go_unheard(
    office: Office,
) -> None:
    """The first German speaker of the network comes in between the speaking and the writing."""

    class SlowVoice(HummingVoice):
        async def speak(self, text: str, language: str) -> Spoken:
            if not self.said:
                async with office.engine.begin() as connection:
                    await connection.exec_driver_sql("UPDATE member SET language = 'de' WHERE name = 'Bert'")
            return await super().speak(text, language)

    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    office.voice = SlowVoice()
    with pytest.raises(MembersChanged):
        await office.sends()
    assert await nothing_written(office)
    assert (await office.sends()).passes.keys() == {"nl", "de"}


async def test_an_alert_that_is_rolled_back_leaves_no_job(office: Office) -> None:
    """A job is deferred in the transaction that writes its attempt."""
    office.policy = office.policy.model_copy(update={"window": 1})
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    async with office.engine.connect() as connection:
        assert await office.ledger.open_window(connection, sent.broadcast, 10) == 1
        waiting = await connection.exec_driver_sql("SELECT count(*) FROM procrastinate_jobs")
        assert waiting.scalar() == 2
        await connection.rollback()
    assert (await office.jobs(), await office.count("attempt")) == (1, 1)


async def test_all_members_are_enlisted_and_only_the_window_is_opened(office: Office) -> None:
    office.policy = office.policy.model_copy(update={"window": 5})
    await network_of(office.engine, {f"Lid {n}": [phone(10, n)] for n in range(40)})
    await office.sends()
    assert await office.count("recipient") == 40
    assert (await office.jobs(), await office.open_recipients()) == (5, 5)
    async with office.engine.connect() as connection:
        assert (await connection.scalar(select(Recipient.id).where(Recipient.state != "waiting"))) is None


async def test_postgresql_knows_from_the_first_call_on_how_many_there_are(office: Office) -> None:
    await network_of(office.engine, {f"Lid {n}": [phone(10, n)] for n in range(20)})
    await office.sends()
    async with office.engine.connect() as connection:
        known = await connection.scalars(
            text("SELECT reltuples FROM pg_class WHERE relname IN ('recipient', 'recipient_number')")
        )
    assert list(known) == [20, 20]
