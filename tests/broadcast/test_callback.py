"""Who calls back and confirms is not rung any more, and neither is anybody else behind that number."""

from sqlalchemy import func, select

from broadcast.callback import known_caller, past_alerts
from broadcast.states import Outcome
from broadcast.tables import Attempt
from tests.broadcast.conftest import Office
from tests.people import network_of, phone

MOBILE, HOME, WORK = phone(10, 1), phone(10, 2), phone(10, 3)


async def test_a_confirmation_by_callback_is_final_and_cancels_what_is_queued(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME, MOBILE]})
    sent = await office.sends()
    assert (await office.open_calls()).keys() == {HOME}
    assert await office.ledger.confirm_by_callback(sent.broadcast, MOBILE) == []
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}
    assert await office.open_calls() == {}


async def test_a_phone_that_rings_at_that_moment_is_to_be_stopped(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME, MOBILE]})
    sent = await office.sends()
    ringing = await office.takes(HOME)
    assert await office.ledger.confirm_by_callback(sent.broadcast, MOBILE) == [ringing.attempt]


async def test_it_counts_for_everyone_behind_the_number_and_for_nobody_else(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK, HOME], "Chris": [WORK]})
    sent = await office.sends()
    await office.ledger.confirm_by_callback(sent.broadcast, HOME)
    results = await office.results(sent.broadcast)
    assert results["An"] == results["Bert"] == ("final", "confirmed")
    assert results["Chris"] == ("waiting", "nothing")
    assert (await office.open_calls()).keys() == {WORK}, "Chris is still called, at the number Bert has too"


async def test_who_confirms_twice_is_written_down_once(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    sent = await office.sends()
    for _ in range(2):
        await office.ledger.confirm_by_callback(sent.broadcast, HOME)
    async with office.engine.connect() as connection:
        outcomes = select(func.count()).where(Attempt.outcome == Outcome.CONFIRMED_BY_CALLBACK)
        assert await connection.scalar(outcomes) == 1


async def test_who_only_heard_it_may_still_confirm_when_all_is_over(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    sent = await office.sends()
    await office.calls(HOME, Outcome.HEARD)
    await office.upkeep.tend()
    await office.ledger.confirm_by_callback(sent.broadcast, HOME)
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}


async def test_a_number_that_was_not_in_the_broadcast_confirms_nothing(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    sent = await office.sends()
    await office.ledger.confirm_by_callback(sent.broadcast, WORK)
    assert await office.results(sent.broadcast) == {"An": ("waiting", "nothing")}


async def test_a_caller_is_known_by_number_and_hears_their_alerts_newest_first(office: Office) -> None:
    await network_of(office.engine, {"Anne": [HOME], "Bert": [WORK]}, languages={"Anne": "fr"})
    await network_of(office.engine, {"Chris": [MOBILE]}, slug="elsewhere")
    first = await office.sends({"nl": "Eerste.", "fr": "Premier."})
    second = await office.sends({"nl": "Tweede.", "fr": "Deuxieme."})
    await office.sends(to=["elsewhere"])
    async with office.engine.connect() as connection:
        anne, bert = [await known_caller(connection, number) for number in (HOME, WORK)]
        assert anne is not None
        assert bert is not None
        assert (anne.language, bert.language) == ("fr", "nl")
        hears = [await past_alerts(connection, one) for one in (anne, bert)]
        assert await known_caller(connection, phone(10, 99)) is None
    for alerts in hears:
        assert [one.broadcast for one in alerts] == [second.broadcast, first.broadcast]
    assert hears[0][0].audio != hears[1][0].audio
