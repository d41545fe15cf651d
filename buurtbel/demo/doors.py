"""The ports of a demo: a block that no other demo on this machine uses at the same time."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from embedded.errors import PortTakenError
from embedded.network.ports import Address, PortRange, check_audio_ports, check_free

LOOPBACK = "127.0.0.1"
BLOCK = 500
BLOCKS = (*range(10_000, 15_000, BLOCK), *range(22_000, 32_000, BLOCK))
"""First ports; clear of what the product uses unasked, and of what the system gives out by itself."""
_AUDIO = 240
"""Ports for sound at each end: twice what the calls of a demo need at once."""


@dataclass(frozen=True, slots=True)
class DemoPorts:
    """Where the parts of a demo listen, all on loopback."""

    first: int
    """It is only held; whoever has it has the block."""

    @property
    def sip(self) -> Address:
        return Address(LOOPBACK, self.first + 1)

    @property
    def ari(self) -> Address:
        return Address(LOOPBACK, self.first + 2)

    @property
    def trunk(self) -> Address:
        """The first of the neighbourhood's three."""
        return Address(LOOPBACK, self.first + 3)

    @property
    def audio(self) -> str:
        return f"{self.first + 10}-{self.first + 10 + _AUDIO - 1}"

    @property
    def phones_audio(self) -> str:
        return f"{self.first + 10 + _AUDIO}-{self.first + 10 + 2 * _AUDIO - 1}"

    def check(self) -> None:
        """Raise PortTakenError when other programs use them."""
        for port in range(self.first + 1, self.first + 6):
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                check_free(Address(LOOPBACK, port), kind, "for the demo")
        for audio in (self.audio, self.phones_audio):
            check_audio_ports(LOOPBACK, PortRange.parse(audio))


@contextmanager
def claimed() -> Iterator[DemoPorts]:
    """A free block, ours until the end, whoever else looks for one. Raises PortTakenError without one."""
    for first in BLOCKS:
        with socket.socket() as claim:
            doors = DemoPorts(first)
            try:
                claim.bind((LOOPBACK, first))
                doors.check()
            except (OSError, PortTakenError):
                continue
            yield doors
            return
    raise PortTakenError(
        "No block of free ports is left for a demo: end other telephone software and try again."
    )
