"""Ports on loopback that nobody uses now."""

import random
import socket

from embedded.errors import PortTakenError
from embedded.network.ports import PortRange, check_audio_ports

LOOPBACK = "127.0.0.1"
_LOWEST, _HIGHEST = 22_000, 32_000
"""Above what the product and its tests use, below what the kernel gives to clients."""


def free_tcp_port() -> int:
    return _free(socket.SOCK_STREAM)


def free_udp_port() -> int:
    """Even, with the next three free as well: audio ports come in pairs."""
    return _free(socket.SOCK_DGRAM)


def free_audio_ports(calls: int) -> PortRange:
    """A range with twice the pairs that so many calls need."""
    for _ in range(20):
        first = random.randrange(_LOWEST, _HIGHEST - 4 * calls, 2)
        ports = PortRange(first, first + 4 * calls - 1)
        try:
            check_audio_ports(LOOPBACK, ports)
        except PortTakenError:
            continue
        return ports
    raise PortTakenError("Too few UDP ports are free on this machine: stop other telephone software on it.")


def _free(kind: socket.SocketKind) -> int:
    while True:
        port = random.randrange(_LOWEST, _HIGHEST, 4)
        if all(is_free(kind, number) for number in range(port, port + 4)):
            return port


def is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
