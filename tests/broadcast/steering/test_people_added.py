"""A network or a street is added to an alert that is under way: all of them are called, and nobody twice."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from sqlalchemy import text, update

from broadcast.draft import Draft, SpokenMessage
from broadcast.errors import BroadcastOver, CharterNotApproved, NobodyNew, NoMembers, NoNumbers, UnknownStreet
from broadcast.ledger.enlisting import enlist_more
from broadcast.states import Outcome
from broadcast.steering.addition import Added, Additions
from broadcast.steering.pause import pause, resume
from broadcast.steering.under_way import under_way
from broadcast.tables import Attempt, BroadcastText
from directory.actor import Actor
from directory.acts import Act
from directory.errors import NotTheirNetwork
from directory.tables import Member
from storage.transactions import Transactions
from tests.broadcast.test_acts import acts
from tests.fakes.dialler import FakeDialler
from tests.support.office import PATIENCE, Office, until_somebody_waits
from tests.support.people import ADMIN, DE_BIST, hold_for_dead, network_of, officer, phone

pytestmark = pytest.mark.timeout(2 * PATIENCE)
AN, BERT, CIS, DIRK = (phone(10, n) for n in range(1, 5))
OTHERS = "witven"


async def adds(
    office: Office, broadcast: int, *networks: str, streets: Sequence[str] = (), by: Actor = ADMIN
) -> Added:
    additions = Additions(office.engine, office.desk, office.policy)
    return await additions.add(by, broadcast, networks or [OTHERS], streets)


async def joins(office: Office, name: str, slug: str) -> None:
    """Somebody who is in another network is in this one as well."""
    async with office.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO membership SELECT member.id, network.id FROM member, network"
                " WHERE member.name = :name AND slug = :slug"
            ),
            {"name": name, "slug": slug},
        )


async def lives_in(office: Office, street: str, *names: str) -> None:
    async with office.engine.begin() as connection:
        await connection.execute(update(Member).where(Member.name.in_(names)).values(street=street))


async def test_all_who_are_in_no_other_network_of_it_are_called_too(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    await network_of(office.engine, {"Cis": [CIS], "Dirk": [DIRK]}, slug=OTHERS)
    await joins(office, "Bert", OTHERS)
    sent = await office.sends()
    dialler = FakeDialler()
    dialler.rings_until[BERT] = asyncio.Event()
    async with office.at_work(dialler):
        await office.until(lambda seen: bool(seen.outcomes), sent.broadcast)
        added = await adds(office, sent.broadcast)
        dialler.rings_until[BERT].set()
        seen = await office.until_closed(sent.broadcast)
    assert (added.recipients, added.without_number, list(added.passes)) == (2, 0, ["nl"])
    assert seen.outcomes == {Outcome.CONFIRMED: 4}
    assert sorted(order.number for order in dialler.orders) == [AN, BERT, CIS, DIRK]
    assert (await acts(office))[-1] == ("alert.add_people", {"broadcast": [1], "network": [2]})


async def test_they_hear_the_message_as_it_was_sent_with_their_own_network_in_it(office: Office) -> None:
    """In their language where it was spoken; else in the first, whatever order the rows come in."""
    await network_of(office.engine, {"An": [AN]})
    await network_of(
        office.engine, {"Cis": [CIS], "Dirk": [DIRK]}, slug=OTHERS, languages={"Cis": "de", "Dirk": "en"}
    )
    texts = {"fr": "Restez chez vous.", "en": "Stay inside."}
    sent = await office.sends(texts)
    async with office.engine.begin() as connection:
        await connection.execute(
            update(BroadcastText).where(BroadcastText.language == "fr").values(text="Non.")
        )
    office.voice.said.clear()
    await adds(office, sent.broadcast)
    said = " ".join(line for _, line in office.voice.said)
    assert "Non." in said
    assert "Stay inside." in said
    await office.upkeep.tend()
    assert (await office.takes(CIS)).audio != (await office.takes(DIRK)).audio


async def test_a_telephone_that_has_heard_it_is_not_rung_for_whoever_else_has_it(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Cis": [AN], "Dirk": [DIRK, AN]}, slug=OTHERS)
    sent = await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await adds(office, sent.broadcast)
    await office.upkeep.tend()
    assert await office.results(sent.broadcast) == dict.fromkeys(
        ("An", "Cis", "Dirk"), ("final", "confirmed")
    )
    assert await office.open_calls() == {}


async def test_who_shares_a_telephone_that_rings_waits_for_what_becomes_of_it(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Cis": [AN]}, slug=OTHERS)
    sent = await office.sends()
    taken = await office.takes(AN)
    await adds(office, sent.broadcast)
    await office.upkeep.tend()
    assert await office.open_calls() == {AN: taken.attempt}
    await office.ends(taken.attempt, Outcome.BUSY)
    await office.calls(AN, Outcome.CONFIRMED)
    assert await office.results(sent.broadcast) == dict.fromkeys(("An", "Cis"), ("final", "confirmed"))


async def test_whom_the_end_of_a_call_did_not_see_yet_is_not_forgotten(office: Office) -> None:
    """It was recorded by who had read before who is behind that number: as if it had ended for An alone."""
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Cis": [AN]}, slug=OTHERS)
    sent = await office.sends()
    taken = await office.takes(AN)
    await adds(office, sent.broadcast)
    await office.upkeep.tend()
    async with office.engine.begin() as connection:
        await connection.execute(
            update(Attempt)
            .where(Attempt.id == taken.attempt)
            .values(state="done", outcome=Outcome.NO_ANSWER, ended_at=await office.now())
        )
        await connection.execute(text("DELETE FROM open_call"))
    await office.upkeep.tend()
    assert taken.attempt not in (await office.open_calls()).values()
    await office.calls(AN, Outcome.CONFIRMED)
    assert (await office.results(sent.broadcast))["Cis"] == ("final", "confirmed")


async def test_who_is_added_in_the_moment_in_which_it_would_close_is_called(office: Office) -> None:
    """Whoever closes it waits for the addition, and does not see whom it has brought."""
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Cis": [CIS]}, slug=OTHERS)
    sent = await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    async with office.engine.begin() as adding:
        await under_way(adding, ADMIN, Act.ADD_PEOPLE, sent.broadcast)
        await adding.execute(text("INSERT INTO pass SELECT 1, 2, language, audio FROM pass"))
        assert await enlist_more(adding, sent.broadcast, [2], (), office.policy.dead_again) == (1, 0)
        closing = asyncio.create_task(office.upkeep._close(sent.broadcast, additions=0))
        await until_somebody_waits(office)
    assert await closing == 0
    async with office.at_work(FakeDialler()):
        await office.until_closed(sent.broadcast)
    assert (await office.results(sent.broadcast))["Cis"] == ("final", "confirmed")


async def test_a_street_is_added_however_it_is_written_and_the_rest_of_its_network_later(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Bert": [BERT], "Cis": [CIS], "Dirk": [DIRK]}, slug=OTHERS)
    await lives_in(office, "Beukenlaan", "Bert")
    await lives_in(office, "BEUKENLAAN", "Cis")
    sent = await office.sends()
    assert (await adds(office, sent.broadcast, streets=["beukenlaan "])).recipients == 2
    with pytest.raises(UnknownStreet) as refused:
        await adds(office, sent.broadcast, streets=["Beukelaan"])
    assert refused.value.facts["like"] == ["Beukenlaan"]
    with pytest.raises(NobodyNew):
        await adds(office, sent.broadcast, streets=["Beukenlaan"])
    assert (await adds(office, sent.broadcast)).recipients == 1
    assert len(await office.results(sent.broadcast)) == 4


async def test_a_recording_is_played_to_them_too(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Cis": [CIS]}, slug=OTHERS)
    sent = await office.sends()
    async with office.engine.begin() as connection:
        audio = await connection.scalar(text("SELECT min(sha256) FROM audio"))
    assert audio is not None
    spoken = Draft([DE_BIST], {}, urgent=True, recording=SpokenMessage(audio, "nl"))
    recorded = await office.desk.send(ADMIN, spoken)
    await office.desk.stop(ADMIN, sent.broadcast)
    assert (await adds(office, recorded.broadcast)).recipients == 1


async def test_to_an_alert_that_is_paused_they_are_added_and_wait(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Cis": [CIS]}, slug=OTHERS)
    sent = await office.sends()
    await Transactions(office.engine)(pause, ADMIN, sent.broadcast)
    await adds(office, sent.broadcast)
    await office.upkeep.tend()
    assert set(await office.open_calls()) == {AN, CIS}
    assert await office.jobs() == 0
    await Transactions(office.engine)(resume, ADMIN, sent.broadcast)
    dialler = FakeDialler()
    async with office.at_work(dialler):
        await office.until_closed(sent.broadcast)
    assert sorted(order.number for order in dialler.orders) == [AN, CIS]


async def test_what_is_not_allowed_leaves_nothing(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await network_of(office.engine, {"Cis": [CIS]}, slug=OTHERS)
    await network_of(office.engine, {"Dirk": [DIRK]}, slug="nieuw", charter_approved_on=None)
    await network_of(office.engine, {}, slug="leeg")
    sent = await office.sends()
    for slug, refusal in (("nieuw", CharterNotApproved), ("leeg", NoMembers)):
        with pytest.raises(refusal):
            await adds(office, sent.broadcast, slug)
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, CIS, at=await office.now())
    with pytest.raises(NoNumbers):
        await adds(office, sent.broadcast)
    for mine in (DE_BIST, OTHERS):
        with pytest.raises(NotTheirNetwork):
            await adds(office, sent.broadcast, by=officer(mine))
    await office.desk.stop(ADMIN, sent.broadcast)
    with pytest.raises(BroadcastOver):
        await adds(office, sent.broadcast)
    assert len(await office.results(sent.broadcast)) == 1
    assert await office.count("pass") == 1


@pytest.mark.thorough
async def test_many_who_share_telephones_are_added_while_phones_ring(office: Office) -> None:
    """Both networks have every number, and calls end all the time: nobody is forgotten or rung twice."""
    numbers = [phone(16 if n % 3 else 10, n) for n in range(1, 31)]
    await network_of(office.engine, {f"A {n}": [one] for n, one in enumerate(numbers)})
    await network_of(
        office.engine,
        {f"B {n}": [one, other] for n, (one, other) in enumerate(pairwise(numbers))},
        slug=OTHERS,
    )
    sent = await office.sends()
    dialler = FakeDialler(hold=0.02)
    async with office.at_work(dialler):
        await office.until(lambda seen: len(dialler.orders) > 5, sent.broadcast)
        added = await adds(office, sent.broadcast)
        seen = await office.until_closed(sent.broadcast)
    assert seen.recipients == 30 + added.recipients
    heard = [order.number for order in dialler.orders if order.number[4:6] == "10"]
    assert sorted(heard) == sorted(set(heard))
    assert set(dialler.placed.values()) == {1}
