"""The server itself, called as Asterisk calls it: messages on a loopback socket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from embedded.network.free_ports import LOOPBACK, free_ports
from prompts.audio import TELEPHONE_RATE, Samples, read
from simulation.kinds import Beep, Box, Neighbour, NeighbourKind, Press
from simulation.phones.audiosocket import MessageKind, Messages, audio, seconds_since_answer
from simulation.server import answering
from simulation.sound.frames import FRAME_SECONDS, clip_of
from simulation.sound.studio import Studio
from tests.pbx_fixtures import eventually
from tests.simulation.rehearsal import GREETING, HALLO, message, neighbour, person

MIA = neighbour(NeighbourKind.HALLO, person(HALLO, leaves_after=0.2), number="+99930000001")
OMER = neighbour(NeighbourKind.SILENT, person(), number="+99930000002", suppresses=True)
SOFIE = neighbour(
    NeighbourKind.PRESSES_BEFORE, person(presses=(Press(0.3, in_quiet=False),)), number="+99931000003"
)
AN = neighbour(NeighbourKind.BOX, Box(0.1, GREETING, (Beep(0.1, 1000.0, 0.2, -15.0),)), number="+99930000004")


class Caller:
    """Asterisk's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.heard: list[bytes] = []
        self.kinds: list[int] = []
        self._reading = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Until the phone hands the call back; then Asterisk closes the connection."""
        messages = Messages()
        while data := await reader.read(4096):
            for kind, payload in messages.feed(data):
                self.kinds.append(kind)
                if kind == MessageKind.HANGUP:
                    self._writer.close()
                    return
                if len(payload) > 2:
                    self.heard.append(payload)

    async def speak(self, sound: Samples) -> None:
        """In real time, as frames come from a telephone."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        for frame in clip_of(sound):
            if self._writer.is_closing():
                break
            self._writer.write(audio(frame))
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def is_left(self) -> None:
        """Return when the phone has handed the call back."""
        async with asyncio.timeout(10):
            await self._reading

    async def hang_up(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()
        self._reading.cancel()


@asynccontextmanager
async def street(
    studio: Studio, recordings: Path, *neighbours: Neighbour
) -> AsyncIterator[Callable[[str], Awaitable[Caller]]]:
    port = free_ports(1)

    async def dial(digits: str) -> Caller:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.write(b"\x01\x00\x10" + UUID(f"00000000-0000-4000-8000-0{digits}").bytes)
        return Caller(reader, writer)

    async with answering(neighbours, recordings=recordings, address=(LOOPBACK, port), studio=studio):
        yield dial


def told(recordings: Path, name: str) -> dict[str, object]:
    return dict(json.loads((recordings / f"{name}.json").read_text()))


async def test_a_phone_speaks_at_the_pace_of_a_telephone(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, MIA) as dial:
        caller = await dial(MIA.digits)
        await eventually(lambda: len(caller.heard) >= 5)
        began, already = time.monotonic(), len(caller.heard)
        await eventually(lambda: len(caller.heard) >= already + 50)
        # Never faster; on a busy machine later, by what has waited meanwhile.
        assert time.monotonic() - began > 0.9
        await caller.hang_up()


async def test_a_caller_who_hangs_up_ends_the_call(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, MIA) as dial:
        caller = await dial(MIA.digits)
        await caller.speak(message(1))
        await caller.hang_up()
        await eventually((tmp_path / f"{MIA.digits}-1.json").exists)
    assert told(tmp_path, f"{MIA.digits}-1")["ended_by"] == "us"
    assert read(tmp_path / f"{MIA.digits}-1.wav").seconds == pytest.approx(1.0, abs=0.1)


@pytest.mark.thorough
async def test_a_phone_that_is_put_down_ends_the_call(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, MIA) as dial:
        caller = await dial(MIA.digits)
        await caller.speak(message(6))
        await caller.is_left()
        await eventually((tmp_path / f"{MIA.digits}-1.json").exists)
    assert told(tmp_path, f"{MIA.digits}-1")["ended_by"] == "them"
    assert caller.kinds[-1] == 0


async def test_a_call_goes_on_after_its_key_was_pressed(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, SOFIE) as dial:
        before = await dial(SOFIE.digits)
        await before.speak(message(0.5))
        await before.is_left()
        after = await dial(SOFIE.digits)
        await after.speak(message(0.5))
        await after.hang_up()
        await eventually((tmp_path / f"{SOFIE.digits}-1.json").exists)
    assert [file.name for file in tmp_path.glob("*.json")] == [f"{SOFIE.digits}-1.json"]
    assert read(tmp_path / f"{SOFIE.digits}-1.wav").seconds > 0.75


@pytest.mark.thorough
async def test_a_caller_who_hangs_up_while_a_key_is_pressed_does_not_leave_the_call_open(
    studio: Studio, tmp_path: Path
) -> None:
    async with street(studio, tmp_path, SOFIE) as dial:
        await (await dial(SOFIE.digits)).is_left()
        await eventually((tmp_path / f"{SOFIE.digits}-1.json").exists)
    assert told(tmp_path, f"{SOFIE.digits}-1")["ended_by"] == "us"


async def test_each_call_has_a_recording_of_its_own(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, MIA) as dial:
        for _ in range(2):
            await (await dial(MIA.digits)).hang_up()
        await eventually((tmp_path / f"{MIA.digits}-2.json").exists)


@pytest.mark.thorough
async def test_a_box_keeps_exactly_what_came_after_its_beep(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, AN) as dial:
        caller = await dial(AN.digits)
        ramp = np.linspace(0.01, 0.5, 5 * TELEPHONE_RATE, dtype=np.float32)
        await caller.speak(ramp)
        await caller.hang_up()
        await eventually((tmp_path / f"{AN.digits}-1.json").exists)
    kept = read(tmp_path / f"{AN.digits}-1.kept.wav").samples
    begins = 0.01 + 0.49 * AN.greeting_seconds / 5
    assert float(kept[0]) == pytest.approx(begins, abs=0.49 * 0.08 / 5)
    assert kept.max() == pytest.approx(0.5, abs=0.01)
    assert len(kept) / TELEPHONE_RATE == pytest.approx(5 - AN.greeting_seconds, abs=0.15)


async def test_a_silent_network_still_tells_asterisk_that_it_is_there(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, OMER) as dial:
        caller = await dial(OMER.digits)
        await eventually(lambda: len(caller.kinds) >= 2, seconds=4)
        assert caller.heard == []
        await caller.hang_up()


async def test_a_number_that_nobody_drew_is_left_at_once(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, MIA) as dial:
        await (await dial("99930999999")).is_left()
    assert list(tmp_path.iterdir()) == []


async def test_calls_that_go_on_at_the_end_are_written_too(studio: Studio, tmp_path: Path) -> None:
    async with street(studio, tmp_path, MIA) as dial:
        caller = await dial(MIA.digits)
        await caller.speak(message(0.5))
    await caller.is_left()
    assert read(tmp_path / f"{MIA.digits}-1.wav").seconds >= 0.4


def test_messages_are_cut_from_whatever_pieces_the_network_makes() -> None:
    stream = audio(clip_of(message(0.02))[0]) * 3 + b"\x03\x00\x011"
    messages = Messages()
    found = [
        kind for place in range(0, len(stream), 7) for kind, _ in messages.feed(stream[place : place + 7])
    ]
    assert found == [0x10, 0x10, 0x10, 0x03]


def test_the_time_since_the_answer_survives_the_turn_of_its_eight_digits() -> None:
    call = UUID("99999990-0000-4000-8000-099930000001").bytes
    assert seconds_since_answer(call, 1_700_000_000.0) == pytest.approx(0.01)
