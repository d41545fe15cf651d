"""What went over loopback: tcpdump records it, and each call is read from the packets."""

import asyncio
import re
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.calls.phones import Phones
from bench.children import ChildDied, child

BUFFER_KIB = 65_536
LONGEST_PACKET = 2_000
ETHERNET, UDP = 14, 8
AUDIO_PAYLOADS = frozenset({0, 8})
"""RTP payload types: u-law and A-law; comfort noise and the like are no message."""
LISTENS_WITHIN = 10.0
BEFORE_END = 0.5
"""Seconds given to packets that are still on their way to tcpdump."""
_AUDIO_PORT = re.compile(rb"\nm=audio (\d+) ")
_CALL_ID = re.compile(rb"\nCall-ID: *(\S+)", re.IGNORECASE)
_OF_INVITE = re.compile(rb"\nCSeq: *\d+ INVITE", re.IGNORECASE)


@dataclass(slots=True)
class CallSeen:
    """One call as the wire tells it; times are seconds of the machine's clock."""

    invited: float
    ringing: float | None = None
    answered: float | None = None
    audio: list[float] = field(default_factory=list)
    """When each packet of sound left Asterisk."""
    ended: float | None = None
    """When Asterisk hung up."""


@asynccontextmanager
async def capture(file: Path, those: Phones) -> AsyncIterator[None]:
    """Record calls to these phones into `file`. Raises ChildDied when tcpdump fails or loses packets."""
    wanted = f"udp and (port {those.sip_port} or dst port {those.audio_port})"
    command = [
        "tcpdump",
        "-i",
        "lo",
        "-n",
        "-w",
        "-",
        "-B",
        str(BUFFER_KIB),
        "-s",
        str(LONGEST_PACKET),
        wanted,
    ]
    words = file.with_suffix(".log")
    with file.open("wb") as packets, words.open("wb") as errors:
        async with child(command, cwd=file.parent, output=packets, errors=errors) as tcpdump:
            await _until_it_listens(tcpdump, words)
            yield
            await asyncio.sleep(BEFORE_END)
    if " 0 packets dropped by kernel" not in " " + " ".join(words.read_text().split()):
        raise ChildDied(f"tcpdump lost packets, so nothing can be measured; see {words}.")


async def _until_it_listens(tcpdump: asyncio.subprocess.Process, words: Path) -> None:
    async with asyncio.timeout(LISTENS_WITHIN):
        while "listening on" not in words.read_text():
            if tcpdump.returncode is not None:
                raise ChildDied(f"tcpdump does not run (it needs root rights); see {words}.")
            await asyncio.sleep(0.05)


def calls_in(file: Path, those: Phones) -> list[CallSeen]:
    """The calls in a recording, in the order in which they were placed."""
    calls: dict[bytes, CallSeen] = {}
    speaking: dict[int, CallSeen] = {}
    for at, source, target, payload in _datagrams(file):
        if target == those.audio_port:
            call = speaking.get(source)
            if call is not None and payload[1] & 0x7F in AUDIO_PAYLOADS:
                call.audio.append(at)
        elif (named := _CALL_ID.search(payload)) is not None:
            _note(calls, speaking, named[1], payload, at)
    return sorted(calls.values(), key=lambda call: call.invited)


def _note(
    calls: dict[bytes, CallSeen], speaking: dict[int, CallSeen], name: bytes, message: bytes, at: float
) -> None:
    """What one SIP message says of its call; what comes again is not news."""
    call = calls.get(name)
    if call is None:
        if message.startswith(b"INVITE ") and (port := _AUDIO_PORT.search(message)) is not None:
            calls[name] = speaking[int(port[1])] = CallSeen(at)
    elif message.startswith(b"BYE "):
        call.ended = call.ended or at
    elif _OF_INVITE.search(message) is not None:
        if message.startswith(b"SIP/2.0 180"):
            call.ringing = call.ringing or at
        elif message.startswith(b"SIP/2.0 200"):
            call.answered = call.answered or at


def _datagrams(file: Path) -> Iterator[tuple[float, int, int, bytes]]:
    """Time, source port, target port and payload of every UDP packet in a pcap file."""
    data = file.read_bytes()
    place = 24
    while place + 16 <= len(data):
        seconds, micros, kept, _ = struct.unpack_from("<IIII", data, place)
        packet = place + 16
        place = packet + kept
        if place > len(data):
            return
        header = packet + ETHERNET + (data[packet + ETHERNET] & 0x0F) * 4
        source, target = struct.unpack_from("!HH", data, header)
        yield seconds + micros / 1e6, source, target, data[header + UDP : place]
