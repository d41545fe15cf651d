"""What officers say next: an all-clear, a correction, more; each to those whom it is for and nobody else."""

import pytest

from broadcast.draft import Draft, FollowUp
from broadcast.errors import NobodyJoins, Replaced
from broadcast.ledger.callback import alert_with_code, known_caller, past_alerts
from broadcast.states import BroadcastState, FollowUpKind, Outcome, Whom
from broadcast.steering.follow_up import follow_up_draft
from directory.actor import Actor, Kind, Role
from directory.errors import NotInRole, NotTheirNetwork
from tests.support.office import TEXT, Office
from tests.support.people import ADMIN, DE_BIST, network_of, officer, phone

ALL_CLEAR, CORRECTION, MORE = FollowUpKind.ALL_CLEAR, FollowUpKind.CORRECTION, FollowUpKind.MORE
AN, BERT, CHRIS, DORA, EMIEL, FONS = (phone(10, n) for n in range(1, 7))
HOME = phone(10, 9)
PEOPLE = {"An": [AN], "Bert": [BERT], "Chris": [CHRIS], "Dora": [DORA], "Emiel": [EMIEL]}
OUTCOMES = {
    AN: Outcome.CONFIRMED,
    BERT: Outcome.HEARD,
    CHRIS: Outcome.VOICEMAIL,
    DORA: Outcome.PARTIAL,
    EMIEL: Outcome.BUSY,
}
COORDINATOR = Actor(Kind.OFFICER, 9, Role.COORDINATOR, "Wouters", frozenset({DE_BIST, "witven"}))
TALKED = {"passes": [[0.0, 9.0, True]]}


# To whom


async def test_an_all_clear_goes_to_who_heard_and_to_whose_box_kept_it(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    first = await office.sends()
    await office.rung_once(first.broadcast, OUTCOMES)
    sent = await office.follows_up(first.broadcast, ALL_CLEAR)
    assert sent.recipients == 3
    assert await office.called_with(sent.broadcast) == {AN, BERT, CHRIS}
    assert await office.called_with(first.broadcast) == set(), "who has not heard it needs not hear it now"
    assert (await office.progress(first.broadcast)).stopped_at is not None


async def test_who_has_not_confirmed_can_be_told_more(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    first = await office.sends()
    for number in PEOPLE.values():
        await office.calls(number[0], Outcome.REFUSED if number == [EMIEL] else OUTCOMES[number[0]])
    await office.rung_once(first.broadcast, {CHRIS: Outcome.VOICEMAIL})
    sent = await office.follows_up(first.broadcast, MORE, Whom.UNCONFIRMED)
    assert await office.called_with(sent.broadcast) == {BERT, CHRIS, EMIEL}
    assert await office.called_with(first.broadcast) == {DORA}, "it goes on"


async def test_who_hears_the_first_later_joins_then_and_the_follow_up_waits_for_them(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT], "Chris": [CHRIS]})
    first = await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    sent = await office.follows_up(first.broadcast, MORE)
    assert await office.called_with(sent.broadcast) == {AN}
    await office.upkeep.tend()
    assert await office.called_with(sent.broadcast) == {AN}
    await office.called(sent.broadcast, AN, Outcome.CONFIRMED)
    await office.upkeep.tend()
    assert (await office.progress(sent.broadcast)).state is BroadcastState.RUNNING
    await office.calls(BERT, Outcome.HEARD)
    await office.upkeep.tend()
    assert await office.called_with(sent.broadcast) == {BERT}
    await office.calls(CHRIS, Outcome.REFUSED)
    await office.upkeep.tend()
    await office.called(sent.broadcast, BERT, Outcome.CONFIRMED)
    for _ in range(2):
        await office.upkeep.tend()
    assert await office.results(sent.broadcast) == {
        "An": ("final", "confirmed"),
        "Bert": ("final", "confirmed"),
    }
    assert (await office.progress(sent.broadcast)).state is BroadcastState.CLOSED


async def test_who_is_being_called_joins_an_all_clear_when_they_have_heard_the_first(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT], "Chris": [CHRIS]})
    first = await office.sends()
    up, rings = await office.takes(AN), await office.takes(BERT)
    sent = await office.follows_up(first.broadcast, ALL_CLEAR)
    assert sent.recipients == 0
    await office.ends(up.attempt, Outcome.HEARD)
    await office.ends(rings.attempt, Outcome.NO_ANSWER)
    await office.upkeep.tend()
    assert await office.called_with(sent.broadcast) == {AN}
    assert await office.called_with(first.broadcast) == set()
    await office.called(sent.broadcast, AN, Outcome.HEARD)
    for _ in range(3):
        await office.upkeep.tend()
    assert await office.results(sent.broadcast) == {"An": ("final", "heard")}
    assert (await office.progress(sent.broadcast)).state is BroadcastState.CLOSED


async def test_who_has_left_since_is_told_nothing_more(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    first = await office.sends()
    for number in (AN, BERT):
        await office.calls(number, Outcome.CONFIRMED)
    await office.ledger.leave(ADMIN, [1])
    sent = await office.follows_up(first.broadcast, ALL_CLEAR)
    assert await office.called_with(sent.broadcast) == {BERT}


async def test_an_all_clear_for_nobody_is_refused_and_leaves_nothing(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    await office.calls(AN, Outcome.REFUSED)
    await office.upkeep.tend()
    with pytest.raises(NobodyJoins):
        await office.follows_up(first.broadcast, ALL_CLEAR)
    assert await office.count("broadcast") == 1


# Follow-ups of follow-ups


async def test_thanks_follow_an_all_clear_or_what_it_followed(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    first = await office.sends()
    for number in (AN, BERT):
        await office.calls(number, Outcome.CONFIRMED)
    await office.upkeep.tend()
    second = await office.follows_up(first.broadcast, ALL_CLEAR)
    await office.called(second.broadcast, AN, Outcome.CONFIRMED)
    thanks = await office.follows_up(second.broadcast, MORE)
    assert await office.called_with(thanks.broadcast) == {AN}
    again = await office.follows_up(first.broadcast, MORE)
    assert await office.called_with(again.broadcast) == {AN, BERT}
    with pytest.raises(Replaced):
        await office.follows_up(first.broadcast, ALL_CLEAR)


# Who may, and what is kept


async def test_only_who_may_send_to_all_of_its_networks_follows_it_up(office: Office) -> None:
    for slug, number in ((DE_BIST, AN), ("witven", BERT)):
        await network_of(office.engine, {slug: [number]}, slug=slug)
    first = await office.sends(to=[DE_BIST, "witven"])
    with pytest.raises(NotTheirNetwork):
        await office.follows_up(first.broadcast, CORRECTION, by=officer(DE_BIST))
    with pytest.raises(NotInRole):
        await office.follows_up(first.broadcast, CORRECTION, by=COORDINATOR)
    assert await office.called_with(first.broadcast) == {AN, BERT}
    await office.follows_up(first.broadcast, CORRECTION, by=officer(DE_BIST, "witven"))
    assert await office.called_with(first.broadcast) == set()


# Who calls us


async def test_who_calls_hears_the_newest_and_never_what_was_withdrawn(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await office.upkeep.tend()
    more = await office.follows_up(first.broadcast, MORE)
    assert await heard_by_caller(office) == [more.broadcast, first.broadcast]
    clear = await office.follows_up(first.broadcast, ALL_CLEAR)
    assert await heard_by_caller(office) == [clear.broadcast, more.broadcast, first.broadcast]
    right = await office.follows_up(clear.broadcast, CORRECTION)
    assert await heard_by_caller(office) == [right.broadcast, more.broadcast, first.broadcast]


async def heard_by_caller(office: Office) -> list[int]:
    async with office.engine.connect() as connection:
        an = await known_caller(connection, AN)
        assert an is not None
        return [one.broadcast for one in await past_alerts(connection, an)]


async def test_the_code_of_a_corrected_alert_opens_the_correction(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    first = await office.sends()
    sent = await office.follows_up(first.broadcast, CORRECTION)
    assert first.code is not None
    async with office.engine.connect() as connection:
        found = await alert_with_code(connection, first.code, "nl")
    assert found is not None
    assert found.broadcast == sent.broadcast
    await office.desk.stop(ADMIN, sent.broadcast)
    async with office.engine.connect() as connection:
        assert await alert_with_code(connection, first.code, "nl") is None


# Looked at before it is sent


async def test_how_many_a_follow_up_would_ring_is_known_before(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    first = await office.sends()
    await office.rung_once(first.broadcast, OUTCOMES)
    draft = Draft([DE_BIST], {"nl": TEXT}, True)
    asked = FollowUp(first.broadcast, ALL_CLEAR, Whom.HEARD)
    async with office.engine.begin() as connection:
        follow_up = await follow_up_draft(connection, asked, urgent=True, texts={"nl": TEXT})
    assert (await office.desk.reach(await office.desk.prepare(ADMIN, draft))).members == 5
    assert (await office.desk.reach(await office.desk.prepare(ADMIN, follow_up))).members == 3
    assert await office.count("broadcast") == 1
    assert await office.called_with(first.broadcast) == {CHRIS, DORA, EMIEL}
