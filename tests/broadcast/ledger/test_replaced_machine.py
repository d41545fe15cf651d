"""A machine takes the name of a broken one: whose calls may be up is not rung before they must be over."""

from uuid import uuid4

import pytest

from broadcast.ledger.lease import Claimant, Lease
from broadcast.ledger.open_calls import is_taken
from broadcast.ports import CallOutcome
from broadcast.service_calls import own_calls, trials
from broadcast.states import Outcome
from broadcast.trial_tables import TrialCall
from tests.fakes.dialler import FakeDialler
from tests.support.office import NODE, PATIENCE, Office, lapse
from tests.support.people import ADMIN, network_of, phone

AN, HOME = phone(10, 1), phone(10, 2)

pytestmark = pytest.mark.timeout(PATIENCE)


async def an_reports(office: Office) -> None:
    """She was called, and speaks to us still."""
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    an = await office.takes(AN)
    reports = CallOutcome(Outcome.CONFIRMED, ended_at=await office.now(), goes_on_for=600)
    await office.ledger.record({an.attempt: reports})


async def test_another_machine_gets_a_name_whose_calls_are_up_only_when_they_are_over(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    an = await office.takes(AN)
    await lapse(office)
    replacement = Lease(office.engine, Claimant(NODE, uuid4(), uuid4()), office.nodes)
    assert not await replacement.claim()
    await office.ends(an.attempt, Outcome.UNKNOWN)
    assert await replacement.claim()


async def test_calls_of_other_nodes_keep_no_machine_from_the_name_of_a_broken_one(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    await office.takes(AN, node="tongerlo")
    await lapse(office)
    assert await Lease(office.engine, Claimant(NODE, uuid4(), uuid4()), office.nodes).claim()


async def test_another_machine_frees_no_telephone_that_the_broken_one_may_still_speak_to(
    office: Office,
) -> None:
    await an_reports(office)
    async with office.engine.begin() as connection:
        await trials.order(connection, ADMIN, HOME, "nl")
        trial = await trials.take(connection, NODE)
    assert trial is not None
    await lapse(office)
    replacement = Lease(office.engine, Claimant(NODE, uuid4(), uuid4()), office.nodes)
    assert await replacement.claim()
    runner = office.runner(FakeDialler())  # of a PBX that has none of these calls
    await runner.free_telephones()
    async with office.engine.begin() as connection:
        await own_calls.close(connection, TrialCall, trial.id, Outcome.LOST)
    assert await is_taken(office.engine, AN)
    assert await is_taken(office.engine, HOME)


async def test_the_next_process_of_an_installation_frees_the_telephones_of_the_one_before(
    office: Office,
) -> None:
    await an_reports(office)
    assert await office.lease.claim()
    await office.runner(FakeDialler()).free_telephones()
    assert not await is_taken(office.engine, AN)
