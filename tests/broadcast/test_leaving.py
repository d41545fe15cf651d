"""Members who want no more calls: nobody is rung for them, and a forged wish rings nobody for long."""

import asyncio
from datetime import timedelta

from sqlalchemy import text, update

from broadcast.leave_tables import LeaveCall, LeaveOutcome, LeaveWish
from broadcast.ledger.locks import lock_members
from broadcast.service_calls import leaving, own_calls
from broadcast.service_calls.leave_policy import LeavePolicy
from broadcast.service_calls.leaving import LeaveBook, LeaveRing
from broadcast.states import Outcome
from tests.support.office import NODE, Office
from tests.support.people import ADMIN, network_of, phone
from tests.support.stirring import taken_as_by_a_line

MOBILE, HOME, WORK = phone(10, 1), phone(10, 2), phone(10, 3)
AT_ONCE = LeavePolicy(after=0, again=0)


async def members(office: Office) -> dict[str, int]:
    async with office.engine.connect() as connection:
        return {name: id_ for id_, name in await connection.execute(text("SELECT id, name FROM member"))}


async def leaves(office: Office, *names: str) -> list[str]:
    """The numbers of the phones that have to be stopped, as attempts."""
    known = await members(office)
    return [str(attempt) for attempt in await office.ledger.leave(ADMIN, [known[name] for name in names])]


async def asks(office: Office, number: str = HOME, policy: LeavePolicy = AT_ONCE) -> bool:
    async with office.engine.begin() as connection:
        return await leaving.ask_to_leave(connection, number, policy)


async def next_ring(office: Office, policy: LeavePolicy = AT_ONCE) -> LeaveRing | None:
    async with office.engine.begin() as connection:
        return await taken_as_by_a_line(connection, LeaveBook(policy), NODE)


async def ends(office: Office, ring: LeaveRing | None, outcome: LeaveOutcome) -> None:
    assert ring is not None
    async with office.engine.begin() as connection:
        await own_calls.close(connection, LeaveCall, ring.id, outcome)


async def test_nobody_is_rung_any_more_for_who_left(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME, MOBILE]})
    sent = await office.sends()
    assert await leaves(office, "An") == []
    assert await office.open_calls() == {}
    assert await office.results(sent.broadcast) == {"An": ("final", "nothing")}


async def test_the_results_say_who_left(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    sent = await office.sends()
    await leaves(office, "An")
    recipients = await office.recipients(sent.broadcast)
    assert (recipients["An"].left_on is None, recipients["Bert"].left_on is None) == (False, True)


async def test_a_phone_that_rings_at_that_moment_is_to_be_stopped(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    await office.sends()
    ringing = await office.takes(HOME)
    assert await leaves(office, "An") == [str(ringing.attempt)]


async def test_who_shares_the_number_is_still_called(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [HOME, WORK]})
    sent = await office.sends()
    assert await leaves(office, "An") == []
    results = await office.results(sent.broadcast)
    assert results == {"An": ("final", "nothing"), "Bert": ("waiting", "nothing")}
    assert (await office.open_calls()).keys() == {HOME}


async def test_who_left_after_a_part_of_it_is_not_rung_again_for_the_rest(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    sent = await office.sends()
    await office.calls(HOME, Outcome.PARTIAL)
    assert (await office.open_calls()).keys() == {HOME}
    await leaves(office, "An")
    assert await office.results(sent.broadcast) == {"An": ("final", "partial")}
    assert await office.open_calls() == {}


async def test_who_left_is_in_no_later_alert(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    await leaves(office, "An")
    sent = await office.sends()
    assert (await office.results(sent.broadcast)).keys() == {"Bert"}


async def test_a_phone_that_rings_from_another_node_is_stopped_there(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    await office.sends()
    ringing = await office.takes(HOME)
    assert await office.ledger.needless(NODE) == []
    await leaves(office, "An")
    assert await office.ledger.needless(NODE) == [ringing.attempt]
    assert await office.ledger.needless("another") == []


async def test_who_leaves_while_an_alert_is_begun_is_not_called_with_it(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    async with office.engine.begin() as connection:
        await lock_members(connection, change=False)
        leaving_now = asyncio.create_task(leaves(office, "An"))
        await asyncio.wait({leaving_now}, timeout=0.3)
        assert not leaving_now.done(), "it waits for the alert that is being begun"
    await leaving_now


# The call that makes sure


async def test_a_wish_is_followed_by_a_call_once_the_phone_may_be_down(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    await asks(office)
    assert await next_ring(office, LeavePolicy(after=60)) is None
    ring = await next_ring(office)
    assert ring is not None
    assert ring.number == HOME
    assert await next_ring(office) is None, "it is being called"


async def test_who_does_not_answer_is_called_again_and_not_for_ever(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    await asks(office)
    for _ in range(AT_ONCE.rounds):
        await ends(office, await next_ring(office), LeaveOutcome.UNANSWERED)
    assert await next_ring(office) is None


async def test_who_answered_is_not_called_again_whatever_they_chose(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    for outcome in (LeaveOutcome.LEFT, LeaveOutcome.STAYED):
        await asks(office)
        await ends(office, await next_ring(office), outcome)
        assert await next_ring(office) is None


async def test_a_call_that_vanished_with_a_node_is_placed_again(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    await asks(office)
    await ends(office, await next_ring(office), LeaveOutcome.LOST)
    assert await next_ring(office) is not None


async def test_who_asks_twice_is_called_once(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    await asks(office)
    await asks(office)
    await ends(office, await next_ring(office), LeaveOutcome.LEFT)
    assert await next_ring(office) is None


async def test_a_forged_number_is_rung_a_few_times_in_a_day_at_most(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    for _ in range(AT_ONCE.a_day):
        await asks(office)
        await ends(office, await next_ring(office), LeaveOutcome.STAYED)
    assert not await asks(office)
    assert await next_ring(office) is None
    assert await asks(office, WORK)
    assert await next_ring(office) is not None, "others are not concerned"


async def test_a_forged_number_is_not_rung_more_often_because_nobody_picks_up(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    rung, asked = 0, [await asks(office) for _ in range(3)]
    for _ in range(AT_ONCE.a_day):
        while (ring := await next_ring(office)) is not None:
            rung += 1
            await ends(office, ring, LeaveOutcome.UNANSWERED)
        asked.append(await asks(office))
    assert rung == AT_ONCE.calls_a_day
    assert asked[-1] is False, "and who asks is told so"
    assert await asks(office, WORK)
    async with office.engine.begin() as connection:
        for column in ("leave_wish SET asked_at = asked_at", "leave_call SET placed_at = placed_at"):
            await connection.execute(text(f"UPDATE {column} - interval '1 day'"))
    assert await asks(office)
    assert await next_ring(office) is not None, "the next day is another one"


async def test_wishes_from_one_number_at_the_same_moment_are_one(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    assert await asyncio.gather(*(asks(office) for _ in range(10))) == [True] * 10
    assert await office.count("leave_wish") == 1


async def test_an_old_wish_is_not_followed(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    await asks(office)
    async with office.engine.begin() as connection:
        await connection.execute(update(LeaveWish).values(asked_at=LeaveWish.asked_at - timedelta(hours=1)))
    assert await next_ring(office) is None


async def test_who_left_meanwhile_in_another_way_is_not_rung(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [WORK]})
    await asks(office)
    ring = await next_ring(office)
    assert ring is not None
    async with office.engine.connect() as connection:
        assert await leaving.no_longer_needed(connection, [ring.id]) == []
    await leaves(office, "An")
    async with office.engine.connect() as connection:
        assert await leaving.no_longer_needed(connection, [ring.id]) == [ring.id]
    await ends(office, ring, LeaveOutcome.LOST)
    assert await next_ring(office) is None
