"""Free ports on loopback, for who runs servers beside others: a demo, a bench, a worker of the tests.

A process takes ports from blocks of its own, and no other process takes from them while it runs. So two that
look for ports at once never find the same, however much later they listen there.
"""

import atexit
import socket
from collections.abc import Collection

from embedded.errors import PortTakenError
from embedded.network.ports import Address, PortRange, is_free

LOOPBACK = "127.0.0.1"
BLOCK = 500
BLOCKS = (*range(10_000, 15_000, BLOCK), *range(22_000, 32_000, BLOCK))
"""First ports; clear of what the product uses unasked, and of what the system gives out by itself."""
CALLS = 60
"""Twice the channels that a trunk has, unless told otherwise: ours and those of callers."""
TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM


class FreePorts:
    """All that one process may give out, each once: one that was just ended may not have released its own."""

    def __init__(self, blocks: Collection[int] = BLOCKS) -> None:
        self._blocks = blocks
        self._claims: list[socket.socket] = []
        self._next = self._end = 0

    def in_a_row(self, count: int, *kinds: socket.SocketKind) -> range:
        """So many that nobody uses. Raises PortTakenError without any."""
        while True:
            if self._next + count > self._end:
                self._claim(count)
            row = range(self._next, self._next + count)
            self._next = row.stop
            if all(is_free(Address(LOOPBACK, port), kind) for port in row for kind in kinds):
                return row

    def audio(self, calls: int) -> PortRange:
        """A pair for each call; the first is even, as RTP wants it. Raises PortTakenError without any."""
        first = self.in_a_row(2 * calls + 1, UDP).start
        first += first % 2
        return PortRange(first, first + 2 * calls - 1)

    def close(self) -> None:
        """Let others have them."""
        while self._claims:
            self._claims.pop().close()
        self._next = self._end = 0

    def _claim(self, count: int) -> None:
        """Blocks in a row, with `count` ports behind the first."""
        blocks = count // BLOCK + 1
        for first in self._blocks:
            row = range(first, first + blocks * BLOCK, BLOCK)
            if set(row) <= set(self._blocks) and (claims := _claims(row)):
                self._claims += claims
                self._next, self._end = first + 1, row.stop
                return
        raise PortTakenError(
            "No block of free ports is left: end other demos, tests and telephone software, then try again."
        )


def _claims(blocks: range) -> list[socket.socket]:
    """Who has the first port of a block has the block until it ends; the kernel sees to that."""
    claims: list[socket.socket] = []
    for first in blocks:
        claim = socket.socket()
        claims.append(claim)
        try:
            claim.bind((LOOPBACK, first))
        except OSError:
            for one in claims:
                one.close()
            return []
    return claims


_OURS = FreePorts()
atexit.register(_OURS.close)


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that nobody uses, for TCP and for UDP.

    This process has them until it ends, and never gives them out again. Raises PortTakenError without any.
    """
    return _OURS.in_a_row(count, TCP, UDP).start


def free_audio_ports(calls: int = CALLS) -> PortRange:
    """UDP ports for the sound of so many calls at once, a pair each.

    This process has them until it ends, and never gives them out again. Raises PortTakenError without any.
    """
    return _OURS.audio(calls)
