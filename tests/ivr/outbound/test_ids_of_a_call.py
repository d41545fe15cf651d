"""Every line of a log that tells of a call carries its broadcast, its attempt and its channel."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from broadcast.engine.batching import Batcher
from broadcast.engine.call_ids import CallIds, follow, followed, following, told_in_logs
from embedded.logs import LogLine, PlainFormatter, read_line
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.ivr.called_back import called_back, presses
from tests.ivr.callers import Caller, Reporting
from tests.ivr.conftest import LineDesk, line_on, until
from tests.ivr.inbound.test_reception import GUST, Door, audible
from tests.ivr.officers import AN, BERT, OfficersHouse
from tests.support.people import phone

OF_NO_CALL = frozenset({"ivr.ari.connection", "ivr.outbound.trunk_watch"})
"""Who tells of the PBX and of the trunk as a whole,"""
OF_THE_TRUNK = "The trunk "
"""as the exchange does too."""
THEIR_LIFE = ("Originating.", "It got through.", "Answered.")


@dataclass
class Log(logging.Handler):
    """What the line's log would hold."""

    lines: list[LogLine] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.setFormatter(PlainFormatter(about=told_in_logs))

    def emit(self, record: logging.LogRecord) -> None:
        line = read_line(self.format(record))
        assert line is not None
        self.lines.append(line)

    __hash__ = logging.Handler.__hash__

    @property
    def of_calls(self) -> list[tuple[CallIds | None, str]]:
        """Whose line it is, and what it says, of all that the line and the engine say of calls."""
        return [
            (CallIds.read(line.about), line.text)
            for line in self.lines
            if line.name.startswith(("ivr.", "broadcast.engine"))
            and line.name not in OF_NO_CALL
            and not line.text.startswith(OF_THE_TRUNK)
        ]

    def of(self, ids: CallIds) -> list[str]:
        return [text for whose, text in self.of_calls if whose == ids]


@pytest.fixture
def log() -> Iterator[Log]:
    handler, root = Log(), logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


async def talks_and_presses_1(call: FakeCall) -> None:
    call.pick_up()
    await call.talk(0.3)
    await call.passes(0.5)
    call.press("1")
    await call.stay()


async def presses_9(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(0.5)
    call.press("9")
    await call.passes(0.5)
    call.put_down()


async def test_each_line_of_two_calls_at_once_carries_the_three_ids_of_its_own(
    house: OfficersHouse, tmp_path: Path, log: Log
) -> None:
    """One of them goes on as a conversation, and the other's talk cannot be listened to, which is told."""
    office = house.office
    async with FakeAri(speed=1.0) as ari, line_on(ari, tmp_path) as desk:
        ari.no_snooping = True
        ari.phones |= {AN: talks_and_presses_1, BERT: presses_9}
        desk.received_by(Door(Reporting(says=audible(tmp_path))))
        async with office.at_work(desk.dialler):
            sent = await office.sends()
            attempts = await office.open_calls()
            await office.until_closed(sent.broadcast)
            await until(lambda: not ari.calls)
            await until(lambda: not desk.lines.callers)
    an, bert = (CallIds.of_attempt(attempts[number], sent.broadcast) for number in (AN, BERT))
    assert {whose for whose, _ in log.of_calls} == {an, bert}
    ans, berts = log.of(an), log.of(bert)
    assert [text for text in ans if text in THEIR_LIFE] == list(THEIR_LIFE)
    assert [text for text in berts if text in THEIR_LIFE] == list(THEIR_LIFE)
    assert ans[-1] == berts[-1] == "Ended (cause 16)."
    assert any("Snoop channel" in text for text in ans), ans
    assert "Its attempt is over; the conversation goes on as that of a caller." in berts


async def test_an_adopted_call_carries_them_too(house: OfficersHouse, tmp_path: Path, log: Log) -> None:
    office = house.office
    sent = await office.sends()
    taken = await office.takes(AN)
    async with FakeAri(speed=1.0) as ari, line_on(ari, tmp_path, connected=False) as desk:
        runner = office.runner(desk.dialler)
        await runner.adopt_all()
        await desk.is_back()
        await runner.finished()
    ids = CallIds.of_attempt(taken.attempt, sent.broadcast)
    assert log.of_calls == [
        (ids, "A call of an earlier process is seen through."),
        (ids, "Ended (lost sight of)."),
    ]


async def test_a_call_of_our_own_carries_its_channel(house: OfficersHouse, tmp_path: Path, log: Log) -> None:
    async with called_back(house, tmp_path) as town:
        await town.asked()
        town.ari.phones[phone(10, 9)] = presses("1")
        process = town.process()
        await town.until(process, lambda came: "sent" in came)
        [channel] = town.ari.posts
        await until(lambda: not town.ari.calls)
    said = log.of(CallIds(channel))
    assert [text for text in said if text in THEIR_LIFE] == list(THEIR_LIFE)
    assert said[-1].startswith("Ended")


async def test_a_call_to_us_carries_its_channel(line_desk: LineDesk, tmp_path: Path, log: Log) -> None:
    line_desk.received_by(Door(Caller(says=audible(tmp_path))))
    call = line_desk.ari.rings_in(GUST, phone(10))
    await until(lambda: call.heard)
    call.put_down()
    await until(lambda: line_desk.exchange.find(GUST) is None)
    said = log.of(CallIds(GUST))
    assert {whose for whose, _ in log.of_calls} == {CallIds(GUST)}
    assert (said[0], said[-1]) == ("Somebody calls us.", "Ended (cause 16).")


async def test_a_call_that_nobody_leads_carries_its_channel(tmp_path: Path, log: Log) -> None:
    async with FakeAri() as ari:
        orphan = str(uuid4())
        ari.places(orphan, phone(17), {"timeout": 3600})
        async with line_on(ari, tmp_path):
            await until(lambda: not ari.calls)
    assert log.of(CallIds(orphan))[0] == "Nobody leads this call: it is ended, or left to the PBX."
    assert {whose for whose, _ in log.of_calls} == {CallIds(orphan)}


# What is done for several calls, or for another one


async def test_what_is_written_for_several_calls_together_carries_the_ids_of_none() -> None:
    worked_for = list[CallIds | None]()

    async def do(items: Sequence[int]) -> list[None]:
        worked_for.append(followed())
        return [None for _ in items]

    async def asks() -> None:
        follow(CallIds.of_attempt(uuid4(), 1))
        await together(1)

    together: Batcher[int, None] = Batcher(do)
    await asyncio.gather(asks(), asks())
    assert worked_for == [None]


async def test_who_ends_another_call_says_it_of_that_one(line_desk: LineDesk, log: Log) -> None:
    ids, order = CallIds("buurtbel-1763760000.7"), line_desk.order(phone(17))
    with following(CallIds.of_attempt(order.attempt, 1)):
        calling = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    await line_desk.ari.shut()
    with following(ids):
        await line_desk.dialler.stop(order.attempt)
    told = [whose for whose, text in log.of_calls if text.startswith("A call could not be ended")]
    assert told == [CallIds.of_attempt(order.attempt, 1)]
    calling.cancel()
    await asyncio.wait({calling})


# What is written, and read again


@pytest.mark.parametrize(
    "ids",
    [
        CallIds.of_attempt(UUID(int=1 << 127), 7),
        CallIds.of_attempt(UUID(int=3)),
        CallIds("00000000-0000-4000-8000-000000000001"),
        CallIds(GUST),
        CallIds("1763760000.43"),
    ],
)
def test_ids_are_read_as_they_were_written(ids: CallIds) -> None:
    assert CallIds.read(str(ids)) == ids
    assert ids.are_of(ids.channel)


@pytest.mark.parametrize(
    "channel", ["+32475123456", "0475123456.1", "32475-1", "a b", "x]: y", "", "٣٢٤٧٥١٢٣٤٥.1"]
)
def test_what_is_no_channel_is_not_written(channel: str) -> None:
    assert str(CallIds(channel, broadcast=7)) == "broadcast=7 channel=?"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "channel=?",
        "channel=+32475123456",
        "broadcast=x channel=1763760000.43",
        "attempt=1 channel=1",
        "7",
    ],
)
def test_what_is_no_ids_is_not_read(written: str) -> None:
    assert CallIds.read(written) is None
