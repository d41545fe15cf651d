"""Sound goes to the phone that was called and is heard from it, whoever else sends some."""

from pathlib import Path

import pytest

from buurtbel.pbx import Secrets, start_pbx
from embedded.network.free_ports import LOOPBACK
from embedded.network.ports import Address, PortRange
from ivr.pbx.trunk import Trunk
from prompts.audio import Audio, read, write_sound
from prompts.comparator import compare
from tests.embedded.pbx.intruder import Intruder
from tests.embedded.pbx.line import Line
from tests.far_ends.call import Call
from tests.far_ends.peer import DIGITS, Peer
from tests.far_ends.sdp import Description
from tests.pbx_fixtures import (
    RunningNeighbourhood,
    RunningPbx,
    eventually,
    is_closed,
    pbx_settings,
    played,
    speech,
)

pytestmark = pytest.mark.pbx

MESSAGE = "Er loopt een verdachte man door de Beukenlaan. Blijf binnen en sluit uw deuren."
OMER = "+99915000701"
NORA = "+99915000702"
JEF = "+99911000703"
NAMED = "127.0.0.3"
SILENT_FOR = 25
"""Moments of 20 ms."""


@pytest.fixture(scope="module")
def message(pbx: RunningPbx) -> str:
    write_sound(pbx.sounds / "edge", speech(MESSAGE))
    return str(pbx.sounds / "edge")


@pytest.fixture(scope="module")
def sent(message: str) -> Audio:
    return played(message)


def intruder(pbx: RunningPbx, *, presses: str = "") -> Intruder:
    settings = pbx.settings.pbx
    return Intruder(
        Address.parse(settings.sip_bind).host, PortRange.parse(settings.rtp_ports), presses=presses
    )


async def heard(neighbourhood: RunningNeighbourhood, number: str) -> Audio:
    file = neighbourhood.recordings / f"{number[1:]}-1.wav"
    await eventually(lambda: file.exists() and is_closed(file))
    return read(file)


async def test_the_alert_to_a_silent_phone_cannot_be_taken_by_who_sends_sound_first(
    pbx: RunningPbx, neighbourhood: RunningNeighbourhood, message: str, sent: Audio
) -> None:
    with intruder(pbx) as elsewhere:
        async with Line(pbx) as line:
            call = await line.dial(OMER)
            await call.until("StasisStart")
            # The phone is silent for as long as it hears nothing; somebody else is not.
            before = elsewhere.sent
            await eventually(lambda: elsewhere.sent > before + SILENT_FOR)
            await line.post(f"channels/{call.id}/play", media=f"sound:{message}", playbackId="edge")
            await call.until("PlaybackFinished")
            await line.hang_up(call)
            await call.until("ChannelDestroyed")
    assert elsewhere.taken == 0
    assert compare(sent, await heard(neighbourhood, OMER)).whole


async def test_a_key_from_elsewhere_confirms_nothing_and_the_phone_s_own_does(
    pbx: RunningPbx, neighbourhood: RunningNeighbourhood, message: str, sent: Audio
) -> None:
    with intruder(pbx, presses="2") as elsewhere:
        async with Line(pbx) as line:
            silent = await line.converse(NORA, message, passes=1)
            called = await line.converse(JEF, message, pause=3.0)
    assert silent.digits == ""
    assert called.digits == "1"
    assert elsewhere.taken == 0
    assert compare(sent, await heard(neighbourhood, JEF)).whole


async def says_elsewhere(call: Call) -> None:
    """Its SDP names one address while its sound comes from another, as behind some NATs."""
    named = await call.hear(NAMED)
    body = Description().written(NAMED, named.port)
    await call.hear_elsewhere(LOOPBACK)
    await call.answer(body=body)
    await call.until_over()


@pytest.mark.parametrize("symmetric", [False, True], ids=["where its SDP says", "where its sound comes from"])
async def test_a_trunk_that_sends_from_elsewhere_gets_our_sound(
    asterisk_root: Path, pbx_folder: Path, symmetric: bool
) -> None:
    async with Peer({NORA[-DIGITS:]: says_elsewhere}) as trunk:
        settings = pbx_settings(pbx_folder, Trunk(uri=trunk.address, qualify=0, symmetric_rtp=symmetric))
        asterisk = await start_pbx(
            asterisk_root, pbx_folder / f"odd-{symmetric}", settings, Secrets("q" * 40)
        )
        pbx = RunningPbx(asterisk, settings, "q" * 40)
        write_sound(pbx.sounds / "odd", speech(MESSAGE))
        try:
            async with Line(pbx) as line:
                call = await line.dial(NORA)
                await call.until("StasisStart")
                [far] = trunk.calls
                await eventually(lambda: far.media is not None and far.media.sent > SILENT_FOR)
                await line.post(f"channels/{call.id}/play", media=f"sound:{pbx.sounds / 'odd'}")
                await call.until("PlaybackFinished")
                await line.hang_up(call)
        finally:
            await asterisk.stop()
    # Six seconds of sound; nearly nothing was sent before the first sound from there came.
    where_named, where_from = (ear.loud_seconds() for ear in far.ears)
    right, wrong = (where_from, where_named) if symmetric else (where_named, where_from)
    assert right > 2.0
    assert wrong < 0.2
