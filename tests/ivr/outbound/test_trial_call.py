"""Test calls on a fake PBX, told by whoever is called; and the sentence that the one who asked is told."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.ledger.lease import Claimant, Lease
from broadcast.policy import NodePolicy
from broadcast.service_calls import trials
from broadcast.service_calls.trials import TrialStatus
from buurtbel.status.trial import told
from ivr.call.values import Sound
from ivr.outbound.own_calls import OwnCalls
from ivr.outbound.placement import Placement
from ivr.pbx.trunk import Trunk
from ivr.scripts import trial_call
from ivr.scripts.sentences import Says
from ivr.service_calls.trial_calls import TrialCalls
from prompts.catalogue import Key
from storage.transactions import Transactions
from tests.fakes.ari_call import FakeCall
from tests.ivr.conftest import PATIENCE, LineDesk, until
from tests.support.people import ADMIN, phone

KEYS: tuple[Key, ...] = ("test_call", "goodbye")


def audible(folder: Path) -> Mapping[str, Says]:
    for key in KEYS:
        (folder / f"{key}.alaw").write_bytes(b"\xd5" * 8000)
    says: Says = {key: Sound(folder / key, 0.05) for key in KEYS}
    return {"nl": says}


@dataclass
class Desk:
    engine: AsyncEngine
    calls: OwnCalls[trials.TrialRing]
    line: LineDesk

    async def tries(self, number: str) -> TrialStatus:
        async with self.engine.begin() as connection:
            order = await trials.order(connection, ADMIN, number, "nl")
        return await self.result_of(order)

    async def result_of(self, order: int) -> TrialStatus:
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.calls.tend()
                async with self.engine.connect() as connection:
                    found = await trials.result(connection, order)
                if found is not None:
                    return found


@pytest.fixture
async def desk(
    database: AsyncEngine, line_desk: LineDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setattr(trial_call, "WAIT", 0.05)
    monkeypatch.setattr(TrialCalls, "ring", 2.0)
    lease = Lease(database, Claimant("zuiderkempen", uuid4(), uuid4()), NodePolicy())
    assert await lease.claim()
    placement = Placement(line_desk.client, line_desk.exchange, line_desk.lines, trunk=Trunk())
    says = asyncio.get_running_loop().create_future()
    says.set_result(audible(tmp_path))
    return Desk(database, OwnCalls(Transactions(database), placement, lease, TrialCalls(says)), line_desk)


PRESSES, STAYS, LEAVES, BUSY, RINGS_OUT, REJECTS, NOBODY = (
    phone(kind, 8001) for kind in (10, 15, 14, 16, 17, 19, 20)
)


@pytest.mark.parametrize(
    ("number", "outcome", "sip_status", "ok", "says"),
    [
        (PRESSES, "answered", None, True, "and 1 was pressed: sound and keys get through."),
        (STAYS, "answered", None, True, "nobody pressed a key or hung up"),
        (LEAVES, "answered", None, True, "whoever answered hung up."),
        (BUSY, "busy", 486, True, "The number is engaged (486)"),
        (RINGS_OUT, "no_answer", None, True, "nobody answered"),
        (REJECTS, "rejected", 603, True, "hoever was called refused the call (603)"),
        (NOBODY, "dead_number", 404, False, "here is no such number, says the trunk (404)"),
    ],
)
async def test_what_was_answered_is_told(
    desk: Desk, number: str, outcome: str, sip_status: int | None, ok: bool, says: str
) -> None:
    found = await desk.tries(number)
    assert found.outcome == outcome
    if outcome != "answered":
        assert found.sip_status in {sip_status, 480}
    assert told(found).ok == ok
    assert says in told(found).says
    assert sum(desk.line.ari.posts.values()) == 1


async def test_a_trunk_that_is_down_is_told_as_that(desk: Desk) -> None:
    desk.line.ari.trunk_is_down = True
    found = told(await desk.tries(PRESSES))
    assert found == (False, "The call could not be placed: Asterisk has no way to the trunk now.")


async def test_a_call_of_which_nobody_saw_the_end_is_lost(desk: Desk) -> None:
    desk.line.ari.phones[PRESSES] = rings_on
    async with desk.engine.begin() as connection:
        order = await trials.order(connection, ADMIN, PRESSES, "nl")
    await desk.calls.tend()
    await until(lambda: desk.line.ari.calls)
    await desk.line.ari.crash()
    await desk.line.ari.reopen()
    assert told(await desk.result_of(order)) == (
        False,
        "The call was lost: the line or Asterisk ended meanwhile; try it again.",
    )


async def rings_on(call: FakeCall) -> None:
    await call.ring(1000)


@pytest.mark.parametrize(
    ("found", "ok", "says"),
    [
        (TrialStatus("trunk_refused", sip_status=401), False, "The trunk refused the call (401): user name"),
        (TrialStatus("trunk_refused", sip_status=407), False, "correct BUURTBEL_TRUNK_USER"),
        (TrialStatus("trunk_refused", sip_status=402), False, "wants to be paid"),
        (TrialStatus("trunk_refused", sip_status=433), False, "wants a caller's number"),
        (TrialStatus("trunk_refused", sip_status=403), False, "it does not let us call"),
        (TrialStatus("rejected", 0.6, sip_status=403), True, "It rang after 0.6 s, and whoever was called"),
        (TrialStatus("no_answer", 1.26), True, "It rang after 1.3 s, and nobody answered; the trunk carries"),
        (TrialStatus("trunk_down"), False, "The trunk did not carry the call; ask"),
        (TrialStatus("trunk_down", sip_status=500), False, "The trunk did not carry the call (500)"),
        (TrialStatus("congestion", sip_status=503), False, "full or out of order (503)"),
        (TrialStatus("incompatible", sip_status=488), False, "BUURTBEL_TRUNK_CODECS"),
        (TrialStatus("redirected", sip_status=302), False, "forwarded"),
        (TrialStatus("unknown"), False, "It came to nothing that is known."),
        (TrialStatus("answered", 0.5, 3.26, "5"), True, "It was answered after 3.3 s, and 5 was pressed"),
    ],
)
def test_each_end_is_one_sentence_that_says_whose_fault_it_is(
    found: TrialStatus, ok: bool, says: str
) -> None:
    assert told(found).ok == ok
    assert says in told(found).says
    assert told(found).says.endswith(".")
