"""Whenever we end a call, the far end is told at once: while we speak, listen, are on hold, or ring."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ivr.ari.client import AriClient
from ivr.pbx.dialplan import ANSWERED, CONTEXT
from ivr.pbx.trunk import Trunk
from prompts.audio import write_sound
from tests.embedded.pbx.line import Line, PhoneCall
from tests.far_ends.behaviours import ALL
from tests.far_ends.call import Call
from tests.far_ends.peer import Peer, in_background
from tests.pbx_fixtures import RunningPbx, eventually, pbx_settings, speech, start_pbx_for_test

pytestmark = pytest.mark.pbx

TOLD_WITHIN = 0.5
STAYS, HOLDS, SENDS_NOTHING, RINGS, NO_487, FULL_487 = "004", "131", "212", "007", "232", "233"
LIMIT = 3


@pytest.fixture(scope="module")
def pbx_at_odd_ends(asterisk_root: Path, pbx_folder: Path) -> Iterator[tuple[RunningPbx, Peer]]:
    with in_background(Peer({number: one.play for number, one in ALL.items()})) as trunk:
        settings = pbx_settings(pbx_folder, Trunk(uri=trunk.address, qualify=0))
        pbx = start_pbx_for_test(asterisk_root, pbx_folder / "odd-ends", settings)
        write_sound(pbx.sounds / "long", speech("Er is ingebroken. Blijf binnen. " * 5))
        yield pbx, trunk
        asyncio.run(pbx.asterisk.stop())


async def is_spoken_to(line: Line, pbx: RunningPbx, digits: str, **variables: str) -> PhoneCall:
    call = await line.dial(f"+99915000{digits}", variables=variables)
    await call.until("StasisStart")
    await line.post(f"channels/{call.id}/play", media=f"sound:{pbx.sounds / 'long'}")
    await call.until("PlaybackStarted")
    return call


def far_end_of(trunk: Peer, call: PhoneCall) -> Call:
    return trunk.calls_to(call.number)[-1]


async def ends_within(far: Call, since: float) -> float:
    await eventually(lambda: far.ended.is_set() or far.cancelled.is_set())
    return time.monotonic() - since


@pytest.mark.parametrize("is_listened_to", [False, True], ids=["spoken to", "listened to as well"])
@pytest.mark.parametrize("digits", [STAYS, HOLDS, SENDS_NOTHING])
async def test_who_is_spoken_to_is_told_at_once(
    pbx_at_odd_ends: tuple[RunningPbx, Peer], digits: str, is_listened_to: bool
) -> None:
    pbx, trunk = pbx_at_odd_ends
    async with Line(pbx) as line:
        call = await is_spoken_to(line, pbx, digits)
        if is_listened_to:
            await line.post(f"channels/{call.id}/snoop/ear-{call.id}", spy="in", app="buurtbel")
            await line.post(f"channels/ear-{call.id}/record", name=f"heard/{call.id}", format="alaw")
        since = time.monotonic()
        await line.hang_up(call)
        assert await ends_within(far_end_of(trunk, call), since) < TOLD_WITHIN


@pytest.mark.parametrize("digits", [STAYS, HOLDS, SENDS_NOTHING])
async def test_the_limit_of_a_call_ends_it_at_once(
    pbx_at_odd_ends: tuple[RunningPbx, Peer], digits: str
) -> None:
    pbx, trunk = pbx_at_odd_ends
    async with Line(pbx) as line:
        call = await is_spoken_to(line, pbx, digits, CALL_LIMIT=str(LIMIT))
        far = far_end_of(trunk, call)
        assert far.answered_at is not None
        assert await ends_within(far, far.answered_at + LIMIT) < TOLD_WITHIN


@pytest.mark.parametrize("digits", [RINGS, NO_487, FULL_487])
async def test_a_telephone_stops_ringing_at_once_and_is_not_rung_again(
    pbx_at_odd_ends: tuple[RunningPbx, Peer], digits: str
) -> None:
    """Whatever it says to that: no 487 at all, or 503."""
    pbx, trunk = pbx_at_odd_ends
    async with Line(pbx) as line:
        call = await line.dial(f"+99915000{digits}")
        await eventually(lambda: bool(trunk.calls_to(call.number)))
        await call.until("Dial", count=2)
        since = time.monotonic()
        await line.hang_up(call)
        assert await ends_within(far_end_of(trunk, call), since) < TOLD_WITHIN
        await call.until("ChannelDestroyed")
        assert time.monotonic() - since < TOLD_WITHIN
        [_] = trunk.calls_to(call.number)


@pytest.mark.parametrize("digits", ["300", "302", "303", "305", "306"])
async def test_a_redirection_leads_nowhere_and_least_of_all_back_to_us(
    pbx_at_odd_ends: tuple[RunningPbx, Peer], digits: str
) -> None:
    pbx, trunk = pbx_at_odd_ends
    number = f"+99916000{digits}"
    async with Line(pbx), AriClient(pbx.ari_url, pbx.ari_user, pbx.ari_password, app="other") as client:
        await client.channels.originate(
            str(uuid4()), endpoint=f"PJSIP/{number}@trunk", context=CONTEXT, extension=ANSWERED, timeout=20
        )
        await eventually(lambda: any(call.ended.is_set() for call in trunk.calls_to(number)))
        async with asyncio.timeout(5):  # whoever called us would be spoken to for longer
            while await client.channels.list():
                await asyncio.sleep(0.05)
        [_] = trunk.calls_to(number)
