"""Calls from outside on a fake PBX: who is led by us, and whom we let be."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from broadcast.ports import CallOrder
from ivr.call.values import Sound
from ivr.pbx.dialplan import AWAY, INBOUND
from ivr.pbx.identity import CallerId
from prompts.catalogue import Key
from tests.fakes.ari_call import FakeCall
from tests.ivr.callers import SAYS, Caller
from tests.ivr.conftest import ANode, LineDesk, until
from tests.support.people import phone

GUST = "buurtbel-1763760000.42"


@dataclass
class Door:
    """Everybody is let in as this caller."""

    caller: Caller

    async def who(self, _caller: CallerId) -> Caller:
        return self.caller

    async def called(self, _order: CallOrder) -> Caller:
        return self.caller


def audible(folder: Path) -> dict[Key, Sound]:
    """Sentences that the fake PBX can play."""
    for key in SAYS:
        (folder / f"{key}.alaw").write_bytes(b"\xd5" * 8000)
    return {key: Sound(folder / key, 0.05) for key in SAYS}


def rings(desk: LineDesk, folder: Path) -> FakeCall:
    desk.received_by(Door(Caller(says=audible(folder))))
    return desk.ari.rings_in(GUST, phone(10))


async def test_who_cannot_be_spoken_to_is_hung_up(line_desk: LineDesk) -> None:
    line_desk.received_by(Door(Caller(says=SAYS)))
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


async def test_who_calls_while_an_urgent_alert_needs_all_lines_finds_us_engaged(
    line_desk: LineDesk, tmp_path: Path
) -> None:
    reception = line_desk.received_by(Door(Caller(says=audible(tmp_path))), ANode(100), most=0)
    first = line_desk.ari.rings_in(GUST, phone(10))
    await until(lambda: first.heard)
    await reception.admission.preempt()
    second = line_desk.ari.rings_in("1763760000.43", phone(11))
    await until(second.gone.is_set)
    assert second.reason == "busy"
    assert not second.heard
    await until(first.gone.is_set)
    assert Path(first.heard[-1].sound).name == "line_needed"
    await until(lambda: not line_desk.lines.callers)


def rings_and_cannot_be_ended(line_desk: LineDesk, monkeypatch: pytest.MonkeyPatch) -> FakeCall:
    """A caller, and a PBX that takes no hang-up."""
    monkeypatch.setattr("ivr.pbx.unended.LOOK_EVERY", 0.01)
    line_desk.ari.no_hang_ups = True
    line_desk.received_by(Door(Caller(says=SAYS)))
    return line_desk.ari.rings_in(GUST, phone(10))


async def test_a_caller_who_could_not_be_hung_up_keeps_the_line_until_they_are_gone(
    line_desk: LineDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = rings_and_cannot_be_ended(line_desk, monkeypatch)
    await until(lambda: ("DELETE", f"/ari/channels/{GUST}") in line_desk.ari.requests)
    await until(lambda: line_desk.exchange.find(GUST) is None)
    assert line_desk.lines.callers == 1
    call.put_down()
    await until(lambda: line_desk.lines.callers == 0)


async def test_a_caller_who_is_received_anew_holds_one_line_and_none_when_they_are_gone(
    line_desk: LineDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = rings_and_cannot_be_ended(line_desk, monkeypatch)
    held: list[int] = []

    def is_let_be() -> bool:
        """They were to be hung up once more, and nobody stays with them."""
        hang_ups = line_desk.ari.requests.count(("DELETE", f"/ari/channels/{GUST}"))
        return hang_ups > len(held) and line_desk.exchange.find(GUST) is None

    while len(held) < 3:
        await until(is_let_be)
        held.append(line_desk.lines.callers)
        await line_desk.is_cut_off()
        await line_desk.is_back()
    call.put_down()
    await until(lambda: line_desk.exchange.find(GUST) is None)
    assert held == [1, 1, 1]
    await until(lambda: line_desk.lines.callers == 0)


async def test_who_hangs_up_before_anybody_knows_them_holds_no_line(line_desk: LineDesk) -> None:
    class Slow(Door):
        async def who(self, _caller: CallerId) -> Caller:
            await asyncio.Event().wait()
            raise AssertionError

    line_desk.received_by(Slow(Caller()))
    call = line_desk.ari.rings_in(GUST, phone(10))
    await until(lambda: line_desk.lines.callers == 1)
    call.put_down()
    await until(lambda: line_desk.lines.callers == 0)
