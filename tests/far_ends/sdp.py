"""Session descriptions (SDP, RFC 8866) as the far ends write and read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count

from tests.far_ends.rtp import Address

CODECS = {
    0: "PCMU/8000",
    3: "GSM/8000",
    8: "PCMA/8000",
    9: "G722/8000",
    13: "CN/8000",
    18: "G729/8000",
    97: "telephone-event/8000",
    101: "telephone-event/8000",
    111: "opus/48000/2",
}
_VERSIONS = count(1)


@dataclass(frozen=True)
class Description:
    """What we say of our sound; None for `codecs` leaves the whole body away."""

    codecs: tuple[int, ...] | None = (8, 101)
    direction: str = "sendrecv"
    host: str | None = None
    """Where sound is to go; None is where the ear is."""
    port: int | None = None
    """None is the ear's."""
    profile: str = "RTP/AVP"
    ptime: int = 20
    session: tuple[str, ...] = ()
    """More lines before the media."""
    more: tuple[str, ...] = ()
    """More lines after them."""

    def written(self, host: str, port: int) -> str:
        if self.codecs is None:
            return ""
        host, port = self.host or host, port if self.port is None else self.port
        family = "IP6" if ":" in host else "IP4"
        lines = [
            "v=0",
            f"o=- 4711 {next(_VERSIONS)} IN {family} {host}",
            "s=-",
            f"c=IN {family} {host}",
            *self.session,
            "t=0 0",
            f"m=audio {port} {self.profile} {' '.join(map(str, self.codecs))}",
            *(f"a=rtpmap:{kind} {CODECS[kind]}" for kind in self.codecs if kind in CODECS),
            f"a=ptime:{self.ptime}",
            f"a={self.direction}",
            *self.more,
        ]
        return "\r\n".join([*lines, ""])


def where(body: str) -> Address | None:
    """Where the other side wants to hear; None when it says nowhere."""
    host = re.search(r"^c=IN IP[46] (\S+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
    return (host[1], int(port[1])) if host and port and int(port[1]) else None


def direction(body: str) -> str:
    found = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", body, re.MULTILINE)
    return found[1] if found else "sendrecv"
