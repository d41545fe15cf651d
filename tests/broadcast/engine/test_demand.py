"""How many calls of urgent alerts wait for nothing but a line: for so many, callers are preempted."""

import pytest

from broadcast.engine.demand import urgent_calls_due
from broadcast.engine.nodes import tell_trunk_fault
from tests.broadcast.ledger.test_one_call_a_telephone import OTHER_NODE, takes, two_alerts, waiting
from tests.support.office import NODE, PATIENCE, Office
from tests.support.people import network_of, phone

pytestmark = pytest.mark.timeout(PATIENCE)
MANY = 30


async def test_a_telephone_that_is_due_for_two_alerts_needs_one_line_and_none_while_it_is_in_a_call(
    office: Office,
) -> None:
    first, _ = await two_alerts(office)
    assert await urgent_calls_due(office.engine, MANY) == 1
    assert await takes(office, await waiting(office, first))
    assert await urgent_calls_due(office.engine, MANY) == 0


async def test_what_is_not_urgent_needs_none(office: Office) -> None:
    message, alert = await two_alerts(office, first_urgent=False)
    assert await takes(office, await waiting(office, alert))
    await waiting(office, message)  # fails when it does not wait
    assert await urgent_calls_due(office.engine, MANY) == 0


async def test_nodes_that_take_calls_share_what_waits(office: Office) -> None:
    await network_of(office.engine, {f"Number {n}": [phone(10, n)] for n in range(1, 6)})
    await office.sends()
    await office.lease_of(NODE)
    assert await urgent_calls_due(office.engine, MANY) == 5
    assert await urgent_calls_due(office.engine, 2) == 2
    await office.lease_of(OTHER_NODE)
    assert await urgent_calls_due(office.engine, MANY) == 3
    await tell_trunk_fault(office.engine, OTHER_NODE, "The trunk does not reply.")
    assert await urgent_calls_due(office.engine, MANY) == 5
