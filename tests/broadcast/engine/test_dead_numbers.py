"""Numbers that do not exist, alert by alert: believed late, tried now and then, revived by any answer."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from broadcast.ledger.callback import recognise
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.queue import AttemptQueue
from broadcast.rules.dead_numbers import TELEPHONE
from broadcast.states import Outcome
from broadcast.tables import Attempt, Broadcast
from directory.tables import Number
from tests.support.office import Office
from tests.support.people import hold_for_dead, network_of, phone

AN, BERT, HOME = phone(10, 1), phone(10, 2), phone(20, 3)
PEOPLE = {"An": [AN], "Bert": [HOME, BERT], "Chris": [HOME]}
DAY = timedelta(days=1)


async def alert(office: Office, outcomes: dict[str, Outcome]) -> int:
    """An alert that is over; each number that is called ends so, the others as confirmed."""
    sent = await office.sends()
    while open_calls := await office.open_calls():
        for number in sorted(open_calls):
            if number in await office.open_calls():
                await office.calls(number, outcomes.get(number, Outcome.CONFIRMED))
    assert (await office.upkeep.tend()).closed == 1
    return sent.broadcast


async def pass_by(office: Office, time: timedelta) -> None:
    """So much later, by what the rows say."""
    async with office.engine.begin() as connection:
        for column in (
            *(Broadcast.created_at, Broadcast.closed_at, Attempt.dialled_at, Attempt.ended_at),
            *(Number.said_dead_since, Number.said_dead_at, Number.dead_since),
        ):
            await connection.execute(update(column.class_).values({column.key: column - time}))


async def said_dead(office: Office) -> set[str]:
    async with office.engine.connect() as connection:
        return set(await connection.scalars(select(Number.e164).where(Number.said_dead_at.is_not(None))))


async def dead(office: Office) -> list[str]:
    """Of each member."""
    async with office.engine.connect() as connection:
        asked = select(Number.e164).where(Number.dead_since.is_not(None)).order_by(Number.e164)
        return list(await connection.scalars(asked))


async def test_a_number_that_does_not_exist_is_called_once_more_and_not_yet_dead(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    broadcast = await alert(office, {HOME: Outcome.DEAD_NUMBER})
    recipients = await office.recipients(broadcast)
    assert [call.outcome for call in recipients["Bert"].calls] == ["dead_number", "dead_number", "confirmed"]
    assert (await dead(office), await said_dead(office)) == ([], {HOME})
    assert (await office.sends()).only_dead_numbers == []
    assert HOME in await office.open_calls()


async def test_two_alerts_a_day_apart_make_it_dead_for_all_and_who_has_no_other_is_named(
    office: Office,
) -> None:
    await network_of(office.engine, PEOPLE)
    await alert(office, {HOME: Outcome.DEAD_NUMBER})
    await alert(office, {HOME: Outcome.DEAD_NUMBER})
    assert await dead(office) == [], "two of one day"
    await pass_by(office, DAY)
    await alert(office, {HOME: Outcome.DEAD_NUMBER})
    assert await dead(office) == [HOME, HOME]
    sent = await office.sends()
    assert (await office.open_calls()).keys() == {AN, BERT}
    assert (sent.recipients, sent.without_number, sent.only_dead_numbers) == (3, 1, ["Chris"])
    assert (await office.results(sent.broadcast))["Chris"] == ("final", "nothing")


async def test_while_nobody_gets_through_it_is_the_trunk(office: Office) -> None:
    """One call that got through two hours before tells nothing of the trunk now."""
    await network_of(office.engine, PEOPLE)
    everybody = dict.fromkeys((AN, BERT, HOME), Outcome.DEAD_NUMBER)
    for _ in range(3):
        await alert(office, everybody)
        await pass_by(office, DAY)
    assert await said_dead(office) == set()
    await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await pass_by(office, timedelta(hours=2))
    while HOME in await office.open_calls():
        await office.calls(HOME, Outcome.DEAD_NUMBER)
    await office.calls(BERT, Outcome.DEAD_NUMBER)
    await office.calls(BERT, Outcome.DEAD_NUMBER)
    assert (await office.upkeep.tend()).closed == 1
    assert await said_dead(office) == set()


async def test_an_alert_to_one_person_is_believed_when_those_of_the_same_hour_got_through(
    office: Office,
) -> None:
    await network_of(office.engine, {"Chris": [HOME]})
    await network_of(office.engine, {"An": [AN]}, slug="witven")
    for age, believed in ((timedelta(hours=2), set[str]()), (timedelta(minutes=50), {HOME})):
        await office.sends(to=["witven"])
        await office.calls(AN, Outcome.BUSY)
        await office.calls(AN, Outcome.CONFIRMED)
        await office.upkeep.tend()
        await pass_by(office, age)
        await alert(office, {HOME: Outcome.DEAD_NUMBER})
        assert await said_dead(office) == believed


async def test_a_telephone_that_another_alert_meets_meanwhile_is_there(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Chris": [HOME]})
    await network_of(office.engine, {"Dirk": [HOME]}, slug="witven")
    await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await office.calls(HOME, Outcome.DEAD_NUMBER)
    await office.calls(HOME, Outcome.DEAD_NUMBER)
    await office.sends(to=["witven"])
    await office.calls(HOME, Outcome.HEARD)
    assert (await office.upkeep.tend()).closed == 2
    assert await said_dead(office) == set()


async def test_the_trunk_of_another_node_tells_nothing_of_this_one(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    await office.sends()
    await office.ends((await office.takes(AN, node="herselt")).attempt, Outcome.CONFIRMED)
    await office.calls(HOME, Outcome.DEAD_NUMBER)
    await office.ends((await office.takes(BERT, node="herselt")).attempt, Outcome.CONFIRMED)
    await office.calls(HOME, Outcome.DEAD_NUMBER)
    assert (await office.upkeep.tend()).closed == 1
    assert await said_dead(office) == set()


async def test_a_simulated_trunk_tells_nothing_of_real_numbers(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await network_of(office.engine, PEOPLE)
    simulated = Ledger(office.engine, AttemptQueue(office.app), office.retry, simulated=True)
    monkeypatch.setattr(type(office), "ledger", simulated)
    for _ in range(2):
        await alert(office, {HOME: Outcome.DEAD_NUMBER})
        await pass_by(office, DAY)
    assert await said_dead(office) == set()
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, AN, at=await office.now() - 31 * DAY)
    await alert(office, {})
    assert await dead(office) == [AN], "nor does an answer there"


@pytest.mark.parametrize("outcome", sorted(TELEPHONE - {Outcome.CONFIRMED_BY_CALLBACK}))
async def test_a_dead_number_is_tried_once_a_month_and_any_telephone_there_revives_it(
    office: Office, outcome: Outcome
) -> None:
    await network_of(office.engine, PEOPLE)
    now = await office.now()
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, HOME, at=now - 29 * DAY)
    await office.sends()
    assert HOME not in await office.open_calls()
    await office.calls(AN, Outcome.CONFIRMED)
    await office.calls(BERT, Outcome.CONFIRMED)
    await office.upkeep.tend()
    await pass_by(office, DAY)
    sent = await office.sends()
    assert HOME in await office.open_calls()
    assert (sent.without_number, sent.only_dead_numbers) == (0, ["Chris"])
    await office.calls(HOME, outcome)
    assert await said_dead(office) == set(), "at once"


async def test_a_dead_number_that_is_tried_in_vain_rests_for_another_month(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, HOME, at=await office.now() - 30 * DAY)
        since = await connection.scalar(select(func.max(Number.dead_since)))
    await alert(office, {HOME: Outcome.DEAD_NUMBER})
    await office.sends()
    assert HOME not in await office.open_calls()
    async with office.engine.connect() as connection:
        assert await connection.scalar(select(func.max(Number.dead_since))) == since


async def test_a_try_that_the_trunk_refuses_is_made_again_with_the_next_alert(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, HOME, at=await office.now() - 30 * DAY)
    await alert(office, dict.fromkeys((AN, BERT, HOME), Outcome.DEAD_NUMBER))
    await office.sends()
    assert HOME in await office.open_calls()


async def test_what_was_once_found_is_forgotten_when_a_telephone_rings_there(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    await alert(office, {HOME: Outcome.DEAD_NUMBER})
    await pass_by(office, DAY)
    await alert(office, {HOME: Outcome.NO_ANSWER})
    await pass_by(office, DAY)
    await alert(office, {HOME: Outcome.DEAD_NUMBER})
    assert (await dead(office), await said_dead(office)) == ([], {HOME})


async def test_a_number_that_rang_in_this_alert_exists_whatever_the_second_call_says(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Chris": [HOME]})
    await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await office.calls(HOME, Outcome.NO_ANSWER)
    await office.calls(HOME, Outcome.DEAD_NUMBER)
    await office.calls(HOME, Outcome.DEAD_NUMBER)
    assert (await office.upkeep.tend()).closed == 1
    assert await said_dead(office) == set()


async def test_who_calls_back_and_confirms_has_a_telephone(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, HOME, at=await office.now())
    await office.ledger.confirm_by_callback(sent.broadcast, HOME)
    assert await said_dead(office) == set()


async def test_who_calls_us_from_a_dead_number_has_a_telephone(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, HOME, BERT, at=await office.now())
        caller = await recognise(connection, HOME)
        assert await recognise(connection, phone(10, 99)) is None
    assert caller is not None
    assert caller.names == ["Bert", "Chris"]
    assert await dead(office) == [BERT]


async def test_calls_of_before_it_was_noted_where_they_went_are_no_evidence(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await office.calls(BERT if BERT in await office.open_calls() else HOME, Outcome.DEAD_NUMBER)
    async with office.engine.begin() as connection:
        await connection.execute(text("UPDATE attempt SET simulated = NULL"))
    await office.calls(BERT, Outcome.CONFIRMED)
    await office.calls(HOME, Outcome.DEAD_NUMBER)
    assert (await office.upkeep.tend()).closed == 1
    assert await said_dead(office) == {HOME}, "by the calls since"


async def test_a_list_of_which_most_is_dead_is_judged_in_parts(office: Office) -> None:
    """More than are written together, and each as its own past says."""
    await network_of(office.engine, {"An": [AN]})
    async with office.engine.begin() as connection:
        await connection.execute(
            text(
                "WITH lid AS (INSERT INTO member (name) SELECT 'Lid ' || n FROM generate_series(1, 12000) n"
                " RETURNING id, name), wie AS (INSERT INTO membership (member_id, network_id)"
                " SELECT lid.id, network.id FROM lid, network) INSERT INTO number (member_id, e164)"
                " SELECT id, '+99920' || lpad(substr(name, 5), 6, '0') FROM lid"
            )
        )
        await hold_for_dead(connection, phone(20, 7), at=await office.now() - 31 * DAY)
        await connection.execute(
            update(Number)
            .where(Number.e164 == phone(20, 9))
            .values(said_dead_since=datetime(2026, 1, 1, tzinfo=UTC), said_dead_at=func.now())
        )
    office.policy = office.policy.model_copy(update={"enlist_at_once": 20_000})
    sent = await office.sends()
    node = {"node": "westerlo", "id": sent.broadcast}
    async with office.engine.begin() as connection:
        await connection.execute(text("DELETE FROM attempt"))
        await connection.execute(
            text(
                "INSERT INTO attempt (id, broadcast_id, recipient_id, e164, state, due_at, ended_at, node,"
                " simulated, outcome) SELECT gen_random_uuid(), :id, recipient_id, e164, 'done', now(),"
                " now(), :node, false, CASE WHEN e164 LIKE '+99910%' THEN 'heard' ELSE 'dead_number' END"
                " FROM recipient_number"
            ),
            node,
        )
        await connection.execute(text("UPDATE recipient SET state = 'final', opened = true"))
    assert (await office.upkeep.tend()).closed == 1
    assert len(await said_dead(office)) == 12_000
    assert await dead(office) == [phone(20, 7), phone(20, 9)]
