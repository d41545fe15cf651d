"""Free ports for tests: each process takes them from blocks that no other run of tests takes from."""

import socket
from collections.abc import Iterator

from bench.ports import is_free

LOOPBACK = "127.0.0.1"
BLOCK = 500
BLOCKS = [*range(10_000, 15_000, BLOCK), *range(22_000, 32_000, BLOCK)]
"""First ports; clear of what the product uses unasked, and of what the system gives out by itself."""
CALLS = 60
"""Twice the channels that a trunk has, unless told otherwise: ours and those of callers."""


class _Ports:
    """All that this process may give out, each once: who was just ended may not have let go of its own."""

    def __init__(self) -> None:
        self._claims: list[socket.socket] = []
        self._next = self._end = 0

    def in_a_row(self, count: int) -> range:
        if self._next + count > self._end:
            self._claim_a_block()
        self._next += count
        return range(self._next - count, self._next)

    def _claim_a_block(self) -> None:
        """Whoever has its first port has the block, until this process ends; the kernel sees to that."""
        claim, first = next(_unclaimed(), (None, 0))
        assert claim is not None, "Other runs of tests hold all ports: wait until one of them has ended."
        self._claims.append(claim)
        self._next, self._end = first + 1, first + BLOCK


def _unclaimed() -> Iterator[tuple[socket.socket, int]]:
    for first in BLOCKS:
        claim = socket.socket()
        try:
            claim.bind((LOOPBACK, first))
        except OSError:
            claim.close()
        else:
            yield claim, first


PORTS = _Ports()


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that nobody uses, and that are never given out again."""
    ports = PORTS.in_a_row(count)
    while not all(_is_free(port) for port in ports):
        ports = PORTS.in_a_row(count)
    return ports[0]


def _is_free(port: int) -> bool:
    return all(is_free(kind, port) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM))


def rtp_range(calls: int = CALLS) -> str:
    """Ports for the sound of so many calls at once; the first is even, as RTP wants it."""
    first = free_ports(2 * calls + 1)
    first += first % 2
    return f"{first}-{first + 2 * calls - 1}"
