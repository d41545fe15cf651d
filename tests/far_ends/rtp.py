"""Sound and keys on their way: RTP (RFC 3550) with key presses as events (RFC 4733)."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from prompts.audio import TELEPHONE_RATE, Audio
from tests.far_ends.sounds import ALAW, ULAW, coded, decoded, quiet, room, silence

Address = tuple[str, int]
KEYS, COMFORT_NOISE = 101, 13
EVENTS = "0123456789*#ABCD"
TICK = 0.02
"""Seconds of sound in a packet, unless told otherwise."""
LOUD = 0.02
"""Peak of a packet in which something can be heard."""
_HEADER = struct.Struct("!BBHII")
LONGEST_GAP = 60.0
"""Seconds; a clock that jumps further was set anew."""
_RECEIVE_BUFFER = 1 << 20


def packet(kind: int, sequence: int, stamp: int, ssrc: int, payload: bytes, *, marked: bool = False) -> bytes:
    return _HEADER.pack(0x80, kind | marked << 7, sequence & 0xFFFF, stamp & 0xFFFFFFFF, ssrc) + payload


def event(key: str, duration: int, *, ends: bool = False) -> bytes:
    """A key that has been down for so many samples."""
    return struct.pack("!BBH", EVENTS.index(key), 0x80 * ends | 10, min(duration, 0xFFFF))


def udp(host: str, port: int = 0) -> socket.socket:
    """A socket that never waits."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    made.bind((host, port))
    made.setblocking(False)
    return made


@dataclass(frozen=True, slots=True)
class Arrived:
    """A packet of sound. `moment` is of the monotonic clock."""

    moment: float
    payload_type: int
    stamp: int
    ssrc: int
    payload: bytes

    @property
    def is_loud(self) -> bool:
        return float(np.abs(decoded(self.payload, self.payload_type)).max(initial=0.0)) > LOUD


_ROOM = {kind: coded(room(), kind) for kind in (ALAW, ULAW)}


class Ear(asyncio.DatagramProtocol):
    """Keeps what comes to one port."""

    def __init__(self) -> None:
        self.sounds: list[Arrived] = []
        self.keys: list[str] = []
        """Pressed by the PBX, each once."""
        self._last_event = -1

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if len(data) <= _HEADER.size:
            return
        _, second, _, stamp, ssrc = _HEADER.unpack_from(data)
        kind, payload = second & 0x7F, data[_HEADER.size :]
        if kind in (ALAW, ULAW):
            self.sounds.append(Arrived(time.monotonic(), kind, stamp, ssrc, payload))
        elif kind == KEYS and stamp != self._last_event and payload[0] < len(EVENTS):
            self._last_event = stamp
            self.keys.append(EVENTS[payload[0]])

    def loud_seconds(self, since: float = 0.0) -> float:
        """Of sound that could be heard, from that moment on."""
        loud = (one for one in self.sounds if one.moment >= since and one.is_loud)
        return sum(len(one.payload) for one in loud) / TELEPHONE_RATE


def recording(sounds: Iterable[Arrived]) -> Audio:
    """As one sound, in the order of arrival; what was not sent is quiet, by the sender's clock."""
    rows, expected, ssrc = [quiet(0).samples], None, None
    for one in sorted(sounds, key=lambda one: one.moment):
        missing = (one.stamp - expected) & 0xFFFFFFFF if expected is not None and ssrc == one.ssrc else 0
        if 0 < missing < LONGEST_GAP * TELEPHONE_RATE:
            rows.append(quiet(missing / TELEPHONE_RATE).samples)
        samples = decoded(one.payload, one.payload_type)
        rows.append(samples)
        expected, ssrc = one.stamp + len(samples), one.ssrc
    return Audio(np.concatenate(rows), TELEPHONE_RATE)


class Media:
    """One end of a call's sound: an ear at a port, and a mouth that speaks to wherever it is told."""

    def __init__(self, ear: Ear, transport: asyncio.DatagramTransport) -> None:
        self.ear = ear
        self._transport = transport
        self.port = int(transport.get_extra_info("sockname")[1])
        self.to: Address | None = None
        self.payload_type = ALAW
        self.key_type = KEYS
        self.tick = TICK
        self.is_muted = False
        """Nothing is sent while nothing is said."""
        self.is_still = False
        """What is sent while nothing is said is a machine's, not a room's."""
        self.sent = 0
        """Packets."""
        self.is_shuffled = False
        """Each packet is sent twice, the second one of a pair before the first."""
        self._withheld: bytes | None = None
        self.sequence, self.stamp, self.ssrc = 1000, 160_000, 0xFA2E
        self._said: deque[bytes] = deque()
        self._has_said = asyncio.Event()
        self._speaking: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, host: str) -> Media:
        loop = asyncio.get_running_loop()
        transport, ear = await loop.create_datagram_endpoint(Ear, sock=udp(host))
        return cls(ear, transport)

    def begin(self) -> None:
        """Send a packet every tick from now on, of a quiet room when nothing is said."""
        if self._speaking is None:
            self._speaking = asyncio.create_task(self._speak_on())

    def close(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
        self._transport.close()

    async def speak(self, sound: Audio) -> None:
        """To its end."""
        size = round(self.tick * TELEPHONE_RATE)
        row = coded(sound, self.payload_type)
        self._said.extend(row[at : at + size] for at in range(0, len(row), size))
        self._has_said.clear()
        self.begin()
        await self._has_said.wait()

    def fall_silent(self) -> None:
        """What was not said yet is not said any more."""
        self._said.clear()

    def send(
        self, payload: bytes, *, kind: int | None = None, stamp: int | None = None, marked: bool = False
    ) -> None:
        if self.to is None or self._transport.is_closing():
            return
        kind, stamp = self.payload_type if kind is None else kind, self.stamp if stamp is None else stamp
        made = packet(kind, self.sequence, stamp, self.ssrc, payload, marked=marked)
        self.sent += 1
        self.sequence += 1
        if not self.is_shuffled:
            self.throw(made)
        elif self._withheld is None:
            self._withheld = made
        else:
            for one in (made, self._withheld, made):
                self.throw(one)
            self._withheld = None

    def throw(self, raw: bytes) -> None:
        """Any packet, from our port to where our sound goes."""
        if self.to is not None:
            self._transport.sendto(raw, self.to)

    async def press(self, key: str, *, seconds: float = 0.12, ends: int = 3) -> None:
        """An event for so long, its end told so many times; sound waits meanwhile, as telephones do it."""
        held, self.is_muted = self.is_muted, True
        began = self.stamp
        size = round(TICK * TELEPHONE_RATE)
        downs = max(1, round(seconds / TICK))
        for nth in range(1, downs + 1):
            self.send(event(key, nth * size), kind=self.key_type, stamp=began, marked=nth == 1)
            await asyncio.sleep(TICK)
        for _ in range(ends):
            self.send(event(key, downs * size, ends=True), kind=self.key_type, stamp=began)
        self.is_muted = held

    def _quiet(self, size: int) -> bytes:
        if self.is_still:
            return silence(self.payload_type, size)
        noise = _ROOM[self.payload_type]
        at = self.stamp % (len(noise) - size)
        return noise[at : at + size]

    async def _speak_on(self) -> None:
        due = time.monotonic()
        while True:
            size = round(self.tick * TELEPHONE_RATE)
            if self._said:
                self.send(self._said.popleft())
            elif not self.is_muted:
                self.send(self._quiet(size))
            if not self._said:
                self._has_said.set()
            self.stamp += size
            due += self.tick
            await asyncio.sleep(max(0.0, due - time.monotonic()))
