"""Throws packets at an address, no faster than its socket takes them, and counts what arrived."""

import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from embedded.network.ports import Address

FOREIGN = tuple(f"127.0.0.{last}" for last in range(2, 10))
_FULL = 48_000
"""Bytes that may wait in the socket; the smallest buffer of a Linux holds four times as many."""
_PATIENCE = 30.0


@dataclass
class Sent:
    """`lost` is what the target's own socket threw away: it does not count as sent."""

    packets: int = 0
    lost: int = 0
    answered: int = 0


def throw(
    packets: Iterable[bytes], count: int, target: Address, sources: Sequence[str], *, seconds: float = 0.0
) -> Sent:
    """So many of the packets, from the sources by turns; at least for so many seconds."""
    sent = Sent()
    before = _queue(target)[1]
    began = time.monotonic()
    with ExitStack() as open_:
        doors = [open_.enter_context(door_at(source)) for source in sources]
        for number, (packet, door) in enumerate(zip(islice(packets, count), cycle(doors)), 1):
            with suppress(OSError):  # a packet filter may say no to the sender too
                door.sendto(packet, (target.host, target.port))
            sent.packets += 1
            if number % 20 == 0:
                _wait_for_room(target)
                sent.answered += sum(map(_answers, doors))
                time.sleep(max(0.0, began + seconds * number / count - time.monotonic()))
        _wait_for_room(target, empty=True)
        sent.answered += sum(map(_answers, doors))
    sent.lost = _queue(target)[1] - before
    return sent


def door_at(source: str) -> socket.socket:
    """A socket of that address, which never waits."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind((source, 0))
    door.setblocking(False)
    return door


def _answers(door: socket.socket) -> int:
    count = 0
    while True:
        try:
            door.recv(65536)
        except OSError:
            return count
        count += 1


def _wait_for_room(target: Address, *, empty: bool = False) -> None:
    deadline = time.monotonic() + _PATIENCE
    while _queue(target)[0] > (0 if empty else _FULL) and time.monotonic() < deadline:
        time.sleep(0.002)


def _queue(target: Address) -> tuple[int, int]:
    """Bytes that wait in the socket at this address, and packets that it had no room for."""
    at = f"{int.from_bytes(socket.inet_aton(target.host), 'little'):08X}:{target.port:04X}"
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == at:
            return int(fields[4].split(":")[1], 16), int(fields[12])
    return 0, 0
