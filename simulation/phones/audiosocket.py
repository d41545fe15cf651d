"""Asterisk's AudioSocket on the wire: kind, length and payload of each message, both ways."""

import struct
from collections.abc import Iterator
from enum import IntEnum

from simulation.sound.frames import Pcm


class MessageKind(IntEnum):
    HANGUP = 0x00
    CALL = 0x01
    """The first message: 16 bytes that say which call this is."""
    KEY = 0x03
    AUDIO = 0x10


HANGUP = b"\x00\x00\x00"
STILL_HERE = b"\x10\x00\x01\x00"
"""Half a sample of audio. Asterisk gives a call up on which nothing came for two seconds and refuses an empty
message; this one makes it wait on and sends nothing to the caller."""

_HEAD = struct.Struct(">BH")


def audio(frame: Pcm) -> bytes:
    return _HEAD.pack(MessageKind.AUDIO, frame.nbytes) + frame.tobytes()


def digits_of(call: bytes) -> str:
    """The dialled digits, which the dialplan wrote into the last 11 places of the call's uuid."""
    return call.hex()[-11:]


def seconds_since_answer(call: bytes, now: float) -> float:
    """From the answer to this time: the uuid begins with the last 8 digits of the answer's milliseconds."""
    return (now * 1000 - int(call.hex()[:8])) % 10**8 / 1000


class Messages:
    """Cuts a stream into messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Kind and payload of every message that is complete now."""
        data = self._rest + data if self._rest else data
        at = 0
        while len(data) - at >= _HEAD.size:
            kind, length = _HEAD.unpack_from(data, at)
            begins, ends = at + _HEAD.size, at + _HEAD.size + length
            if ends > len(data):
                break
            yield kind, data[begins:ends]
            at = ends
        self._rest = data[at:]
