"""SIP messages (RFC 3261), as the far ends of the tests read and write them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

Header = tuple[str, str]
COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}
COMPACT |= {"c": "content-type", "k": "supported", "e": "content-encoding", "s": "subject"}
"""Short names of headers (RFC 3261, 20)."""
SDP = "application/sdp"
REASONS = {
    100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued", 183: "Session Progress",
    199: "Early Dialog Terminated", 200: "OK", 202: "Accepted", 302: "Moved Temporarily", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 407: "Proxy Authentication Required", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 486: "Busy Here", 487: "Request Terminated",
    500: "Server Internal Error", 503: "Service Unavailable", 600: "Busy Everywhere", 603: "Decline",
}  # fmt: skip


class NotSip(ValueError):  # noqa: N818 - says what it is
    """What came is no SIP message."""


@dataclass(frozen=True)
class Message:
    """A request or a response. `headers` are in their order, their names as written."""

    start: str
    headers: Sequence[Header]
    body: str = field(default="", repr=False)

    @classmethod
    def parse(cls, packet: bytes) -> Message:
        """Raises NotSip."""
        head, _, body = packet.decode("utf-8", "replace").partition("\r\n\r\n")
        start, *lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        if "SIP/2.0" not in start:
            raise NotSip("This packet begins with no line of SIP.")
        pairs = (line.partition(":") for line in lines)
        return cls(start, [(name.strip(), value.strip()) for name, colon, value in pairs if colon], body)

    def encode(self) -> bytes:
        """With its Content-Length, unless it has one of its own."""
        body = self.body.encode()
        length = [] if self.header("Content-Length") else [("Content-Length", str(len(body)))]
        lines = [self.start, *(f"{name}: {value}" for name, value in [*self.headers, *length])]
        # Bytes that are no text stand as lone surrogates.
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if _long(known) == name.lower()]

    def header(self, name: str) -> str:
        """The first of that name; empty without any."""
        return next(iter(self.all(name)), "")

    @property
    def is_response(self) -> bool:
        return self.start.startswith("SIP/2.0")

    @property
    def status(self) -> int:
        """Of a response."""
        return int(self.start.split()[1])

    @property
    def method(self) -> str:
        """Of the request, or of the one that this responds to."""
        return self.header("CSeq").split()[-1] if self.is_response else self.start.split()[0]

    @property
    def dialled(self) -> str:
        """What stands before the @ of a request's address."""
        return self.start.split()[1].partition(":")[2].partition("@")[0].partition(";")[0]

    @property
    def call_id(self) -> str:
        return self.header("Call-ID")

    @property
    def sequence(self) -> int:
        return int(self.header("CSeq").split()[0])

    @property
    def is_in_dialog(self) -> bool:
        return ";tag=" in self.header("To")

    @property
    def contact(self) -> str:
        """The address in it, without what stands around it."""
        found = re.search(r"<([^>]*)>", self.header("Contact"))
        return found[1] if found else self.header("Contact")


def response(
    request: Message,
    status: int,
    *more: Header,
    tag: str = "",
    reason: str | None = None,
    body: str = "",
    kind: str = SDP,
) -> Message:
    """What answers this request; `tag` goes into a To that has none yet."""
    to = request.header("To")
    headers = [("Via", via) for via in request.all("Via")]
    headers += [
        ("From", request.header("From")),
        ("To", f"{to};tag={tag}" if tag and ";tag=" not in to else to),
    ]
    headers += [("Call-ID", request.call_id), ("CSeq", request.header("CSeq")), *more]
    headers += [("Content-Type", kind)] if body else []
    return Message(
        f"SIP/2.0 {status} {REASONS.get(status, 'Odd') if reason is None else reason}", headers, body
    )


def token() -> str:
    """For tags, branches and nonces: never the same twice."""
    return secrets.token_hex(8)


def _long(name: str) -> str:
    return COMPACT.get(name.lower(), name.lower())
