"""A coordinator brings a list in: all of it, once, with a line for every row."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from directory.errors import ListRefused, UnknownNetwork
from directory.lists.importer import ImportSummary, RowState, import_members
from directory.registry import add_network, members
from directory.tables import Member, Number
from tests.support.people import ADMIN, hold_for_dead

HEADER = "naam,taal,straat,nr,telefoon,telefoon2,telefoon3\n"
LIEVE = "Lieve Peeters,nl,De Bist,4,0475 12 34 56,014 53 96 00,\n"
ELODIE = "Élodie Lambert,fr,De Bist,6,+32 475 12 34 57,,\n"


@pytest.fixture
async def de_bist(session: AsyncSession) -> str:
    await add_network(session, ADMIN, "de-bist", name="BIN De Bist", municipality="Westerlo")
    await session.commit()
    return "de-bist"


async def brought_in(session: AsyncSession, text: str, slug: str = "de-bist") -> ImportSummary:
    report = await import_members(session, ADMIN, slug, text.encode())
    await session.commit()
    session.expunge_all()
    return report


def results(report: ImportSummary) -> list[tuple[int, str]]:
    return [(row.line, row.result.value) for row in report.rows]


async def people(session: AsyncSession) -> dict[str, list[str]]:
    return {
        member.name: [number.e164 for number in member.numbers]
        for member in await members(session, "de-bist")
    }


async def test_every_row_becomes_a_member_with_numbers_in_order(session: AsyncSession, de_bist: str) -> None:
    report = await brought_in(session, HEADER + LIEVE + ELODIE)
    assert report.accepted
    assert results(report) == [(2, "added"), (3, "added")]
    elodie, lieve = sorted(await members(session, de_bist), key=lambda member: member.language)
    assert (lieve.name, lieve.language, lieve.street, lieve.house_number) == (
        "Lieve Peeters",
        "nl",
        "De Bist",
        "4",
    )
    assert [(number.position, number.e164) for number in lieve.numbers] == [
        (0, "+32475123456"),
        (1, "+3214539600"),
    ]
    assert (elodie.name, elodie.language) == ("Élodie Lambert", "fr")


async def test_the_same_file_again_changes_nothing(session: AsyncSession, de_bist: str) -> None:
    await brought_in(session, HEADER + LIEVE + ELODIE)
    before = (await session.execute(select(Number.id, Number.e164).order_by(Number.id))).all()
    report = await brought_in(session, HEADER + LIEVE + ELODIE)
    assert results(report) == [(2, "unchanged"), (3, "unchanged")]
    assert (await session.execute(select(Number.id, Number.e164).order_by(Number.id))).all() == before


async def test_a_changed_row_updates_who_has_that_name_and_one_of_the_numbers(
    session: AsyncSession, de_bist: str
) -> None:
    await brought_in(session, HEADER + LIEVE)
    report = await brought_in(
        session, HEADER + "LIEVE  PEETERS,fr,De Bist,8 bus 2,014 53 96 00,0475 99 99 99,\n"
    )
    assert [(row.result, row.sentence) for row in report.rows] == [
        (RowState.UPDATED, "Changed: name, language, house number, numbers.")
    ]
    assert await people(session) == {"LIEVE PEETERS": ["+3214539600", "+32475999999"]}
    assert await session.scalar(select(func.count(Number.id))) == 2


async def test_a_number_that_stays_keeps_what_is_known_of_it(session: AsyncSession, de_bist: str) -> None:
    await brought_in(session, HEADER + LIEVE)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    await hold_for_dead(session, "+32475123456", at=noon)
    await brought_in(session, "naam,telefoon\nLieve Peeters,014 53 96 00\n")
    [lieve] = await members(session, de_bist)
    assert [(number.e164, number.dead_since) for number in lieve.numbers] == [
        ("+3214539600", None),
        ("+32475123456", noon),
    ]


async def test_a_list_that_names_a_dead_number_has_it_called_again_whoever_has_it(
    session: AsyncSession, de_bist: str
) -> None:
    await add_network(session, ADMIN, "witven", name="BIN Witven", municipality="Westerlo")
    await brought_in(session, HEADER + "Maria Peeters,nl,Witven,4,014 53 96 00,,\n", slug="witven")
    await brought_in(session, HEADER + LIEVE + ELODIE)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    await hold_for_dead(session, "+32475123456", "+3214539600", at=noon)
    report = await brought_in(session, HEADER + LIEVE + ELODIE)
    assert report.revived == 2
    assert [(row.result, row.sentence) for row in report.rows] == [
        (RowState.UPDATED, "A dead number is called again."),
        (RowState.UNCHANGED, ""),
    ]
    assert (await session.scalars(select(Number.dead_since).distinct())).all() == [None]
    assert (await brought_in(session, HEADER + LIEVE)).revived == 0
    await hold_for_dead(session, "+3214539600", at=noon)
    report = await brought_in(session, HEADER + "Jozef Maes,nl,De Bist,5,014 53 96 00,,\n")
    assert [(row.result, row.sentence) for row in report.rows] == [
        (RowState.ADDED, "A dead number is called again.")
    ]


async def test_a_list_that_is_refused_and_a_row_of_somebody_who_left_revive_nothing(
    session: AsyncSession, de_bist: str
) -> None:
    await brought_in(session, HEADER + LIEVE)
    await hold_for_dead(session, "+32475123456", at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert not (await brought_in(session, HEADER + LIEVE + "Bert Claes,nl,De Bist,6,112,,\n")).accepted
    await session.execute(update(Member).values(left_on=date(2026, 3, 2)))
    assert (await brought_in(session, HEADER + LIEVE)).revived == 0
    assert await session.scalar(select(func.count(Number.id)).where(Number.dead_since.is_not(None))) == 1


async def test_the_same_name_with_other_numbers_is_somebody_else(session: AsyncSession, de_bist: str) -> None:
    await brought_in(session, HEADER + "Jan Peeters,,De Bist,4,0475 12 34 56,,\n")
    report = await brought_in(session, HEADER + "Jan Peeters,,De Bist,9,0475 99 99 99,,\n")
    assert results(report) == [(2, "added")]
    assert len(await members(session, de_bist)) == 2


async def test_two_people_may_share_a_landline(session: AsyncSession, de_bist: str) -> None:
    report = await brought_in(
        session, HEADER + "Jozef,,Bist,4,014539600,,\nMaria,,Bist,4,014539600,0475123456,\n"
    )
    assert results(report) == [(2, "added"), (3, "added")]
    assert await people(session) == {"Jozef": ["+3214539600"], "Maria": ["+3214539600", "+32475123456"]}


async def test_a_column_the_file_does_not_have_leaves_what_is_stored_alone(
    session: AsyncSession, de_bist: str
) -> None:
    await brought_in(session, HEADER + "Élodie Lambert,fr,De Bist,6,0475 12 34 57,014 53 96 00,\n")
    report = await brought_in(session, "name;phone\nÉlodie Lambert;014 53 96 00\n")
    assert [row.sentence for row in report.rows] == ["Changed: numbers."]
    [elodie] = await members(session, de_bist)
    assert (elodie.language, elodie.street, elodie.house_number) == ("fr", "De Bist", "6")
    assert [number.e164 for number in elodie.numbers] == ["+3214539600", "+32475123457"]


async def test_who_left_is_not_brought_back_by_an_old_list(session: AsyncSession, de_bist: str) -> None:
    await brought_in(session, HEADER + LIEVE)
    [lieve] = await members(session, de_bist)
    lieve.left_on = date(2026, 2, 1)
    await session.commit()
    report = await brought_in(session, HEADER + LIEVE)
    assert [(row.result, row.sentence) for row in report.rows] == [
        (RowState.UNCHANGED, "Left on 2026-02-01, and stays out.")
    ]
    assert await members(session, de_bist) == []


async def test_one_bad_row_and_nothing_is_written_and_every_bad_row_is_listed(
    session: AsyncSession, de_bist: str
) -> None:
    await brought_in(session, HEADER + LIEVE)
    bad = "Jan,,,,0900 12 345,,\nMiet,xx,,,101,,\n"
    changed = LIEVE.replace("De Bist", "Bistdreef")
    report = await brought_in(session, HEADER + changed + ELODIE + bad)
    assert not report.accepted
    assert results(report) == [(2, "not_written"), (3, "not_written"), (4, "refused"), (5, "refused")]
    assert "telefoon: This is a premium-rate number" in report.rows[2].sentence
    assert "taal: The language is one of nl, fr, de, en" in report.rows[3].sentence
    assert "telefoon: This is a short or emergency number" in report.rows[3].sentence
    [lieve] = await members(session, de_bist)
    assert lieve.street == "De Bist"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("=cmd|'/c calc'!A1,nl,Bist,4,0475123456,,", "naam: The name begins like a spreadsheet formula"),
        ("+Jan,nl,Bist,4,0475123456,,", "spreadsheet formula"),
        ("-Jan,nl,Bist,4,0475123456,,", "spreadsheet formula"),
        ("@Jan,nl,Bist,4,0475123456,,", "spreadsheet formula"),
        ("＝Jan,nl,Bist,4,0475123456,,", "spreadsheet formula"),
        ("Jan,nl,=1+1,4,0475123456,,", "straat: The street begins like a spreadsheet formula"),
        ("Jan,nl,Bist,@4,0475123456,,", "nr: The house number begins like"),
        ("Jan,nl,Bist,4,=HYPERLINK(1),,", "telefoon: A number is written in digits"),
        ("Ja\x07n,nl,Bist,4,0475123456,,", "naam: The name has an invisible or control character"),
        ("Jan\u202e,nl,Bist,4,0475123456,,", "invisible or control character"),
        ('"Jan\nPeeters",nl,Bist,4,0475123456,,', "invisible or control character"),
        ("J" * 121 + ",nl,Bist,4,0475123456,,", "longer than 120 characters"),
        ("Jan,nl," + "B" * 121 + ",4,0475123456,,", "longer than 120 characters"),
        ("Jan,nl,Bist," + "4" * 21 + ",0475123456,,", "longer than 20 characters"),
        (",nl,Bist,4,0475123456,,", "naam: The name has no letters"),
        ("0475123456,nl,Bist,4,0475123456,,", "naam: The name has no letters"),
        ("Jan,nl,Bist,4,,,", "telefoon: A member needs at least one number"),
        ("Jan,nl,Bist,4,0475123456,,+32 475 12 34 56", "telefoon: The same number is given twice"),
        ("Jan,nl,Bist,4,0475123456,0475 12 34 5,", "telefoon2: No such number exists"),
        ("Jan,nl,Bist,4,0475123456", "more or fewer cells than the header"),
        ("Peeters, Jan,nl,Bist,4,0475123456,,", "more or fewer cells than the header"),
        ("sep=,", "more or fewer cells than the header"),
        ("LIEVE PEETERS,nl,Bist,4,014539600,,", "the same person as on line 2"),
    ],
)
async def test_a_row_that_cannot_be_kept_is_said_in_a_sentence(
    session: AsyncSession, de_bist: str, row: str, sentence: str
) -> None:
    report = await brought_in(session, HEADER + LIEVE + row + "\n")
    assert results(report) == [(2, "not_written"), (3, "refused")]
    assert sentence in report.rows[1].sentence
    assert await people(session) == {}


async def test_two_rows_that_are_one_stored_person_are_refused(session: AsyncSession, de_bist: str) -> None:
    await brought_in(session, HEADER + LIEVE)
    report = await brought_in(
        session, HEADER + "Lieve Peeters,,,,0475123456,,\nLieve Peeters,,,,014539600,,\n"
    )
    assert report.rows[1].sentence == "This is the same person as on line 2; keep one of the two."


async def test_what_deserves_a_look_is_noted(session: AsyncSession, de_bist: str) -> None:
    report = await import_members(
        session, ADMIN, de_bist, "naam;gsm;telefoon\nAndré;;0475123456\n".encode("cp1252")
    )
    assert (report.encoding, report.separator) == ("windows-1252", "semicolon")
    assert "read as Windows-1252" in report.notes[0]
    assert report.notes[1] == "Columns that were not read: gsm."
    assert await people(session) == {"André": ["+32475123456"]}


async def test_of_many_columns_that_are_not_read_a_few_are_named(session: AsyncSession, de_bist: str) -> None:
    header = "naam;telefoon;" + ";".join(f"kolom {number}" for number in range(1, 31))
    report = await import_members(session, ADMIN, de_bist, f"{header}\nJan;0475123456{';' * 30}\n".encode())
    assert report.notes[0].endswith("kolom 9, kolom 10 and 20 more.")


async def test_a_network_or_a_file_that_is_none_is_refused_before_anything_is_written(
    session: AsyncSession, de_bist: str
) -> None:
    with pytest.raises(UnknownNetwork):
        await import_members(session, ADMIN, "debist", (HEADER + LIEVE).encode())
    with pytest.raises(ListRefused, match="workbook"):
        await import_members(session, ADMIN, de_bist, b"PK\x03\x04")


async def test_members_of_other_networks_are_never_touched(session: AsyncSession, de_bist: str) -> None:
    await add_network(session, ADMIN, "witven", name="BIN Witven", municipality="Westerlo")
    await brought_in(session, HEADER + LIEVE)
    await brought_in(session, HEADER + LIEVE.replace("De Bist", "Witven"), slug="witven")
    assert [member.street for member in await members(session, "de-bist")] == ["De Bist"]
    assert [member.street for member in await members(session, "witven")] == ["Witven"]


async def test_two_imports_at_the_same_moment_add_everyone_once(database: AsyncEngine, de_bist: str) -> None:
    async def bring_in() -> ImportSummary:
        async with AsyncSession(database) as session, session.begin():
            return await import_members(session, ADMIN, de_bist, (HEADER + LIEVE + ELODIE).encode())

    reports = await asyncio.gather(bring_in(), bring_in())
    assert sorted(report.count(RowState.ADDED) for report in reports) == [0, 2]
    async with AsyncSession(database) as session:
        assert await session.scalar(select(func.count(Member.id))) == 2


@pytest.mark.thorough
async def test_a_list_as_long_as_is_allowed_comes_in(session: AsyncSession, de_bist: str) -> None:
    rows = "".join(f"Buur Nummer{n},nl,De Bist,{n},+999 10 {n:06d},,\n" for n in range(20_000))
    report = await brought_in(session, HEADER + rows)
    assert report.count(RowState.ADDED) == 20_000
