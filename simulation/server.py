"""The far end of AudioSocket: all calls of drawn neighbours, 20 ms of audio every 20 ms by one clock."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import numpy as np

from simulation.kinds import Neighbour
from simulation.people.cast import MakePhone, phones
from simulation.phones.audiosocket import (
    HANGUP,
    STILL_HERE,
    MessageKind,
    Messages,
    audio,
    digits_of,
    seconds_since_answer,
)
from simulation.phones.phone import Phone, Wish
from simulation.phones.recording import EndedBy, PhoneRecording
from simulation.sound.frames import FRAME_SECONDS
from simulation.sound.studio import Studio

BACK_SECONDS = 3.0
"""Asterisk presses a key and comes back within half a second, unless the caller hung up meanwhile."""
STILL_HERE_TICKS = 50
"""So many frames nothing may be sent or heard before we say that we are still here."""


@asynccontextmanager
async def answering(
    neighbours: Iterable[Neighbour],
    *,
    recordings: Path,
    address: tuple[str, int],
    studio: Studio | None = None,
) -> AsyncIterator["Answering"]:
    """Answer for these neighbours at `address`; when this ends, every call has ended and is written down.

    Raises VoicesMissing when a voice is needed that is not there, OSError when the address is taken.
    """
    made = await phones(neighbours, studio or Studio())
    await asyncio.to_thread(recordings.mkdir, parents=True, exist_ok=True)
    answering = Answering(made, recordings)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(answering), *address)
    ticker = asyncio.create_task(answering.run())
    try:
        yield answering
    finally:
        server.close()
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker
        await answering.close()


class Answering:
    """All calls that are going on, and how many each number has answered."""

    def __init__(self, phones: Mapping[str, MakePhone], recordings: Path) -> None:
        self.connections: set[_Connection] = set()
        self._phones = phones
        self._recordings = recordings
        self._answered: Counter[str] = Counter()
        self._talking: dict[AnsweredCall, None] = {}
        self._pressing: dict[str, AnsweredCall] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Let every call say its next 20 ms, by a clock that never drifts: what is late is made up for."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - loop.time()))
            for call in list(self._talking):
                call.tick()

    def connect(self, name: bytes, connection: "_Connection") -> "AnsweredCall | None":
        """The call that this connection belongs to: a new one, or one whose key was just pressed."""
        digits = digits_of(name)
        if digits not in self._phones:
            return None
        if (call := self._pressing.pop(digits, None)) is not None:
            call.resume(connection)
        else:
            self._answered[digits] += 1
            stem = self._recordings / f"{digits}-{self._answered[digits]}"
            call = AnsweredCall(self, self._phones[digits](), digits, stem, connection)
            call.recording.answered = seconds_since_answer(name, time.time())
        self._talking[call] = None
        return call

    def press(self, call: "AnsweredCall") -> None:
        """Asterisk presses a key now, and then connects again."""
        self._talking.pop(call, None)
        self._pressing[call.digits] = call

    def end(self, call: "AnsweredCall", by: EndedBy) -> None:
        self._talking.pop(call, None)
        if self._pressing.get(call.digits) is call:
            del self._pressing[call.digits]
        call.recording.ended_by = by
        task = asyncio.create_task(asyncio.to_thread(call.recording.write, call.stem))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def close(self) -> None:
        for call in [*self._talking, *self._pressing.values()]:
            call.hang_up()
        for connection in self.connections:
            connection.close()
        await asyncio.gather(*self._writing)


class AnsweredCall:
    """One answered call: its phone, what it heard, and its connection as long as there is one."""

    def __init__(
        self, answering: Answering, phone: Phone, digits: str, stem: Path, connection: "_Connection"
    ) -> None:
        self.digits = digits
        self.stem = stem
        self.recording = PhoneRecording()
        self._answering = answering
        self._phone = phone
        self._connection: _Connection | None = connection
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._first_tick: float | None = None
        self._idle = 0
        self._giving_up: asyncio.TimerHandle | None = None

    @property
    def now(self) -> float:
        """Seconds since its connection."""
        return self._loop.time() - self._began

    def hear(self, payload: bytes) -> None:
        self._idle = 0
        frame = np.frombuffer(payload, "<i2")
        self.recording.hear(self.now, frame)
        self._phone.hear(frame)

    def tick(self) -> None:
        if self._connection is None:
            return
        if self._first_tick is None:
            self._first_tick = self.now
        frame = self._phone.say()
        if self._phone.wish is Wish.HANG_UP:
            self.hang_up()
        elif self._phone.wish is Wish.PRESS:
            self._press()
        elif frame is not None:
            self._send(audio(frame))
        else:
            self._idle += 1
            if self._idle >= STILL_HERE_TICKS:
                self._send(STILL_HERE)

    def resume(self, connection: "_Connection") -> None:
        if self._giving_up:
            self._giving_up.cancel()
        self._connection = connection
        self._phone.pressed()

    def lost(self, connection: "_Connection") -> None:
        """The caller hung up, unless we left this connection ourselves."""
        if self._connection is connection:
            self._connection = None
            self._finish("us")

    def hang_up(self) -> None:
        self._leave()
        self._finish("them")

    def _send(self, message: bytes) -> None:
        self._idle = 0
        if self._connection:
            self._connection.send(message)

    def _press(self) -> None:
        self._leave()
        self._answering.press(self)
        self._giving_up = self._loop.call_later(BACK_SECONDS, self._finish, "us")

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            connection.hang_up()

    def _finish(self, by: EndedBy) -> None:
        if self._giving_up:
            self._giving_up.cancel()
        self.recording.seconds = self.now
        # What a box keeps is told in the phone's audio time, which begins with the first tick.
        began = self._first_tick or 0.0
        phone = self._phone
        self.recording.kept_from = None if phone.kept_from is None else began + phone.kept_from
        self.recording.kept_until = None if phone.kept_until is None else began + phone.kept_until
        self._answering.end(self, by)


class _Connection(asyncio.Protocol):
    """One AudioSocket connection; a call in which keys are pressed has several, one after the other."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._messages = Messages()
        self._call: AnsweredCall | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not checked with isinstance: uvloop's transports are no subclasses.
        self._transport = cast("asyncio.Transport", transport)
        self._answering.connections.add(self)

    def data_received(self, data: bytes) -> None:
        for kind, payload in self._messages.feed(data):
            if kind == MessageKind.AUDIO and self._call:
                self._call.hear(payload)
            elif kind == MessageKind.CALL:
                self._call = self._answering.connect(payload, self)
                if self._call is None:
                    self.hang_up()
            elif kind == MessageKind.HANGUP:
                self.close()

    def connection_lost(self, _: Exception | None) -> None:
        self._answering.connections.discard(self)
        if self._call:
            self._call.lost(self)

    def send(self, message: bytes) -> None:
        if self._transport:
            self._transport.write(message)

    def hang_up(self) -> None:
        """Asterisk closes the connection then: if we did, what it sends meanwhile would be an error to it."""
        self._call = None
        self.send(HANGUP)

    def close(self) -> None:
        if self._transport:
            self._transport.close()
