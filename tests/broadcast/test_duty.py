"""Who is rung for a report that nobody takes up, and when: written before anybody is."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from broadcast.duty_tables import DutyCall, DutyOutcome
from broadcast.responses import inbox
from broadcast.service_calls import duty, own_calls
from broadcast.service_calls.duty import DutyBook, DutyRing
from broadcast.service_calls.duty_policy import DutyPolicy
from directory.errors import LockedOut, UnknownOfficer
from directory.officers.duty import is_proved, on_duty, set_duty
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.officers import add_officer, officers
from tests.support.office import NODE, Office, lapse
from tests.support.people import ADMIN, named, network_of, phone
from tests.support.reports import AN, reported
from tests.support.stirring import taken_as_by_a_line

AT_ONCE = DutyPolicy(after=0, again=0)
BERT = phone(10, 5)
PINS = {"4711": "846203", "4712": "730581"}


async def on_duty_are(office: Office, order: Sequence[str] = ("4711", "4712")) -> None:
    """Two officers, and the order in which they are rung."""
    async with AsyncSession(office.engine) as session, session.begin():
        for nth, (number, pin) in enumerate(PINS.items()):
            await add_officer(
                session, ADMIN, number, name=f"Inspecteur {number}", phone=phone(29, nth), pin=pin
            )
        await set_duty(session, ADMIN, order)


async def reported_during_an_alert(office: Office) -> int:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    await office.sends()
    return await reported(office.engine)


async def next_ring(office: Office, policy: DutyPolicy = AT_ONCE, node: str = NODE) -> DutyRing | None:
    async with office.engine.begin() as connection:
        return await taken_as_by_a_line(connection, DutyBook(policy), node)


async def ends(office: Office, ring: DutyRing | None, outcome: DutyOutcome) -> None:
    assert ring is not None
    async with office.engine.begin() as connection:
        await own_calls.close(connection, DutyCall, ring.id, outcome)


async def number_of(office: Office, ring: DutyRing | None) -> str | None:
    if ring is None:
        return None
    async with office.engine.connect() as connection:
        return next(one.number for one in await officers(connection) if one.id == ring.officer)


async def test_the_first_on_duty_is_rung_then_the_next_then_the_first_again_and_not_for_ever(
    office: Office,
) -> None:
    await on_duty_are(office)
    report = await reported_during_an_alert(office)
    rung = []
    while (ring := await next_ring(office)) is not None:
        assert ring.report == report
        assert await next_ring(office) is None, "one call at a time"
        rung.append(await number_of(office, ring))
        await ends(office, ring, DutyOutcome.NOT_PROVED)
    assert rung == ["4711", "4712"] * AT_ONCE.rounds


async def test_nobody_is_rung_too_soon_nor_again_before_a_while(office: Office) -> None:
    await on_duty_are(office, ["4711"])
    await reported_during_an_alert(office)
    assert await next_ring(office, DutyPolicy(after=60, again=0)) is None
    await ends(office, await next_ring(office), DutyOutcome.HEARD)
    assert await next_ring(office, DutyPolicy(after=0, again=120)) is None


async def test_a_report_that_is_taken_rings_nobody_and_stops_who_is_rung(office: Office) -> None:
    await on_duty_are(office)
    report = await reported_during_an_alert(office)
    ring = await next_ring(office)
    assert ring is not None
    async with office.engine.begin() as connection:
        assert await duty.no_longer_needed(connection, [ring.id]) == []
        await inbox.claim(connection, named("Claes"), report)
        assert await duty.no_longer_needed(connection, [ring.id]) == [ring.id]
    await ends(office, ring, DutyOutcome.WITHDRAWN)
    assert await next_ring(office) is None


@pytest.mark.parametrize("change", ["urgent = false", "expires_at = clock_timestamp()", None])
async def test_only_reports_on_a_live_urgent_alert_ring(office: Office, change: str | None) -> None:
    await on_duty_are(office)
    if change is None:
        await reported(office.engine, number=None)
    else:
        await reported_during_an_alert(office)
        async with office.engine.begin() as connection:
            await connection.execute(text(f"UPDATE broadcast SET {change}"))
    assert await next_ring(office) is None


async def test_an_officer_on_the_phone_is_not_rung_for_another_report_but_the_next_one_is(
    office: Office,
) -> None:
    await on_duty_are(office)
    await reported_during_an_alert(office)
    first = await next_ring(office)
    await reported(office.engine, number=BERT)
    second, third = await next_ring(office), await next_ring(office)
    assert [await number_of(office, one) for one in (first, second, third)] == ["4711", "4712", None]


async def test_two_nodes_that_look_at_once_ring_once(office: Office) -> None:
    await on_duty_are(office, ["4711"])
    await reported_during_an_alert(office)
    rings = await asyncio.gather(*(next_ring(office, node=f"node {n}") for n in range(4)))
    assert len([ring for ring in rings if ring is not None]) == 1


async def test_a_call_of_a_dead_node_is_lost_and_others_are_rung_until_it_must_be_over(
    office: Office,
) -> None:
    await on_duty_are(office)
    await reported_during_an_alert(office)
    await office.lease_of(NODE)
    alive, dead = await next_ring(office), "elsewhere"
    async with office.engine.begin() as connection:
        assert await own_calls.calls_of_dead_nodes(connection, DutyCall, sparing="") == set()
    await ends(office, alive, DutyOutcome.NOT_PROVED)
    await ends(office, await next_ring(office), DutyOutcome.NOT_PROVED)
    lost = await next_ring(office, node=dead)
    assert lost is not None
    async with office.engine.begin() as connection:
        assert await own_calls.calls_of_dead_nodes(connection, DutyCall, sparing=NODE) == {lost.id}
        await own_calls.give_up(connection, DutyCall, {lost.id})
        assert await own_calls.under_way(connection, DutyCall, duty.RINGS, dead) == []
    another = await next_ring(office)
    assert await number_of(office, another) != await number_of(office, lost), "its PBX may live"
    await ends(office, another, DutyOutcome.NOT_PROVED)
    async with office.engine.begin() as connection:
        await connection.execute(text("UPDATE open_call SET over_by = now()"))
    await office.upkeep.free_numbers()
    assert await number_of(office, await next_ring(office)) == await number_of(office, lost)


async def test_a_node_whose_lease_lapsed_leaves_its_own_calls_alone_and_takes_none_of_who_is_back(
    office: Office,
) -> None:
    """The database was away: at the first look every node seems to be dead."""
    await on_duty_are(office, ["4711"])
    await reported_during_an_alert(office)
    ring = await next_ring(office)
    assert ring is not None
    await lapse(office, NODE)
    async with office.engine.begin() as connection:
        assert await own_calls.calls_of_dead_nodes(connection, DutyCall, sparing=NODE) == set()
        assert await own_calls.calls_of_dead_nodes(connection, DutyCall, sparing="another") == {ring.id}
    await office.lease.claim()
    async with office.engine.begin() as connection:
        await own_calls.give_up(connection, DutyCall, {ring.id})
        [row] = await own_calls.under_way(connection, DutyCall, duty.RINGS, NODE)
        assert DutyRing(*row) == ring


async def test_what_is_told_of_a_report_names_the_networks_of_the_reporter_and_of_the_alert(
    office: Office,
) -> None:
    report = await reported_during_an_alert(office)
    async with office.engine.connect() as connection:
        told = await duty.told(connection, report)
    assert (told.network, list(told.alerted)) == ("BIN De Bist", ["BIN De Bist"])
    assert told.seconds == pytest.approx(2.0)


async def test_the_order_of_duty_can_be_changed_and_holds_officers_only(office: Office) -> None:
    await on_duty_are(office)
    async with AsyncSession(office.engine) as session, session.begin():
        assert [one.number for one in await set_duty(session, ADMIN, ["4712", "4711"])] == ["4712", "4711"]
        with pytest.raises(UnknownOfficer):
            await set_duty(session, ADMIN, ["4712", "9999"])
        assert await set_duty(session, ADMIN, []) == []
        assert await on_duty(await session.connection()) == []


async def test_wrong_pins_on_duty_calls_have_a_count_of_their_own(office: Office) -> None:
    await on_duty_are(office)
    async with office.engine.connect() as connection:
        [maes, claes] = await on_duty(connection)
    policy = LockoutPolicy(free=2)
    assert await is_proved(office.engine, maes, PINS["4711"], policy)
    for _ in range(2):
        assert not await is_proved(office.engine, maes, PINS["4712"], policy)
    with pytest.raises(LockedOut):
        await is_proved(office.engine, maes, PINS["4711"], policy)
    assert await is_proved(office.engine, claes, PINS["4712"], policy)
