"""Addresses and networks of a trunk: read from settings, or looked up."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from embedded.errors import EmbeddedError
from embedded.network.forms import TRUNK_URI

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a trunk's URI leads."""

    host: str
    port: int | None
    protocol: str

    @classmethod
    def parse(cls, uri: str) -> "Peer":
        """Read `sip:host:port;transport=tcp` or `sips:host`."""
        found = TRUNK_URI.fullmatch(uri.strip())
        if found is None:
            raise EmbeddedError("BUURTBEL_TRUNK_URI is no SIP address: write it as sip:trunk.example:5060.")
        wanted = re.search(r";transport=(udp|tcp|tls)\b", found["parameters"])
        protocol = "tls" if found["scheme"] == "sips" else wanted[1] if wanted else "udp"
        return cls(found["host"], int(found["port"]) if found["port"] else None, protocol)

    @property
    def uri(self) -> str:
        """Without a port the peer's own DNS records (NAPTR, SRV) name it."""
        port = f":{self.port}" if self.port else ""
        transport = "" if self.protocol == "udp" else f";transport={self.protocol}"
        return f"sip:{self.host}{port}{transport}"

    @property
    def is_ours_to_look_up(self) -> bool:
        """Not one that the SIP library alone knows how to look up (NAPTR, SRV)."""
        return not self.is_name or self.port is not None

    @property
    def is_name(self) -> bool:
        return re.search(r"[a-zA-Z]", self.host) is not None and ":" not in self.host


def read_networks(text: str, setting: str) -> list[Network]:
    """`192.0.2.0/28, 2001:db8::5` as networks; EmbeddedError names `setting` when one of them is none."""
    return [_network(one, setting) for one in text.replace(",", " ").split()]


def _network(text: str, setting: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise EmbeddedError(
            f"{setting} holds {text!r}, which is no network: write it as 192.0.2.0/28, 192.0.2.99."
        ) from error


def look_up(host: str, port: int | None) -> list[Network]:
    """The addresses of the trunk at `host`, itself an address or a name; empty when they cannot be known.

    A name without a port is looked up by the SIP library in ways of its own (NAPTR, SRV), so that its plain
    addresses need not be the trunk's.
    """
    try:
        return [ipaddress.ip_network(host.strip("[]"))]
    except ValueError:
        pass
    if port is None:
        return []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):  # a label that is too long
        return []
    return sorted({ipaddress.ip_network(str(entry[4][0]).partition("%")[0]) for entry in found}, key=str)
