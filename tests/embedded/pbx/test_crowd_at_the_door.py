"""More calls at once than the trunk has channels, from the trunk's own address, on our real PBX."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from broadcast.rules.retry import CONSEQUENCES
from buurtbel.pbx import Secrets, start_pbx
from embedded.network.free_ports import free_audio_ports
from ivr.ari.causes import outcome_of
from ivr.pbx.trunk import Trunk
from tests.embedded.pbx.line import Line
from tests.far_ends.call import Call
from tests.far_ends.outgoing import Outgoing, call
from tests.far_ends.peer import Peer
from tests.pbx_fixtures import RunningPbx, eventually, pbx_settings

pytestmark = pytest.mark.pbx

CHANNELS, CROWD = 10, 200
REFUSED_WITHIN = 5.0
"""Seconds from the first of them to the last refusal, on a machine that does other things too."""


async def rings(at: Call) -> None:
    at.respond(180)
    await at.until_over()


class Door:
    """Our PBX, whose application leaves callers ringing, and the trunk that brings them."""

    def __init__(self, pbx: RunningPbx, peer: Peer, line: Line) -> None:
        self.pbx, self.peer, self.line = pbx, peer, line

    async def crowd(self, count: int) -> Sequence[Outgoing]:
        """They all ring in the same moment."""
        at = f"sip:+3214539600@{self.pbx.settings.pbx.sip_bind}"
        return await asyncio.gather(*(call(self.peer, at) for _ in range(count)))

    async def up(self) -> int:
        return len(await self.line.get("channels"))


@asynccontextmanager
async def door(root: Path, folder: Path, *, calls: int) -> AsyncIterator[Door]:
    """With ports for the sound of so many `calls`."""
    async with Peer({"001": rings}) as peer:
        settings = pbx_settings(folder, Trunk(uri=peer.address, simulated=True, channels=CHANNELS))
        pbx = settings.pbx.model_copy(update={"rtp_ports": str(free_audio_ports(calls))})
        settings = settings.model_copy(update={"pbx": pbx})
        asterisk = await start_pbx(root, folder / f"door-{calls}", settings, Secrets("q" * 40))
        try:
            running = RunningPbx(asterisk, settings, "q" * 40)
            async with Line(running) as line:
                yield Door(running, peer, line)
        finally:
            await asterisk.stop()


@pytest.mark.timeout(90)
async def test_a_crowd_is_refused_but_for_as_many_as_the_trunk_carries(
    asterisk_root: Path, pbx_folder: Path
) -> None:
    async with door(asterisk_root, pbx_folder, calls=CROWD + 2 * CHANNELS) as it:
        began = time.monotonic()
        placed = await it.crowd(CROWD)
        await eventually(lambda: sum(one.status is not None for one in placed) >= CROWD - CHANNELS)
        assert time.monotonic() - began < REFUSED_WITHIN
        statuses = Counter(one.status for one in placed)
        assert set(statuses) <= {None, 486}
        assert 0 < statuses[None] <= CHANNELS
        # Those who came first are still there, and so are ports for a call of our own.
        assert await it.up() == statuses[None]
        ours = await it.line.dial("+99977001001")
        await eventually(lambda: bool(it.peer.calls_to("+99977001001")))
        await it.line.hang_up(ours)
        # Nobody who was refused has left anything behind: there is room again.
        for one in placed:
            if one.status is None:
                one.cancel()
        async with asyncio.timeout(20):
            while await it.up():
                await asyncio.sleep(0.02)
            await it.crowd(1)
            while not await it.up():
                await asyncio.sleep(0.02)


@pytest.mark.timeout(90)
async def test_a_call_of_ours_that_finds_no_port_is_counted_against_nobody(
    asterisk_root: Path, pbx_folder: Path
) -> None:
    async with door(asterisk_root, pbx_folder, calls=CHANNELS) as it:
        await it.crowd(CHANNELS)
        async with asyncio.timeout(20):
            while await it.up() < CHANNELS:
                await asyncio.sleep(0.02)
        ours = await it.line.dial("+99977001001")
        await ours.until("ChannelDestroyed")
        assert not it.peer.calls_to("+99977001001")
        row = CONSEQUENCES[outcome_of(ours.cause, ours.sip_status, rang=False)]
        assert not row.counted
        assert not row.excused, "which counts after a few"
