"""Somebody calls with a number that may not be theirs: what they can do in its name, and what not."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from broadcast.engine.open_attempts import OpenAttempts
from broadcast.ports import CallOrder
from broadcast.responses.callbacks import Callbacks
from broadcast.service_calls.leave_policy import LeavePolicy
from broadcast.states import Outcome
from broadcast.tables import Attempt, Broadcast
from directory.possible_numbers import PossibleNumbers
from ivr.call.values import Sound
from ivr.inbound.known_callers import KnownCallers, Somebody
from ivr.officers.resources import OfficerResources
from ivr.pbx.identity import CallerId
from ivr.recordings.reports import Reports
from ivr.scripts.member_line import ReplayedAlert
from ivr.scripts.sentences import Says
from tests.broadcast.test_duty_officer import resources
from tests.fakes.dialler import FakeDialler
from tests.ivr.callers import SAYS
from tests.support.office import NODE, Office
from tests.support.people import network_of, phone

__all__ = ["resources"]

AN, STRANGER = phone(10, 1), phone(10, 99)
NOT_VOUCHED_FOR, VOUCHED_FOR = (
    CallerId(PossibleNumbers((AN,))),
    CallerId(PossibleNumbers((AN,)), is_vouched=True),
)


@pytest.fixture
async def callers(office: Office, resources: OfficerResources) -> KnownCallers:
    nobody: Any = None
    says: asyncio.Future[Mapping[str, Says]] = asyncio.get_running_loop().create_future()
    says.set_result({"nl": SAYS})
    return KnownCallers(
        database=resources.database,
        callbacks=Callbacks(office.ledger, OpenAttempts(FakeDialler().stop)),
        reports=Reports(resources.database, nobody, resources.sounds, NODE),
        officers=resources,
        announcements=resources.announcements,
        detached=resources.detached,
        lockout=resources.lockout,
        leaving=LeavePolicy(),
        says=says,
        tone=SAYS["goodbye"],
    )


async def outcomes(office: Office) -> list[Outcome | None]:
    async with office.engine.connect() as connection:
        return list(await connection.scalars(select(Attempt.outcome).order_by(Attempt.outcome)))


async def newest(caller: Somebody) -> ReplayedAlert:
    return (await caller.alerts())[0]


async def test_their_key_confirms_nothing_and_that_of_who_is_vouched_for_does(
    office: Office, callers: KnownCallers
) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    forger = await callers.who(NOT_VOUCHED_FOR)
    assert not forger.is_vouched
    await forger.confirm(await newest(forger))
    assert await office.results(sent.broadcast) == {"An": ("waiting", "called_back")}
    assert (await office.open_calls()).keys() == {AN}
    an = await callers.who(VOUCHED_FOR)
    assert an.is_vouched
    await an.confirm(await newest(an))
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}
    assert await office.open_calls() == {}


async def test_whoever_picks_up_the_number_that_we_called_is_vouched_for(
    office: Office, callers: KnownCallers
) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    taken = await office.takes(AN)
    order = CallOrder(taken.attempt, sent.broadcast, AN, "nl", office.sounds_folder, 1.0, 1e9)
    an = await callers.called(order)
    assert an.is_vouched
    await an.confirm(await newest(an))
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}


@pytest.mark.parametrize("number", [AN, STRANGER])
async def test_the_code_of_an_alert_opens_it_and_confirms_nothing(
    office: Office, callers: KnownCallers, number: str
) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    async with office.engine.connect() as connection:
        code = await connection.scalar(select(Broadcast.code))
    caller = await callers.who(CallerId(PossibleNumbers((number,))))
    found = await caller.alert_with(str(code))
    assert isinstance(found, ReplayedAlert)
    assert await office.results(sent.broadcast) == {"An": ("waiting", "nothing")}


async def test_a_report_in_their_name_confirms_nothing(office: Office, callers: KnownCallers) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    forger = await callers.who(NOT_VOUCHED_FOR)
    await forger.begin_report()
    forger.close()
    assert await office.results(sent.broadcast) == {"An": ("waiting", "nothing")}
    assert await outcomes(office) == [None]


async def test_a_wish_to_leave_in_their_name_is_asked_for_at_their_telephone_and_confirms_nothing(
    office: Office, callers: KnownCallers
) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    forger = await callers.who(NOT_VOUCHED_FOR)
    asked = [await forger.ask_to_leave() for _ in range(5)]
    assert asked[0]
    assert await office.count("leave_wish") == 1
    assert await office.results(sent.broadcast) == {"An": ("waiting", "nothing")}
    assert (await office.open_calls()).keys() == {AN}, "the alert goes before"


async def test_who_withholds_their_number_confirms_for_nobody(office: Office, callers: KnownCallers) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    nobody = await callers.who(CallerId())
    await nobody.confirm(ReplayedAlert(sent.broadcast, Sound(office.sounds_folder, 1.0)))
    assert await office.results(sent.broadcast) == {"An": ("waiting", "nothing")}
