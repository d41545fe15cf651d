"""Who calls back and confirms is not rung any more, and neither is anybody else behind that number."""

import pytest
from sqlalchemy import func, select, update

from broadcast.errors import NoCode, UnknownBroadcast
from broadcast.ledger.callback import (
    CODE_WORKS_FOR,
    PastAlert,
    alert_with_code,
    known_caller,
    number_meant,
    past_alerts,
)
from broadcast.states import Outcome
from broadcast.tables import Attempt, Broadcast
from directory.possible_numbers import possible_numbers
from tests.support.office import Office
from tests.support.people import named, network_of, phone

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


async def test_those_who_share_a_number_hear_the_alerts_of_all_their_networks(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    await network_of(office.engine, {"Bert": [HOME]}, slug="elsewhere", languages={"Bert": "fr"})
    first, second = await office.sends(), await office.sends(to=["elsewhere"])
    async with office.engine.connect() as connection:
        both = await known_caller(connection, HOME)
        assert both is not None
        assert (both.names, both.language) == (["An", "Bert"], "nl")
        hears = await past_alerts(connection, both)
    assert [one.broadcast for one in hears] == [second.broadcast, first.broadcast]


async def code_of(office: Office, broadcast: int) -> str:
    async with office.engine.connect() as connection:
        return str(await connection.scalar(select(Broadcast.code).where(Broadcast.id == broadcast)))


async def with_code(office: Office, code: str, language: str = "nl") -> PastAlert | None:
    async with office.engine.connect() as connection:
        return await alert_with_code(connection, code, language)


async def test_who_has_its_code_hears_the_alert_in_their_language_or_in_another(office: Office) -> None:
    await network_of(office.engine, {"Anne": [HOME], "Bert": [WORK]}, languages={"Anne": "fr"})
    sent = await office.sends({"nl": "Brand.", "fr": "Incendie."})
    code = await code_of(office, sent.broadcast)
    assert (len(code), code.isdigit()) == (6, True)
    found = [await with_code(office, code, language) for language in ("nl", "fr", "de")]
    assert {one.broadcast for one in found if one} == {sent.broadcast}
    assert len({one.audio for one in found if one}) == 2


async def test_a_code_that_is_withdrawn_opens_nothing_and_the_alert_goes_on(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    sent, other = await office.sends(), await office.sends()
    code = await code_of(office, sent.broadcast)
    await office.desk.withdraw_code(named("Maes"), sent.broadcast)
    assert await with_code(office, code) is None
    assert await with_code(office, await code_of(office, other.broadcast)) is not None
    assert await office.count("attempt WHERE state = 'queued'") == 2
    assert (await office.progress(sent.broadcast)).code_withdrawn_at is not None
    assert (await office.progress(other.broadcast)).code_withdrawn_at is None
    with pytest.raises(NoCode):
        await office.desk.withdraw_code(named("Claes"), sent.broadcast)
    with pytest.raises(UnknownBroadcast):
        await office.desk.withdraw_code(named("Claes"), 999)
    assert await office.count("broadcast WHERE code_withdrawn_by = 'Maes'") == 1


async def test_no_other_code_opens_an_alert_nor_its_own_when_it_was_taken_back_or_is_old(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [HOME]})
    stopped, old = await office.sends(), await office.sends()
    codes = [await code_of(office, one.broadcast) for one in (stopped, old)]
    wrong = next(code for code in ("000000", "000001", "000002") if code not in codes)
    assert [await with_code(office, code) for code in (wrong, "", "#")] == [None] * 3
    await office.desk.stop(named("Maes"), stopped.broadcast)
    async with office.engine.begin() as connection:
        long_ago = Broadcast.created_at - CODE_WORKS_FOR
        await connection.execute(
            update(Broadcast).where(Broadcast.id == old.broadcast).values(created_at=long_ago)
        )
    assert [await with_code(office, code) for code in codes] == [None] * 2


async def test_who_calls_is_the_member_that_the_digits_may_mean(office: Office) -> None:
    dutch, belgian = "+31612345606", "+32475000001"
    await network_of(office.engine, {"An": [belgian], "Jan": [dutch]})
    async with office.engine.connect() as connection:
        for text, number in {
            "0475000001": belgian,
            "32475000001": belgian,
            "0612345606": dutch,
            "31612345606": dutch,
            "0612345607": None,
            "0475000002": "+32475000002",
            "anonymous": None,
        }.items():
            assert await number_meant(connection, possible_numbers(text, "BE")) == number, text
