"""Sound that nobody asked for: audio, control packets, STUN, fax and key presses, for any port."""

import struct
from collections.abc import Iterator
from random import Random

from tests.far_ends.rtp import KEYS, event, packet
from tests.far_ends.sounds import ALAW, silence


class Media:
    def __init__(self, random: Random) -> None:
        self._random = random

    def __iter__(self) -> Iterator[bytes]:
        kinds = (
            self._talk,
            self._talk,
            self._control,
            self._stun,
            self._fax,
            self._noise,
            self._far_too_long,
        )
        while True:
            yield self._random.choice(kinds)()

    def key(self, key: str, stamp: int) -> list[bytes]:
        """Somebody presses a key: begins, goes on, ends, as a telephone says it."""
        ssrc = self._random.getrandbits(32)
        return [
            packet(KEYS, number, stamp, ssrc, event(key, 160 * number, ends=number > 2))
            for number in range(1, 6)
        ]

    def _talk(self) -> bytes:
        bits = self._random.getrandbits
        kind = self._random.choice((8, 0, 9, 13, KEYS, 127))
        return packet(kind, bits(16), bits(32), bits(32), silence(ALAW, 160))

    def _control(self) -> bytes:
        kind = self._random.choice((200, 201, 202, 203, 204, 205, 206))
        return (
            struct.pack("!BBH", 0x80 | self._random.randrange(32), kind, self._random.getrandbits(16))
            + self._noise()
        )

    def _stun(self) -> bytes:
        attribute = struct.pack("!HH", self._random.getrandbits(16), self._random.getrandbits(16))
        return (
            struct.pack("!HHI", self._random.choice((1, 0x101, 0x111)), 8, 0x2112A442)
            + self._random.randbytes(12)
            + attribute
        )

    def _fax(self) -> bytes:
        return struct.pack("!HB", self._random.getrandbits(16), 0xFF) + self._random.randbytes(60)

    def _noise(self) -> bytes:
        return self._random.randbytes(self._random.randrange(1, 400))

    def _far_too_long(self) -> bytes:
        return packet(ALAW, 1, 1, 1, self._random.randbytes(8000))
