"""Ringing somebody for a conversation of its own, on a fake PBX."""

from pathlib import Path
from uuid import uuid4

from ivr.call import Call, Sound
from ivr.ringing import Ringer
from ivr.trunk import Trunk
from tests.fakes.ari_call import FakeCall
from tests.ivr.conftest import LineDesk
from tests.people import phone


def ringer(desk: LineDesk) -> Ringer:
    return Ringer(desk.client, desk.exchange, desk.lines, trunk=Trunk(), endpoint="trunk")


async def test_who_picks_up_hears_the_script_and_is_hung_up_at_its_end(line_desk: LineDesk) -> None:
    async def listens(call: FakeCall) -> None:
        call.pick_up()
        await call.stay()

    async def script(call: Call) -> None:
        await call.play(Sound(line_desk.message, 0.4))

    line_desk.ari.phones[phone(10)] = listens
    assert await ringer(line_desk).ring(uuid4(), phone(10), script, seconds=10)
    [heard] = line_desk.ari.heard[phone(10)]
    assert [(Path(one.sound).name, one.whole) for one in heard] == [("message", True)]
    assert (line_desk.lines.taken, line_desk.ari.calls) == (0, {})


async def test_who_does_not_pick_up_was_not_reached(line_desk: LineDesk) -> None:
    async def script(call: Call) -> None:
        raise AssertionError("nobody is there")

    for number in (phone(16), phone(20), "+32101"):
        assert not await ringer(line_desk).ring(uuid4(), number, script, seconds=2)
    assert (line_desk.lines.taken, line_desk.ari.calls) == (0, {})
