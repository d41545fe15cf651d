"""A node dies, or seems to: who takes over its calls, when, and what the people behind them live through."""

import pytest
from sqlalchemy import text

from broadcast.engine.takeover import Takeover
from broadcast.policy import NodePolicy, RetryPolicy
from broadcast.states import Outcome
from tests.support.office import NODE, PATIENCE, Office, lapse
from tests.support.people import network_of, phone

AN, BERT = phone(10, 1), phone(10, 2)
DEAD = "tongerlo"
AT_ONCE = NodePolicy(urgent_at_once=True)
LONGEST_CALL = 110.0

pytestmark = pytest.mark.timeout(PATIENCE)


def takeover_of(office: Office, policy: NodePolicy | None = None) -> Takeover:
    return Takeover(office.engine, office.ledger, policy or office.nodes, longest_call=LONGEST_CALL, passes=3)


async def sweep_twice(takeover: Takeover) -> int:
    assert await takeover.sweep() == 0, "nothing is acted on at first sight"
    return await takeover.sweep()


async def dialled_ago(office: Office, seconds: float) -> None:
    async with office.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE attempt SET dialled_at = now() - make_interval(secs => :ago) WHERE state = 'dialling'"
            ),
            {"ago": seconds},
        )


async def test_urgent_calls_of_a_dead_node_are_placed_again_at_once_where_a_zone_wants_it(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    await office.takes(AN, node=DEAD)
    bert = await office.takes(BERT)
    await lapse(office, DEAD)
    assert await sweep_twice(takeover_of(office, AT_ONCE)) == 1
    an = (await office.recipients(sent.broadcast))["An"]
    assert [call.outcome for call in an.calls] == ["unknown", None]
    assert (await office.open_calls())[BERT] == bert.attempt, "a living node sees to its calls itself"


@pytest.mark.parametrize("policy", [AT_ONCE, NodePolicy()])
async def test_other_calls_of_a_dead_node_wait_until_they_must_be_over(
    office: Office, policy: NodePolicy
) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    if policy.urgent_at_once:
        async with office.engine.begin() as connection:  # sent as urgent, for tests run by night too
            await connection.execute(text("UPDATE broadcast SET urgent = false"))
    await office.takes(AN, node=DEAD)
    await lapse(office, DEAD)
    takeover = takeover_of(office, policy)
    await dialled_ago(office, LONGEST_CALL - 1)
    assert await sweep_twice(takeover) == 0
    await dialled_ago(office, LONGEST_CALL + 3 * 60)
    assert await sweep_twice(takeover) == 1
    calls = (await office.recipients(sent.broadcast))["An"].calls
    assert [call.outcome for call in calls][:1] == ["unknown"]


async def test_a_node_that_is_back_before_the_second_look_keeps_its_calls(office: Office) -> None:
    """As after an absence of the database: all seem dead, and all come back one after another."""
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    an = await office.takes(AN, node=DEAD)
    takeover = takeover_of(office)
    await lapse(office, DEAD)
    assert await takeover.sweep() == 0
    assert await (await office.lease_of(DEAD)).claim()
    assert await takeover.sweep() == 0
    assert (await office.open_calls())[AN] == an.attempt


async def test_after_a_takeover_the_node_cannot_renew_but_gets_a_new_lease(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    await office.takes(AN, node=DEAD)
    lease = await office.lease_of(DEAD)
    await lapse(office, DEAD)
    assert await sweep_twice(takeover_of(office, AT_ONCE)) == 1
    async with office.engine.begin() as connection:  # its clock and the database's may differ
        await connection.execute(text("UPDATE node SET leased_until = now() + interval '1 minute'"))
    assert not await lease.renew()
    assert await lease.claim()


async def test_a_call_that_a_living_node_forgot_is_closed_when_it_has_outlived_every_limit(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    await office.takes(AN)
    takeover = takeover_of(office)
    assert await sweep_twice(takeover) == 0
    await dialled_ago(office, LONGEST_CALL + 3 * 60 + 2 * office.nodes.lease)
    assert await sweep_twice(takeover) == 1


async def test_two_nodes_that_take_over_at_the_same_time_open_one_new_call(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    await office.takes(AN, node=DEAD)
    await lapse(office, DEAD)
    one, other = takeover_of(office, AT_ONCE), takeover_of(office, AT_ONCE)
    assert (await one.sweep(), await other.sweep()) == (0, 0)
    await one.sweep()
    await other.sweep()
    calls = (await office.recipients(sent.broadcast))["An"].calls
    assert [call.outcome for call in calls] == ["unknown", None]


async def test_a_member_whose_calls_keep_becoming_unknown_costs_no_try_and_is_not_called_for_ever(
    office: Office,
) -> None:
    office.retry = RetryPolicy(no_answer=0, tries_per_number=2, lost_per_person=3)
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    while AN in await office.open_calls():
        await office.calls(AN, Outcome.UNKNOWN)
    an = (await office.recipients(sent.broadcast))["An"]
    assert len(an.calls) == 3 + 2
    assert an.state == "final"


async def test_a_node_that_lives_leaves_its_own_calls_alone_though_its_lease_lapsed(office: Office) -> None:
    """The database was away for longer than the lease: its calls went on, and it knows what they come to."""
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    call = await office.takes(AN)
    await lapse(office, NODE)
    takeover = takeover_of(office)
    for _ in range(3):
        assert await takeover.sweep(sparing=NODE) == 0
    assert (await office.open_calls())[AN] == call.attempt
    await dialled_ago(office, LONGEST_CALL + 4 * 60)
    assert await takeover.sweep(sparing=NODE) == 0
    assert await takeover.sweep(sparing=NODE) == 1, "one that it forgot is closed like any other"
