"""Somebody reports again and again: all of it is kept and listed, and few of it rings officers."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from broadcast.duty_tables import DutyOutcome
from broadcast.responses import inbox
from broadcast.service_calls import duty
from broadcast.service_calls.duty import DutyRing
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.states import Worth
from directory.officers.duty import set_duty
from prompts.audio import tone
from tests.broadcast.test_duty import ends, next_ring, on_duty_are
from tests.support.office import NODE, Office
from tests.support.people import ADMIN, named, network_of, phone

AN, BERT, STRANGER = phone(10, 1), phone(10, 2), phone(10, 77)
SAID = tone(0.5)
RINGS, IS_KEPT = False, True


async def reports(
    engine: AsyncEngine,
    number: str | None,
    *,
    member: int | None = None,
    vouched: bool = False,
    broadcast: int | None = None,
) -> int:
    """Spoken, kept, and sent in a transaction of its own, as the line does."""
    async with engine.begin() as connection:
        started = await inbox.begin(
            connection,
            NODE,
            uuid4(),
            number=number,
            members=[] if member is None else [member],
            broadcast=broadcast,
            is_vouched=vouched,
        )
        await inbox.keep(connection, started.id, SAID)
    async with engine.begin() as connection:
        await inbox.send(connection, started.id)
    return started.id


async def marks(engine: AsyncEngine) -> list[bool]:
    """Which of the listed reports are one too many, oldest first."""
    async with engine.connect() as connection:
        return [one.beyond_limit for one in await inbox.reports(connection)]


async def age(engine: AsyncEngine, seconds: float) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(f"UPDATE member_report SET kept_at = kept_at - interval '{seconds} seconds'")
        )


@pytest.mark.parametrize(("number", "vouched"), [(STRANGER, True), (STRANGER, False), (None, False)])
async def test_three_ring_and_the_others_are_kept_and_marked(
    database: AsyncEngine, number: str | None, vouched: bool
) -> None:
    for _ in range(5):
        await reports(database, number, vouched=vouched)
    assert await marks(database) == [RINGS] * 3 + [IS_KEPT] * 2


async def test_what_is_sent_on_thirty_lines_at_once_rings_with_three(database: AsyncEngine) -> None:
    await asyncio.gather(*(reports(database, STRANGER, vouched=True) for _ in range(30)))
    assert sorted(await marks(database)) == [RINGS] * 3 + [IS_KEPT] * 27


async def test_numbers_that_could_be_forged_are_counted_together_and_keep_no_member_from_ringing(
    database: AsyncEngine,
) -> None:
    await network_of(database, {"An": [AN]})
    for n in range(5):
        await reports(database, phone(10, 80 + n))
    await reports(database, AN, member=1)
    await reports(database, STRANGER, vouched=True)
    assert await marks(database) == [RINGS] * 3 + [IS_KEPT] * 2 + [RINGS] * 2


@pytest.mark.parametrize(
    ("number", "vouched", "seconds", "mark"),
    [
        (STRANGER, True, 590, IS_KEPT),
        (STRANGER, True, 610, RINGS),
        (STRANGER, False, 70, IS_KEPT),
        (None, False, 50, IS_KEPT),
        (None, False, 70, RINGS),
    ],
)
async def test_a_number_may_ring_again_after_ten_minutes_and_who_withholds_it_after_one(
    database: AsyncEngine, number: str | None, vouched: bool, seconds: float, mark: bool
) -> None:
    for _ in range(3):
        await reports(database, number, vouched=vouched)
    await age(database, seconds)
    await reports(database, number, vouched=vouched)
    assert (await marks(database))[-1] is mark


async def test_who_is_judged_makes_room_and_what_was_too_much_stays_so(database: AsyncEngine) -> None:
    first, *_ = [await reports(database, STRANGER, vouched=True) for _ in range(4)]
    async with database.begin() as connection:
        await inbox.judge(connection, named("Maes"), first, Worth.USEFUL)
    await reports(database, STRANGER, vouched=True)
    assert await marks(database) == [RINGS, RINGS, IS_KEPT, RINGS]


async def test_a_tone_alone_takes_nobodys_place(database: AsyncEngine) -> None:
    for _ in range(3):
        await reports(database, STRANGER, vouched=True)
    async with database.begin() as connection:
        await connection.execute(text("UPDATE member_report SET only_tone = true"))
    await reports(database, STRANGER, vouched=True)
    assert await marks(database) == [RINGS] * 4


# Who is rung for them


async def rung(office: Office) -> list[int]:
    """For which reports, one call after the other, each of which nobody answers."""
    order = []
    while (ring := await next_ring(office)) is not None:
        order.append(ring.report)
        await ends(office, ring, DutyOutcome.NOT_PROVED)
    return order


async def alerted(office: Office) -> dict[str, int]:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    await office.sends()
    async with office.engine.connect() as connection:
        return {name: id_ for id_, name in await connection.execute(text("SELECT id, name FROM member"))}


async def test_what_is_too_much_rings_nobody(office: Office) -> None:
    await on_duty_are(office, ["4711"])
    members = await alerted(office)
    sent = [await reports(office.engine, AN, member=members["An"]) for _ in range(5)]
    assert set(await rung(office)) == set(sent[:3])


async def test_one_call_for_a_reporter_at_a_time_newest_first_and_others_take_their_turn(
    office: Office,
) -> None:
    await on_duty_are(office)
    members = await alerted(office)
    first, second = [await reports(office.engine, AN, member=members["An"]) for _ in range(2)]
    ring = await next_ring(office)
    assert ring is not None
    assert ring.report == second
    assert await next_ring(office) is None, "the second officer is not rung for the same reporter"
    bert = await reports(office.engine, BERT, member=members["Bert"])
    other = await next_ring(office)
    assert other is not None
    assert other.report == bert
    for one in (ring, other):
        await ends(office, one, DutyOutcome.WITHDRAWN)
    turns = await rung(office)
    assert turns[:4] == [second, bert, second, bert], "whoever reports more is not rung for more often"
    assert set(turns) == {first, second, bert}


async def test_two_nodes_ring_once_for_a_reporter(office: Office) -> None:
    await on_duty_are(office)
    members = await alerted(office)
    for _ in range(2):
        await reports(office.engine, AN, member=members["An"])
    rings = await asyncio.gather(*(next_ring(office, node=f"node {n}") for n in range(4)))
    assert len([ring for ring in rings if ring is not None]) == 1


async def test_a_flood_of_strangers_does_not_keep_a_member_waiting(office: Office) -> None:
    await on_duty_are(office, ["4711"])
    members = await alerted(office)
    async with office.engine.connect() as connection:
        [(broadcast,)] = await connection.execute(text("SELECT id FROM broadcast"))
    await reports(office.engine, None, broadcast=broadcast)
    await ends(office, await next_ring(office), DutyOutcome.NOT_PROVED)
    mine = await reports(office.engine, AN, member=members["An"])
    for n in range(5):
        await reports(office.engine, phone(10, 80 + n), broadcast=broadcast)
    ring = await next_ring(office)
    assert ring is not None
    assert ring.report == mine


FEW = DutyPolicy(after=0, again=0, a_day=4)


async def rings_with(office: Office, policy: DutyPolicy = FEW) -> DutyRing | None:
    async with office.engine.begin() as connection:
        return await duty.take(connection, NODE, policy)


async def test_a_telephone_where_nobody_knows_the_pin_is_rung_a_few_times_a_day(office: Office) -> None:
    """It may be a stranger's: a number that was entered wrong."""
    await on_duty_are(office, ["4711", "4712"])
    members = await alerted(office)
    for name, number in (("An", AN), ("Bert", BERT)):
        for _ in range(3):
            await reports(office.engine, number, member=members[name])
    officers = []
    while (ring := await rings_with(office)) is not None:
        officers.append(ring.officer)
        await ends(office, ring, DutyOutcome.NOT_PROVED)
    assert sorted(Counter(officers).values()) == [FEW.a_day] * 2
    async with office.engine.begin() as connection:
        assert set(await duty.not_rung(connection, FEW)) == set(officers)
    async with AsyncSession(office.engine) as session, session.begin():
        await set_duty(session, ADMIN, ["4711"])
    ring = await rings_with(office)
    assert ring is not None, "whoever is put on duty anew is rung again"
    await ends(office, ring, DutyOutcome.NOT_PROVED)
    async with office.engine.begin() as connection:
        await connection.execute(text("UPDATE duty SET since = since - interval '1 day'"))
        assert await duty.not_rung(connection, FEW)
        await connection.execute(text("UPDATE duty_call SET placed_at = placed_at - interval '1 day'"))
    assert await rings_with(office) is not None, "the next day is another one"


async def test_an_officer_who_types_the_pin_is_rung_as_before(office: Office) -> None:
    await on_duty_are(office, ["4711"])
    members = await alerted(office)
    for _ in range(3):
        await reports(office.engine, AN, member=members["An"])
    for outcome in [DutyOutcome.NOT_PROVED] * 3 + [DutyOutcome.HEARD] + [DutyOutcome.NOT_PROVED] * 4:
        await ends(office, await rings_with(office), outcome)
    assert await rings_with(office) is None
