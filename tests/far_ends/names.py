"""A DNS (RFC 1035) for one name, which can be taken away; nobody may keep its answers for long."""

import socket
import struct
from contextlib import suppress

from tests.far_ends.rtp import udp
from tests.support.beside import Beside

PORT = 53
A, IN = 1, 1
NO_SUCH_NAME = 3
SECONDS = 1


class Names(Beside):
    """Answers while it is entered. `leads_to` is the name's address; None is no such name."""

    def __init__(self, host: str, name: str, leads_to: str | None) -> None:
        super().__init__()
        self.leads_to = leads_to
        self.asked = 0
        """Times that somebody was told that there is no such name."""
        self._name = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
        self._wire = udp(host, PORT)
        self._wire.settimeout(0.1)

    def close(self) -> None:
        self._wire.close()

    def work(self) -> None:
        with suppress(TimeoutError):
            question, asker = self._wire.recvfrom(512)
            self._wire.sendto(self._answer(question), asker)

    def _answer(self, question: bytes) -> bytes:
        number, asked = question[:2], question[12:]
        end = asked.index(b"\0") + 5
        kind = int.from_bytes(asked[end - 4 : end - 2], "big")
        is_ours = asked[: end - 4].lower() == self._name and self.leads_to is not None
        self.asked += not is_ours
        record = b""
        if is_ours and kind == A and self.leads_to is not None:
            address = socket.inet_aton(self.leads_to)
            record = struct.pack("!HHHIH", 0xC00C, A, IN, SECONDS, len(address)) + address
        flags = 0x8580 | (0 if is_ours else NO_SUCH_NAME)
        return number + struct.pack("!HHHHH", flags, 1, bool(record), 0, 0) + asked[:end] + record
