"""A person is erased: nothing that tells of them is left anywhere, and everything still counts them."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from broadcast.audio.sounds import MessageSounds
from broadcast.errors import BeingCalled
from broadcast.ports import CallOutcome
from broadcast.retention.people import erase_person, export_person
from broadcast.states import Outcome, Result
from directory.actor import Actor, Kind, Role
from directory.errors import NotInRole, NotTheirNetwork, SeveralPeople, UnknownMember
from directory.journal.book import entries, whole
from directory.journal.chain import judge
from directory.registry import leave
from tests.support.office import Office
from tests.support.people import ADMIN, DE_BIST, network_of, officer, phone
from tests.support.reports import SPOKEN, reported

NAME = "Wannes Vandenbroucke"
THEIRS, SHARED, OTHERS = phone(10, 4711), phone(10, 4712), phone(10, 4713)
PEOPLE = {NAME: [THEIRS, SHARED], "Bert Claes": [SHARED, OTHERS]}


def found_in(office: Office, *secrets: str) -> list[tuple[str, str]]:
    """Tables with a row that holds one of these, as text, in any column."""
    url = office.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return [
            (name, secret)
            for (name,) in names
            for secret in secrets
            for (hits,) in connection.execute(
                f'SELECT count(*) FROM "{name}" AS one WHERE strpos(one::text, %s) > 0', (secret,)
            )
            if hits
        ]


def files_with(folder: Path, *contents: bytes) -> list[Path]:
    return [
        one
        for one in folder.rglob("*")
        if one.is_file() and any(content in one.read_bytes() for content in contents)
    ]


async def voice_of(office: Office, report: int) -> tuple[str, bytes]:
    """How a report's sound is named, and its bytes."""
    async with office.engine.connect() as connection:
        row = (
            await connection.execute(
                text("SELECT sha256, flac FROM audio JOIN member_report ON audio = sha256 WHERE id = :id"),
                {"id": report},
            )
        ).one()
        return row.sha256, row.flac


@pytest.fixture
async def known(office: Office) -> Office:
    """Somebody about whom everything is known that ever is."""
    await network_of(office.engine, PEOPLE)
    await office.sends()
    taken = await office.takes(THEIRS)
    evidence = {"talk": [[0.4, 1.5]], "keys": [3.0]}
    ended = CallOutcome(Outcome.VOICEMAIL, ended_at=datetime.now(UTC), evidence=evidence)
    await office.ledger.record({taken.attempt: ended})
    await office.calls(SHARED, Outcome.CONFIRMED)
    async with office.engine.begin() as connection:
        for asked in (
            "INSERT INTO leave_wish (e164) VALUES (:n)",
            "INSERT INTO trial_order (e164, language) VALUES (:n, 'nl')",
            "INSERT INTO lockout VALUES ('caller ' || :n, 1, now(), now()), ('code ' || :n, 1, now(), now())",
        ):
            await connection.execute(text(asked), {"n": THEIRS})
    for attempt in (await office.open_calls()).values():
        await office.ends(attempt, Outcome.CONFIRMED)
    return office


async def test_nothing_of_them_is_left_in_any_table_or_file(known: Office, tmp_path: Path) -> None:
    report = await reported(known.engine, said=SPOKEN, number=THEIRS)
    sound, flac = await voice_of(known, report)
    sounds = MessageSounds(known.engine, tmp_path / "sounds")
    await sounds.ensure(sound)
    [laid, *_] = [one.read_bytes()[-4000:] for one in sounds.folder.glob(f"{sound}.*")]
    secrets = (NAME, "Vandenbroucke", THEIRS, THEIRS.removeprefix("+"), sound, flac.hex()[200:400])
    assert {table for table, _ in found_in(known, *secrets)} >= {
        "member",
        "number",
        "recipient_number",
        "attempt",
        "member_report",
        "audio",
        "leave_wish",
        "trial_order",
        "lockout",
    }
    assert files_with(tmp_path, laid)
    before = await known.results(1)
    await erase_person(known.engine, known.ledger, ADMIN, THEIRS)
    await sounds.sweep()
    await sounds.sweep()
    assert found_in(known, *secrets) == []
    assert files_with(tmp_path, laid) == []
    assert sorted((await known.results(1)).values()) == sorted(before.values())


async def test_everything_still_counts_them_and_the_journal_is_whole(known: Office) -> None:
    before = await known.progress(1)
    async with whole(known.engine) as connection:
        entries_before = [one async for one in entries(connection)]
    member = await erase_person(known.engine, known.ledger, ADMIN, NAME)
    after = await known.progress(1)
    assert (after.results, after.outcomes) == (before.results, before.outcomes)
    async with whole(known.engine) as connection:
        now = [one async for one in entries(connection)]
    assert judge(now).fault is None
    assert now[: len(entries_before)] == entries_before
    assert [(one["act"], one["ids"]) for one in now[len(entries_before) :]] == [
        ("member.leave", {"member": [member]}),
        ("member.erase", {"member": [member]}),
    ]


async def test_what_others_share_with_them_stays_theirs(known: Office) -> None:
    await erase_person(known.engine, known.ledger, ADMIN, NAME)
    bert = (await known.recipients(1))["Bert Claes"]
    assert bert.numbers == [SHARED, OTHERS]
    assert [(call.number, call.outcome) for call in bert.calls] == [(SHARED, Outcome.CONFIRMED)]
    assert bert.result is Result.CONFIRMED


async def test_an_alert_in_their_voice_becomes_mute(known: Office) -> None:
    report = await reported(known.engine, said=SPOKEN, number=THEIRS)
    sound, _ = await voice_of(known, report)
    draft = await known.desk.draft_from_report(report, urgent=True)
    sent = await known.desk.send(ADMIN, draft)
    with pytest.raises(BeingCalled):
        await erase_person(known.engine, known.ledger, ADMIN, NAME)
    await known.desk.stop(ADMIN, sent.broadcast)
    for _ in range(2):
        await known.upkeep.tend()
    await erase_person(known.engine, known.ledger, ADMIN, NAME)
    assert found_in(known, sound) == []
    async with known.engine.connect() as connection:
        said = await connection.scalars(
            text("SELECT seconds FROM pass JOIN audio ON audio = sha256 WHERE broadcast_id = :b"),
            {"b": sent.broadcast},
        )
        assert set(said) == {0}


async def test_who_is_being_called_is_called_no_more_and_erased_after_that(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    await office.sends()
    taken = await office.takes(THEIRS)
    with pytest.raises(BeingCalled):
        await erase_person(office.engine, office.ledger, ADMIN, NAME)
    assert found_in(office, NAME)
    await office.ends(taken.attempt, Outcome.NO_ANSWER)
    await erase_person(office.engine, office.ledger, ADMIN, NAME)
    assert found_in(office, NAME, THEIRS) == []
    assert set(await office.open_calls()) == {SHARED}


async def test_they_get_all_that_is_kept_of_them(known: Office) -> None:
    report = await reported(known.engine, said=SPOKEN, number=THEIRS)
    _, flac = await voice_of(known, report)
    async with known.engine.begin() as connection:
        kept = await export_person(connection, ADMIN, NAME)
    assert kept.member["name"] == NAME
    assert [one["slug"] for one in kept.networks] == [DE_BIST]
    assert [one["e164"] for one in kept.numbers] == [THEIRS, SHARED]
    assert [(one["alert"], one["result"]) for one in kept.alerts] == [(1, Result.CONFIRMED)]
    assert {(one["e164"], one["outcome"]) for one in kept.calls} == {
        (THEIRS, Outcome.VOICEMAIL),
        (SHARED, Outcome.CONFIRMED),
    }
    assert kept.recordings == {f"report-{report}.flac": flac}
    assert [one["e164"] for one in kept.wishes] == [THEIRS]
    assert "member.join" in [one["act"] for one in kept.journal]
    assert OTHERS not in str(kept)
    assert "Bert" not in str(kept)
    async with whole(known.engine) as connection:
        last = [one async for one in entries(connection)][-1]
    assert (last["act"], last["ids"]) == ("member.export", {"member": [kept.member["id"]]})


async def test_who_has_left_is_found_and_who_is_meant_must_be_clear(known: Office) -> None:
    async with AsyncSession(known.engine) as session, session.begin():
        await leave(session, ADMIN, [1])
    async with known.engine.begin() as connection:
        assert (await export_person(connection, ADMIN, "1")).member["left_on"] is not None
        with pytest.raises(SeveralPeople) as several:
            await export_person(connection, ADMIN, SHARED)
        assert several.value.facts["ids"] == "1, 2"
        for nobody in ("Nobody", phone(10, 9), "99"):
            with pytest.raises(UnknownMember):
                await export_person(connection, ADMIN, nobody)
    await erase_person(known.engine, known.ledger, ADMIN, "1")
    with pytest.raises(UnknownMember):
        await erase_person(known.engine, known.ledger, ADMIN, "1")


async def test_only_administrators_do_this(known: Office) -> None:
    coordinator = Actor(Kind.OFFICER, 5, Role.COORDINATOR, "Els", frozenset({"witven"}))
    for who in (officer(DE_BIST), coordinator):
        with pytest.raises((NotInRole, NotTheirNetwork)):
            await erase_person(known.engine, known.ledger, who, NAME)
        async with known.engine.begin() as connection:
            with pytest.raises((NotInRole, NotTheirNetwork)):
                await export_person(connection, who, NAME)
    assert found_in(known, NAME)
