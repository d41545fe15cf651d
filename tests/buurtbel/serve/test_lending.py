"""The line lends this node's work to others while its PBX does not answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from broadcast.ledger.lease import Claimant, Lease
from broadcast.policy import NodePolicy
from buurtbel.serve.pbx_watch import NOTHING_PLACED_AFTER, lend_while_it_answers
from buurtbel.settings.settings import Pbx, Settings
from ivr.pbx.capacity import Lines
from ivr.pbx.trunk import Trunk
from storage.engine import make_engine
from tests.fakes.ari_server import FakeAri
from tests.ivr.conftest import until

EVERY = 0.1


@asynccontextmanager
async def lending(ari: FakeAri, folder: Path, lease: Lease, lines: Lines) -> AsyncIterator[None]:
    pbx = Pbx.model_validate({"ari_url": ari.url, "ari_user": ari.user, "ari_password": ari.password})
    task = asyncio.create_task(
        lend_while_it_answers(Settings(data_dir=folder, pbx=pbx), lease, lines, every=EVERY)
    )
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def lease() -> Lease:
    """Of a database that is never asked."""
    return Lease(make_engine("postgresql://nowhere"), Claimant("westerlo", uuid4(), uuid4()), NodePolicy())


@pytest.mark.parametrize("trouble", ["frozen", "away"])
async def test_a_pbx_that_does_not_answer_is_given_no_calls_soon_and_loses_its_node_the_lease_once(
    tmp_path: Path, lease: Lease, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    lines = Lines(Trunk())
    lines.open()
    async with FakeAri() as ari, lending(ari, tmp_path, lease, lines):
        await until(lambda: len(ari.requests) > NOTHING_PLACED_AFTER)
        assert lines.is_open
        if trouble == "frozen":
            ari.freeze()
        else:
            await ari.shut()
        await until(lambda: not lines.is_open)
        assert not lease.is_given_up
        await until(lambda: lease.is_given_up)
        assert not lines.is_open
        lines.open()
        assert not lines.is_open, "what is told of the trunk meanwhile changes nothing"
        if trouble == "frozen":
            ari.thaw()
        else:
            await ari.reopen()
        await until(lambda: lines.is_open and not lease.is_given_up)
    said = [record.getMessage() for record in caplog.records if "PBX" in record.getMessage()]
    assert ["other nodes" in line for line in said] == [True, False], said


async def test_a_pbx_that_is_frozen_for_a_moment_costs_nothing(tmp_path: Path, lease: Lease) -> None:
    lines = Lines(Trunk())
    lines.open()
    async with FakeAri() as ari, lending(ari, tmp_path, lease, lines):
        await until(lambda: ari.requests)
        ari.freeze()
        await until(lambda: not lines.is_open)
        ari.thaw()
        await until(lambda: lines.is_open)
        assert not lease.is_given_up
