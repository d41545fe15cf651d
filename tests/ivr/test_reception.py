"""Calls from outside on a fake PBX: who is led by us, and whom we let be."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from broadcast.ports import CallOrder
from ivr.call import Sound
from ivr.fallback import AWAY, INBOUND
from ivr.reception import Reception
from prompts.catalogue import Key
from tests.fakes.ari_call import FakeCall
from tests.ivr.callers import SAYS, Caller
from tests.ivr.conftest import LineDesk, until
from tests.people import phone

GUST = "1763760000.42"


@dataclass
class Door:
    """Everybody is let in as this caller."""

    caller: Caller

    async def who(self, _number: str | None) -> Caller:
        return self.caller

    async def called(self, _order: CallOrder) -> Caller:
        return self.caller


def audible(folder: Path) -> dict[Key, Sound]:
    """Sentences that the fake PBX can play."""
    for key in SAYS:
        (folder / f"{key}.alaw").write_bytes(b"\xd5" * 8000)
    return {key: Sound(folder / key, 0.05) for key in SAYS}


def rings(desk: LineDesk, folder: Path) -> FakeCall:
    Reception(desk.client, desk.exchange, desk.lines, Door(Caller(says=audible(folder))))
    return desk.ari.rings_in(GUST, phone(10))


async def test_who_cannot_be_spoken_to_is_hung_up(line_desk: LineDesk) -> None:
    Reception(line_desk.client, line_desk.exchange, line_desk.lines, Door(Caller(says=SAYS)))
    call = line_desk.ari.rings_in(GUST, phone(10))
    await until(call.gone.is_set)
    assert ("DELETE", f"/ari/channels/{GUST}") in line_desk.ari.requests
    await until(lambda: line_desk.exchange.find(GUST) is None)


async def test_who_was_given_to_the_dialplan_is_left_to_it(line_desk: LineDesk, tmp_path: Path) -> None:
    call = rings(line_desk, tmp_path)
    await until(lambda: call.heard)
    await line_desk.client.channels.continue_in_dialplan(GUST, INBOUND, AWAY)
    await until(lambda: line_desk.exchange.find(GUST) is None)
    assert ("DELETE", f"/ari/channels/{GUST}") not in line_desk.ari.requests


async def test_what_is_whispered_is_played_by_a_second_channel_that_ends_with_it(
    line_desk: LineDesk, tmp_path: Path
) -> None:
    call = rings(line_desk, tmp_path)
    await until(lambda: call.heard)
    live = line_desk.exchange.find(GUST)
    assert live is not None
    assert live.call is not None
    whispering = asyncio.create_task(live.call.whisper(Sound(tmp_path / "report_ends_soon", 0.05)))
    await until(lambda: len(line_desk.ari.calls) > 1)
    [second] = [one for one in line_desk.ari.calls.values() if one is not call]
    await whispering
    assert [Path(one.sound).name for one in second.heard] == ["report_ends_soon"]
    assert second.gone.is_set()
    assert not call.gone.is_set()
