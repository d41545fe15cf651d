"""Addresses and ports: read from settings, checked before a program is started on them."""

import socket
from dataclasses import dataclass

from embedded.errors import EmbeddedError, PortTakenError
from embedded.network.forms import FIRST_OPEN_PORT, ports


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `127.0.0.1:15060`."""
        host, colon, port = text.rpartition(":")
        if not (colon and host and port.isdecimal() and 0 < int(port) < 65536):
            raise EmbeddedError(f"{text!r} is no address: write it as 127.0.0.1:15060.")
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class PortRange:
    """UDP ports for audio, both ends included."""

    first: int
    last: int

    @classmethod
    def parse(cls, text: str) -> "PortRange":
        """Read `16000-18999`."""
        found = ports(text)
        if found is None or found.start < FIRST_OPEN_PORT:
            raise EmbeddedError(f"{text!r} is no range of ports: write it as 16000-18999.")
        return cls(found[0], found[-1])

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def check_free(address: Address, kind: socket.SocketKind, purpose: str) -> None:
    """Raise PortTakenError when another program listens on `address` (`purpose` names it in the sentence)."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise PortTakenError(
                f"Another program already uses {address} ({purpose}), or that address is not this machine's: "
                f"stop it, or choose another in the settings."
            ) from error


def check_audio_ports(host: str, ports: PortRange) -> None:
    """Raise PortTakenError when fewer than half of the ports for audio are free."""
    numbers = range(ports.first, ports.last + 1, 2)
    free = sum(is_free(Address(host, port), socket.SOCK_DGRAM) for port in numbers)
    if free * 2 < len(numbers):
        raise PortTakenError(
            f"Most UDP ports from {ports.first} to {ports.last} (audio) are used by other programs: "
            f"choose another range in the settings."
        )


def is_free(address: Address, kind: socket.SocketKind) -> bool:
    """Whether nobody listens there now, and no connection has just ended there."""
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((address.host, address.port))
        except OSError:
            return False
    return True


def address_towards(host: str) -> str:
    """This machine's own address on the way to `host`; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
