"""SIP as an enemy writes it: drawn by a seed, so that a run can be had again."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

METHODS = (
    "INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "REFER", "NOTIFY", "MESSAGE", "PUBLISH", "BYE", "CANCEL",
    "ACK", "UPDATE", "INFO", "PRACK", "invite", "FROB",
)  # fmt: skip
USERS = ("alert", "call", "fallback", "s", "h", "i", "t", "line", "away", "trunk", "buurtbel", "", "+", "0")
FORGED = "hostile-forged-line"
"""Must never stand at the beginning of a line of a log."""
POISON = (
    "' OR '1'='1'; DROP TABLE attempt; --",
    "%s%s%s%n%x%08x",
    "${SHELL(touch {mark})}",
    "$[1/0]${GLOBAL(x)}${CHANNEL(uniqueid)}${CURL(http://127.0.0.9/)}${FILE({mark},0,1)}",
    "|touch {mark};`touch {mark}`$(touch {mark})",
    "\x1b[2J\x1b]0;owned\x07\x1b[31m",
    f"x\r\n{FORGED}: yes",
    f"x\n{FORGED} [12:00:00] ERROR[1]: all is lost",
    f"x\r\n\r\nINVITE sip:call@alert SIP/2.0\r\n{FORGED}",
    "a\x00b\x00",
    "\u202e\u0085\u009b31m",
    "../../../../etc/passwd",
    "<sip:" * 40,
    "\\" * 60 + '"',
    "A" * 4000,
    ";" * 300,
    "0" * 200,
    "-1",
    "99999999999999999999",
)
NEWEST = 65_000
"""Bytes that still go into one datagram."""


class Packets:
    """An endless row of them for one address. `numbers` may stand anywhere; `mark` must not appear."""

    def __init__(self, random: Random, target: str, numbers: Sequence[str], mark: str) -> None:
        self._random = random
        self._target = target
        self._numbers = numbers
        self._mark = mark
        self._kinds: Sequence[tuple[int, Callable[[], bytes]]] = (
            (4, self._noise),
            (12, self._plain),
            (36, self._mutated),
            (24, self._poisoned),
            (3, self._oversized),
            (6, self._with_an_odd_length),
            (3, self._nested),
            (6, self._with_bad_sound),
            (6, self._answer),
        )

    def __iter__(self) -> Iterator[bytes]:
        weights, kinds = zip(*self._kinds, strict=True)
        while True:
            yield self._random.choices(kinds, weights)[0]()[:NEWEST]

    def call(self, user: str, name: str = "", sender: str = "") -> bytes:
        """A whole INVITE, as a trunk would send it."""
        return self._message("INVITE", user=user, name=name, sender=sender, body=_SOUND.format(port=9))

    def registration(self, authorization: str) -> bytes:
        return self._message("REGISTER", more=[("Authorization", authorization)])

    def _number(self) -> str:
        number = self._random.choice(self._numbers)
        escaped = "".join(f"%{ord(digit):x}" for digit in number)
        return self._random.choice(
            (f"+{number}", number, f"00{number}", f"0{number[2:]}", f"tel:+{number}", escaped)
        )

    def _token(self) -> str:
        return f"{self._random.getrandbits(64):x}"

    def _method(self) -> str:
        """Seldom a call: one that is whole enough holds a port for sound for half a minute."""
        return self._random.choice(METHODS[1:]) if self._random.random() < 0.98 else "INVITE"

    def _user(self) -> str:
        return self._number() if self._random.random() < 0.7 else self._random.choice(USERS)

    def _headers(self, method: str, user: str, name: str, sender: str) -> list[tuple[str, str]]:
        sender = sender or self._number()
        shown = f'"{name}" ' if name else ""
        return [
            ("Via", f"SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK{self._token()};rport"),
            ("From", f"{shown}<sip:{sender}@127.0.0.1>;tag={self._token()}"),
            ("To", f"<sip:{user}@{self._target}>"),
            ("Call-ID", f"{self._token()}@{self._number()}"),
            ("CSeq", f"{self._random.randrange(1, 9999)} {method}"),
            ("Contact", f"<sip:{sender}@127.0.0.1:5099>"),
            ("Max-Forwards", "70"),
            *[(name, self._value(name)) for name in self._random.sample(_EXTRA, 3)],
        ]

    def _value(self, header: str) -> str:
        number = self._number()
        return {
            "P-Asserted-Identity": f'"{number}" <sip:{number}@127.0.0.1>',
            "Remote-Party-ID": f"<sip:{number}@127.0.0.1>;party=calling;privacy=full",
            "Diversion": f"<sip:{number}@127.0.0.1>;reason=user-busy;counter=9",
            "Refer-To": f"<sip:{number}@127.0.0.1?Replaces={self._token()}%3Bto-tag%3D1>",
            "Event": self._random.choice(("presence", "message-summary", "dialog", "refer", number)),
            "Replaces": f"{self._token()};to-tag=1;from-tag=2",
            "Reason": f'Q.850;cause=16;text="{number}"',
            "Route": f"<sip:{number}@127.0.0.1;lr>",
        }.get(header, number)

    def _message(
        self,
        method: str,
        *,
        user: str = "",
        name: str = "",
        sender: str = "",
        body: str = "",
        kind: str = "application/sdp",
        more: Sequence[tuple[str, str]] = (),
        length: str | None = None,
    ) -> bytes:
        user = user or self._user()
        headers = [*self._headers(method.upper(), user, name, sender), *more]
        headers += [("Content-Type", kind)] if body else []
        headers.append(("Content-Length", length if length is not None else str(len(body))))
        lines = [
            f"{method} sip:{user}@{self._target} SIP/2.0",
            *(f"{name}: {value}" for name, value in headers),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode(errors="replace")

    def _noise(self) -> bytes:
        return self._random.randbytes(self._random.randrange(1, 1400))

    def _plain(self) -> bytes:
        return self._message(
            self._random.choice(METHODS[1:]), body=self._sound() if self._random.random() < 0.3 else ""
        )

    def _sound(self) -> str:
        return _SOUND.format(port=self._random.randrange(1024, 65535))

    def _mutated(self) -> bytes:
        packet = bytearray(self._message(self._method(), body=self._sound()))
        for _ in range(self._random.choice((1, 1, 2, 5, 40))):
            at = self._random.randrange(len(packet))
            match self._random.randrange(5):
                case 0:
                    packet[at] = self._random.randrange(256)
                case 1:
                    del packet[at : at + self._random.randrange(1, 30)]
                case 2:
                    packet[at:at] = self._random.randbytes(self._random.randrange(1, 30))
                case 3:
                    packet[at:at] = packet[at : at + 200]
                case _:
                    del packet[at:]
            if not packet:
                return b"\r\n"
        return bytes(packet)

    def _poison(self) -> str:
        return self._random.choice(POISON).replace("{mark}", self._mark)

    def _poisoned(self) -> bytes:
        """A whole message with poison in one header, in the first line, or in the name of the caller."""
        method = self._method()
        poison = self._poison()
        match self._random.randrange(4):
            case 0:
                return self._message(method, user=poison)
            case 1:
                return self._message(method, name=poison, sender=poison)
            case 2:
                packet = self._message(method).decode(errors="replace")
                header = self._random.choice(_ALL)
                return packet.replace("\r\n", f"\r\n{header}: {poison}\r\n", 1).encode(errors="replace")
            case _:
                lines = self._message(method, body=self._sound()).decode(errors="replace").split("\r\n")
                at = self._random.randrange(len(lines))
                lines[at] += poison
                return "\r\n".join(lines).encode(errors="replace")

    def _oversized(self) -> bytes:
        """Thousands of headers, or one that is as long as a datagram can be."""
        header = self._random.choice(
            ("Via", "Route", "Record-Route", "Contact", "Subject", "Authorization", "X")
        )
        value = self._value("Route") if header != "Via" else "SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1"
        many = self._random.randrange(500, 3000)
        more = [(header, value)] * many if self._random.random() < 0.7 else [(header, value * many)]
        return self._message(self._method(), more=more)

    def _with_an_odd_length(self) -> bytes:
        odd = ("-1", "-2147483648", "4294967295", "99999999999999999999", "1e9", "", "0x10", " ", "\x00", "1")
        body = self._sound()
        return self._message(self._method(), body=body, length=self._random.choice(odd))

    def _nested(self) -> bytes:
        body = self._sound()
        for depth in range(self._random.choice((2, 20, 200))):
            body = f"--b{depth}\r\n{_MANY}{depth - 1}\r\n\r\n{body}\r\n--b{depth}--"
        return self._message(self._method(), body=body, kind="multipart/mixed;boundary=b1")

    def _with_bad_sound(self) -> bytes:
        lines = self._sound().split("\r\n")
        for _ in range(self._random.randrange(1, 4)):
            at = self._random.randrange(len(lines))
            lines[at] = self._random.choice(
                (self._poison(), lines[at] * 50, "m=audio -1 RTP/AVP 999", "c=IN IP9 x", "")
            )
        return self._message(
            self._random.choice(("INVITE", *["UPDATE", "ACK", "PRACK"] * 4)), body="\r\n".join(lines)
        )

    def _answer(self) -> bytes:
        """To a question that nobody asked."""
        code = self._random.choice((100, 180, 183, 200, 202, 302, 401, 407, 486, 503, 603, 999, -1))
        packet = self._message(self._random.choice(METHODS), body=self._sound())
        return f"SIP/2.0 {code} {self._number()}".encode() + packet[packet.index(b"\r\n") :]


_EXTRA = (
    "P-Asserted-Identity", "Remote-Party-ID", "Diversion", "Refer-To", "Event", "Replaces", "Reason", "Route",
    "Subject", "User-Agent", "Call-Info", "Alert-Info", "Referred-By", "History-Info", "X-Number",
)  # fmt: skip
_ALL = (
    *_EXTRA, "From", "To", "Via", "Call-ID", "CSeq", "Contact", "Max-Forwards", "Expires", "Require",
    "Supported", "Allow", "Accept", "Authorization", "Proxy-Authorization", "Session-Expires",
    "Min-SE", "RAck", "RSeq", "Date", "Content-Type", "Content-Encoding", "Warning", "Retry-After",
    "Record-Route", "Path", "Service-Route", "Identity",
)  # fmt: skip
_MANY = "Content-Type: multipart/mixed;boundary=b"
_SOUND = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
)
