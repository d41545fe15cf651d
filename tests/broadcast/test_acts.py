"""What people do: allowed by role and network, in one place, and in the journal with the act itself."""

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from broadcast.draft import Draft
from broadcast.engine import nodes
from broadcast.responses import inbox
from broadcast.service_calls import trials
from broadcast.states import FollowUpKind, Worth
from broadcast.steering.addition import Additions
from broadcast.steering.pace import set_pace
from broadcast.steering.pause import pause, resume
from directory.actor import Actor, Kind, Role, members
from directory.acts import Act
from directory.dead_numbers import revive_numbers_of
from directory.errors import NotInRole, NotTheirNetwork, SignInRefused
from directory.journal.book import entries, whole
from directory.journal.chain import judge
from directory.lists.importer import import_members
from directory.officers.duty import is_proved, set_duty
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.officers import add_officer, remove_officer, set_networks, set_pin, sign_in
from directory.pronunciation import remove_pronunciation, set_pronunciation
from directory.refusals import Refusal
from directory.registry import add_member, add_network, approve_charter
from tests.support.office import NODE, TEXT, Office
from tests.support.people import ADMIN, DE_BIST, hold_for_dead, network_of, officer, phone
from tests.support.reports import AN, reported

BERT = phone(10, 2)
DRAFT = Draft([DE_BIST], {"nl": TEXT}, urgent=True)
LIST = b"naam;telefoon\nCis Wouters;0475 12 34 56\n"
OTHERS = "witven"


async def journal(office: Office) -> list[dict[str, object]]:
    """All entries, in a chain that is whole."""
    async with whole(office.engine) as connection:
        found = [dict(one) async for one in entries(connection)]
    assert judge(found).fault is None
    return found


async def acts(office: Office) -> list[tuple[object, object]]:
    """What was done, and on which ids."""
    return [(one["act"], one["ids"]) for one in await journal(office)]


async def in_directory(
    office: Office, work: Callable[[AsyncSession], Awaitable[object]]
) -> dict[str, object]:
    """What is kept of this act."""
    async with AsyncSession(office.engine) as session, session.begin():
        await work(session)
    return (await journal(office))[-1]


async def on_reports(office: Office, work: Callable[[AsyncConnection], Awaitable[object]]) -> None:
    async with office.engine.begin() as connection:
        await work(connection)


async def test_an_alert_is_kept_with_its_networks_and_a_report_with_what_it_led_to(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.desk.send(officer(DE_BIST, id_=3), DRAFT)
    await office.desk.withdraw_code(officer(DE_BIST, id_=3), 1)
    await office.desk.stop(officer(DE_BIST, id_=3), 1)
    taken, judged = [await reported(office.engine) for _ in range(2)]
    await on_reports(office, lambda connection: inbox.claim(connection, officer(id_=4), judged))
    await on_reports(office, lambda connection: inbox.judge(connection, officer(id_=4), judged, Worth.KNOWN))
    made = await office.desk.draft_from_report(taken, urgent=True)
    await office.desk.send(officer(DE_BIST, id_=3), made)
    assert (await acts(office))[-6:] == [
        ("alert.send", {"broadcast": [1], "network": [1]}),
        ("alert.withdraw_code", {"broadcast": [1]}),
        ("alert.stop", {"broadcast": [1]}),
        ("report.claim", {"report": [judged]}),
        ("report.judge", {"report": [judged]}),
        ("report.send", {"broadcast": [2], "network": [1], "report": [taken]}),
    ]
    whos = [(one["actor"], one["actor_id"], one["role"]) for one in (await journal(office))[-5:]]
    assert whos == [("officer", id_, "officer") for id_ in (3, 3, 4, 4, 3)]


async def test_whatever_steers_an_alert_is_kept_with_it(office: Office) -> None:
    who = officer(DE_BIST, OTHERS, id_=3)
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Bert": [BERT]}, slug=OTHERS)
    await office.desk.send(who, DRAFT)
    await on_reports(office, lambda connection: pause(connection, who, 1))
    await on_reports(office, lambda connection: resume(connection, who, 1))
    await on_reports(office, lambda connection: set_pace(connection, who, 1, 2.0, None))
    await Additions(office.engine, office.desk, office.policy).add(who, 1, [OTHERS])
    assert (await acts(office))[-4:] == [
        ("alert.pause", {"broadcast": [1]}),
        ("alert.resume", {"broadcast": [1]}),
        ("alert.set_pace", {"broadcast": [1]}),
        ("alert.add_people", {"broadcast": [1], "network": [2]}),
    ]


async def test_a_follow_up_is_kept_with_what_it_follows_and_an_answer_with_its_report_alone(
    office: Office,
) -> None:
    """Nobody learns from the journal who told us."""
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    report = await reported(office.engine)
    sent = await office.follows_up(first.broadcast, FollowUpKind.CORRECTION, by=officer(DE_BIST, id_=3))
    answer = await office.answers(report, by=officer(DE_BIST, id_=3))
    assert (await acts(office))[-2:] == [
        ("alert.follow_up", {"broadcast": [sent.broadcast], "follows": [first.broadcast], "network": [1]}),
        ("report.answer", {"broadcast": [answer.broadcast], "network": [1], "report": [report]}),
    ]


async def test_what_is_changed_in_the_directory_is_kept(office: Office) -> None:
    async def kept(work: Callable[[AsyncSession], Awaitable[object]]) -> tuple[object, object]:
        entry = await in_directory(office, work)
        return entry["act"], entry["ids"]

    def adding(session: AsyncSession) -> Awaitable[object]:
        return add_officer(session, ADMIN, "4711", name="Maes", phone=phone(29), pin="846203")

    network = {"network": [1]}
    assert await kept(lambda s: add_network(s, ADMIN, DE_BIST, name="De Bist", municipality="Westerlo")) == (
        "network.add",
        network,
    )
    assert await kept(lambda s: approve_charter(s, ADMIN, DE_BIST, date(2014, 9, 15))) == (
        "network.approve",
        network,
    )
    an = {"member": [1]}
    assert await kept(lambda s: add_member(s, ADMIN, DE_BIST, name="An", numbers=[AN])) == (
        "member.join",
        network | an,
    )
    assert await kept(lambda s: import_members(s, ADMIN, DE_BIST, LIST)) == (
        "member.import",
        network | {"member": [2]},
    )
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, AN, at=await office.now())
    assert await kept(lambda s: revive_numbers_of(s, ADMIN, AN)) == ("member.revive", an)
    maes = {"officer": [1]}
    assert await kept(adding) == ("officer.add", maes)
    assert await kept(lambda s: set_networks(s, ADMIN, "4711", [DE_BIST])) == (
        "officer.networks",
        maes | network,
    )
    assert await kept(lambda s: set_pin(s, ADMIN, "4711", "730581")) == ("officer.pin", maes)
    assert await kept(lambda s: set_duty(s, ADMIN, ["4711"])) == ("officer.duty", maes)
    assert await kept(lambda s: remove_officer(s, ADMIN, "4711")) == ("officer.remove", maes)
    assert await kept(lambda s: set_pronunciation(s, ADMIN, "Auchan", "osjan", slug=DE_BIST)) == (
        "pronunciation.set",
        network | {"pronunciation": [1]},
    )
    assert await kept(lambda s: remove_pronunciation(s, ADMIN, "Auchan", slug=DE_BIST)) == (
        "pronunciation.remove",
        network | {"pronunciation": [1]},
    )


async def test_a_right_pin_is_an_act_of_the_officer_and_a_wrong_one_is_none(office: Office) -> None:
    async with AsyncSession(office.engine) as session, session.begin():
        maes = await add_officer(session, ADMIN, "4711", name="Maes", phone=phone(29), pin="846203")
    with pytest.raises(SignInRefused):
        await sign_in(office.engine, "4711", "111222", caller=AN, policy=LockoutPolicy())
    assert not await is_proved(office.engine, maes, "111222", LockoutPolicy())
    assert len(await journal(office)) == 1
    await sign_in(office.engine, "4711", "846203", caller=AN, policy=LockoutPolicy())
    assert await is_proved(office.engine, maes, "846203", LockoutPolicy())
    found = (await journal(office))[1:]
    assert [(one["actor"], one["actor_id"], one["act"]) for one in found] == [
        ("officer", maes.id, "officer.sign_in")
    ] * 2


async def test_what_is_done_with_machines_and_test_calls_is_kept(office: Office) -> None:
    await nodes.drain(office.engine, ADMIN, NODE)
    await nodes.resume(office.engine, ADMIN, NODE)
    async with office.engine.begin() as connection:
        order = await trials.order(connection, ADMIN, AN, "nl")
        assert await trials.withdraw(connection, ADMIN, order)
        node = str(await connection.scalar(text("SELECT installation FROM node")))
    assert await acts(office) == [
        ("node.drain", {"node": [node]}),
        ("node.resume", {"node": [node]}),
        ("test_call.order", {"test_call": [order]}),
        ("test_call.withdraw", {"test_call": [order]}),
    ]


async def test_who_leaves_by_phone_is_a_member_and_nobody_knows_which_of_two(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [AN], "Chris": [BERT]})
    await office.ledger.leave(members([3]), [3])
    await office.ledger.leave(members([1, 2]), [1, 2])
    found = (await journal(office))[-2:]
    assert [(one["actor"], one["actor_id"], one["act"], one["ids"]) for one in found] == [
        ("member", 3, "member.leave", {"member": [3]}),
        ("member", None, "member.leave", {"member": [1, 2]}),
    ]


async def test_a_call_and_its_outcome_are_no_acts(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    before = await journal(office)
    await office.takes(AN)
    await office.ledger.confirm_by_callback(sent.broadcast, AN)
    assert await journal(office) == before


async def test_what_an_act_is_refused_for_leaves_no_entry(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    report = await reported(office.engine)
    await on_reports(office, lambda connection: inbox.claim(connection, officer(name="Claes"), report))
    before = await journal(office)
    draft = await office.desk.draft_from_report(report, urgent=True, networks=[DE_BIST])
    with pytest.raises(Refusal):
        await office.desk.send(officer(DE_BIST), draft)
    with pytest.raises(Refusal):
        await office.desk.stop(ADMIN, 99)
    assert await journal(office) == before


async def test_an_officer_sends_follows_and_stops_within_their_networks_alone(office: Office) -> None:
    for slug, number in ((DE_BIST, AN), (OTHERS, BERT)):
        await network_of(office.engine, {slug: [number]}, slug=slug)
    sent = await office.sends(to=[DE_BIST, OTHERS])
    maes, both = officer(DE_BIST), officer(DE_BIST, OTHERS)
    for refused in (
        office.desk.send(maes, Draft([DE_BIST, OTHERS], {"nl": TEXT}, urgent=True)),
        office.desk.prepare(maes, Draft(["nergens"], {"nl": TEXT}, urgent=True)),
        office.desk.progress(maes, sent.broadcast),
        office.desk.withdraw_code(maes, sent.broadcast),
        office.desk.stop(maes, sent.broadcast),
    ):
        with pytest.raises(NotTheirNetwork):
            await refused
    assert await office.desk.alerts(maes) == []
    assert (await office.desk.progress(both, sent.broadcast)).to_go == 2
    await office.desk.stop(both, sent.broadcast)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.STREET_LEAD, Role.MEMBER])
async def test_only_police_send_stop_and_judge(office: Office, role: Role) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    report = await reported(office.engine)
    who = Actor(Kind.OFFICER, 9, role, "Wouters", frozenset({DE_BIST}))
    for refused in (
        office.desk.send(who, DRAFT),
        office.desk.stop(who, sent.broadcast),
        on_reports(office, lambda connection: inbox.claim(connection, who, report)),
        on_reports(office, lambda connection: inbox.judge(connection, who, report, Worth.KNOWN)),
        in_directory(office, lambda session: set_pin(session, who, "4711", "730581")),
    ):
        with pytest.raises(NotInRole):
            await refused
    assert await office.count("broadcast WHERE stopped_at IS NULL") == 1


async def test_a_coordinator_keeps_the_list_of_their_own_network(office: Office) -> None:
    for slug in (DE_BIST, OTHERS):
        await network_of(office.engine, {}, slug=slug)
    who = Actor(Kind.OFFICER, 9, Role.COORDINATOR, "Wouters", frozenset({DE_BIST}))
    entry = await in_directory(office, lambda session: import_members(session, who, DE_BIST, LIST))
    assert (entry["role"], entry["act"]) == ("coordinator", "member.import")
    for work in (
        lambda session: import_members(session, who, OTHERS, LIST),
        lambda session: add_member(session, who, OTHERS, name="An", numbers=[AN]),
        lambda session: revive_numbers_of(session, who, AN),
    ):
        with pytest.raises(NotTheirNetwork):
            await in_directory(office, work)


@pytest.mark.parametrize("act", sorted(set(Act) - {Act.FOLLOW, Act.READ_REPORTS, Act.OPEN_JOURNAL}))
def test_what_is_kept_of_each_act_is_told_in_a_test(act: Act) -> None:
    tests = Path(__file__).parents[1]
    elsewhere = ("broadcast/retention/test_acts_on_people.py", "directory/test_users_of_the_screen.py")
    told = [Path(__file__), *(tests / one for one in elsewhere)]
    assert any(f'"{act}"' in one.read_text() for one in told)


def test_whoever_reaches_the_database_administers_all_of_it_but_opens_no_journal() -> None:
    for act in set(Act) - {Act.OPEN_JOURNAL}:
        ADMIN.require(act, None)
    with pytest.raises(NotInRole):
        ADMIN.require(Act.OPEN_JOURNAL)
