"""Sixty members call within a minute of an alert, played by SIPp, while another broadcast fills the line."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from string import Template

from sqlalchemy import func, select

from bench.children import ChildDied, child
from bench.somebody import BENCH
from broadcast.draft import Draft
from broadcast.states import AttemptState, Outcome
from broadcast.tables import Attempt
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from ivr.call.channel import PATH_OPENS_WITHIN
from prompts.audio import TELEPHONE_RATE, Audio, decode_telephone
from prompts.comparator import compare
from tests.acceptance.stage import NEWEST, LineStage
from tests.support.people import network_of

SCENARIO = Path(__file__).with_name("caller.xml")
CALLERS = [f"+99917{800_000 + nth}" for nth in range(60)]
STAYING = [f"+99915{800_000 + nth}" for nth in range(120)]
"""They pick up, say nothing and stay: enough of them to fill the line for as long as the callers call."""
BETWEEN_CALLS = 0.95
INTO_A_MENU = 0.6
"""The part of a menu's question after which the key is pressed."""
RTP_HEADER = 12
ENDS_WITHIN = 240.0


class _Ear(asyncio.DatagramProtocol):
    """Where one caller listens."""

    def __init__(self) -> None:
        self._heard = bytearray()

    def datagram_received(self, data: bytes, _from: object) -> None:
        self._heard += data[RTP_HEADER:]

    @property
    def heard(self) -> Audio:
        return Audio(decode_telephone(bytes(self._heard)), TELEPHONE_RATE)


async def sixty_call_within_a_minute(stage: LineStage, _number: str) -> None:
    """Nobody gets busy, everybody hears the alert whole and confirms it, and calls out go on meanwhile."""
    called = await _send(stage, "crowd", CALLERS)
    filling = await _send(stage, "filling", STAYING)
    alert = await stage.message(called)
    rung: list[int] = []
    async with _ears() as ears:
        watching = asyncio.create_task(_watch(stage, filling, rung))
        try:
            await _all_call(stage, [port for port, _ in ears], alert)
        finally:
            watching.cancel()
    missed = [
        n for n, (_, ear) in enumerate(ears) if not (await asyncio.to_thread(compare, alert, ear.heard)).whole
    ]
    assert not missed, f"{len(missed)} did not hear the whole alert"
    confirmed = await _confirmed(stage, called)
    assert confirmed == len(CALLERS), f"{confirmed} of {len(CALLERS)} have confirmed"
    trunk = stage.assembly.settings.trunk
    assert max(rung) == trunk.channels - trunk.channels_for_callers, f"at most {max(rung)} calls out at once"


async def _send(stage: LineStage, slug: str, numbers: Sequence[str]) -> int:
    people = {f"{slug} {nth}": [number] for nth, number in enumerate(numbers)}
    await network_of(stage.assembly.engine, people, slug=slug)
    sent = await stage.assembly.desk.send(BENCH, Draft([slug], {"nl": NEWEST["nl"]}, urgent=True))
    return sent.broadcast


@contextlib.asynccontextmanager
async def _ears() -> AsyncIterator[list[tuple[int, _Ear]]]:
    loop = asyncio.get_running_loop()
    opened = [await loop.create_datagram_endpoint(_Ear, local_addr=(LOOPBACK, 0)) for _ in CALLERS]
    try:
        yield [(transport.get_extra_info("sockname")[1], ear) for transport, ear in opened]
    finally:
        for transport, _ in opened:
            transport.close()


async def _all_call(stage: LineStage, ports: Sequence[int], alert: Audio) -> None:
    """Raises ChildDied unless every call was answered and went to its end."""
    folder = stage.phones.recordings.parent / "crowd"
    folder.mkdir()
    says = {
        key: stage.says(key).seconds
        for key in ("line_urgent_help", "line_welcome", "line_menu", "line_after_alert", "thank_you")
    }
    waits = {
        "menu": PATH_OPENS_WITHIN
        + says["line_urgent_help"]
        + says["line_welcome"]
        + INTO_A_MENU * says["line_menu"],
        "confirm": alert.seconds + INTO_A_MENU * says["line_after_alert"],
        "thanks": says["thank_you"] + 1.0,
    }
    scenario = Template(SCENARIO.read_text()).substitute(
        {name: round(1000 * wait) for name, wait in waits.items()}
    )
    (folder / "caller.xml").write_text(scenario)
    rows = [f"{number};{port}" for number, port in zip(CALLERS, ports, strict=True)]
    (folder / "callers.csv").write_text("\n".join(["SEQUENTIAL", *rows, ""]))
    number, _, at = stage.phones.dials.removeprefix("sip:").partition("@")
    command = [
        "sipp",
        at,
        *("-sf", "caller.xml", "-inf", "callers.csv", "-s", number),
        *("-i", LOOPBACK, "-p", str(free_ports(1)), "-mp", str(free_audio_ports(2).first)),
        *("-ci", LOOPBACK, "-cp", str(free_ports(1))),
        *("-m", str(len(CALLERS)), "-r", "1", "-rp", str(round(1000 * BETWEEN_CALLS))),
        *("-nostdin", "-trace_err"),
    ]
    log = folder / "sipp.log"
    with log.open("wb") as sink:
        async with child(command, cwd=folder, output=sink, errors=sink) as sipp, asyncio.timeout(ENDS_WITHIN):
            if await sipp.wait() != 0:
                raise ChildDied(f"Not every call was answered and went to its end; see {folder}.")


async def _watch(stage: LineStage, broadcast: int, rung: list[int]) -> None:
    """Note every second how many are being rung for this broadcast."""
    dialling = select(func.count()).where(
        Attempt.broadcast_id == broadcast, Attempt.state == AttemptState.DIALLING
    )
    while True:
        async with stage.assembly.engine.connect() as connection:
            rung.append(await connection.scalar(dialling) or 0)
        await asyncio.sleep(1.0)


async def _confirmed(stage: LineStage, broadcast: int) -> int:
    found = select(func.count()).where(
        Attempt.broadcast_id == broadcast, Attempt.outcome == Outcome.CONFIRMED_BY_CALLBACK
    )
    async with stage.assembly.engine.connect() as connection:
        return await connection.scalar(found) or 0
