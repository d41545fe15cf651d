"""The reporter of a report is told something, and nobody else: nobody learns who told us."""

import pytest
from sqlalchemy import text

from broadcast.errors import AnswersOne, NoReporter, UnknownReport
from broadcast.ledger.callback import known_caller, past_alerts
from broadcast.states import FollowUpKind, Outcome
from directory.actor import Actor, Kind, Role
from directory.errors import NotInRole
from tests.support.office import Office
from tests.support.people import ADMIN, DE_BIST, network_of, phone
from tests.support.reports import AN, reported

COORDINATOR = Actor(Kind.OFFICER, 9, Role.COORDINATOR, "Wouters", frozenset({DE_BIST}))
BERT, HOME, STRANGER = phone(10, 2), phone(10, 3), phone(10, 4)


async def answered(office: Office, report: int, *, by: Actor = ADMIN) -> int:
    return (await office.answers(report, by=by)).broadcast


async def heard_by(office: Office, number: str) -> list[int]:
    """What somebody hears who calls from there."""
    async with office.engine.connect() as connection:
        known = await known_caller(connection, number)
        assert known is not None
        return [one.broadcast for one in await past_alerts(connection, known)]


async def test_the_reporter_is_called_where_they_told_it_and_nobody_else_hears_of_it(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME, AN], "Bert": [BERT]})
    first = await office.sends()
    for number in (HOME, BERT):
        await office.calls(number, Outcome.CONFIRMED)
    await office.upkeep.tend()
    answer = await answered(office, await reported(office.engine))
    assert await office.called_with(answer) == {AN}
    assert set(await office.results(answer)) == {"An"}
    assert await heard_by(office, AN) == [answer, first.broadcast]
    assert await heard_by(office, BERT) == [first.broadcast]
    assert await office.count(f"broadcast WHERE id = {answer} AND code IS NULL AND follows IS NULL") == 1
    assert await office.count(f"member_report WHERE answered_with = {answer}") == 1


async def test_what_others_tell_next_is_no_answer_to_it(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    first = await office.sends()
    await answered(office, await reported(office.engine))
    report = await reported(office.engine, number=BERT)
    async with office.engine.connect() as connection:
        asked = text("SELECT broadcast_id FROM member_report WHERE id = :r")
        assert await connection.scalar(asked, {"r": report}) == first.broadcast


async def test_nobody_is_told_what_follows_an_answer(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    answer = await answered(office, await reported(office.engine))
    with pytest.raises(AnswersOne):
        await office.follows_up(answer, FollowUpKind.MORE)


async def test_who_nobody_knows_is_not_called(office: Office) -> None:
    """Of two who share a telephone, or where no member's number was shown, nobody knows who told it."""
    await network_of(office.engine, {"An": [AN], "Bert": [AN]})
    shared = await reported(office.engine)
    for report in (
        shared,
        await reported(office.engine, number=STRANGER),
        await reported(office.engine, number=None),
    ):
        with pytest.raises(NoReporter):
            await answered(office, report)
    with pytest.raises(UnknownReport):
        await answered(office, 99)
    assert await office.count("broadcast") == 0
    await office.ledger.leave(ADMIN, [2])
    assert await office.called_with(await answered(office, shared)) == {AN}


async def test_only_who_judges_reports_tells_their_reporters_something(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    with pytest.raises(NotInRole):
        await answered(office, await reported(office.engine), by=COORDINATOR)
    assert await office.count("broadcast") == 0
