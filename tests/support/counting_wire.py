"""The wire to the telephone network, on which every call of every node is seen from its first packet on."""

import re
import socket
from collections import Counter, defaultdict

from tests.support.wires import SipTap

_CALL = re.compile(rb"^(?:Call-ID|i):\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_REFUSED = re.compile(rb"SIP/2\.0 [4-6]\d\d ")
_TO_INVITE = re.compile(rb"^CSeq:\s*\d+ INVITE", re.MULTILINE | re.IGNORECASE)
_CONTACT = re.compile(rb"^((?:Contact|m):\s*<sips?:(?:[^@>;]*@)?)[\d.]+:\d+", re.MULTILINE | re.IGNORECASE)
_NUMBER = re.compile(rb"INVITE sip:([^@;>]+)@")


class CountingWire(SipTap):
    """Knows which calls of which node ring or are up, and how many calls each number got."""

    def __init__(self, at: tuple[str, int], far_end: tuple[str, int]) -> None:
        super().__init__(at, far_end)
        self._live: defaultdict[int, set[bytes]] = defaultdict(set)
        self._calls: dict[bytes, str] = {}
        self._answered: dict[bytes, None] = {}
        self._cut_off: set[bytes] = set()
        self._frozen: set[int] = set()
        self.two_at_once: list[str] = []
        """Numbers that were invited while a call to them rang or was up."""

    @property
    def placed(self) -> Counter[str]:
        """Calls by number."""
        return Counter(self._calls.values())

    def cut_off(self, number: str) -> list[bool]:
        """Of each call to it that was picked up, in this order: whether our PBX died or froze during it."""
        return [call in self._cut_off for call in self._answered if self._calls[call] == number]

    def live(self, port: int) -> int:
        """Calls of the node that speaks SIP on this port."""
        return len(self._live[port])

    def all_gone(self, port: int) -> None:
        """That node's PBX was killed: it will not say goodbye."""
        self.goes_on(port)
        self._cut_off |= self._live.pop(port, set())

    def freezes(self, port: int) -> None:
        """That node's PBX stands still: whoever is up, or picks up, hears nothing for now."""
        self._frozen.add(port)
        self._cut_off |= self._live[port]

    def goes_on(self, port: int) -> None:
        self._frozen.discard(port)

    def _pass_on(self, wire: socket.socket, packet: bytes, sender: tuple[str, int]) -> None:
        from_us = wire is self._near
        port = (sender if from_us else self._callers[wire])[1]
        found = _CALL.search(packet)
        if found:
            self._note(port, found[1], packet, from_us=from_us)
        # Else what follows the answer, a BYE too, goes past the wire.
        way_back = (self._onward(sender) if from_us else self._near).getsockname()
        packet = _CONTACT.sub(rb"\g<1>%s:%d" % (way_back[0].encode(), way_back[1]), packet)
        super()._pass_on(wire, packet, sender)

    def _note(self, port: int, call: bytes, packet: bytes, *, from_us: bool) -> None:
        if port in self._frozen:
            self._cut_off.add(call)
        invited = _NUMBER.match(packet) if from_us else None
        if invited and call not in self._calls:
            number = invited[1].decode()
            if any(self._calls[one] == number for calls in self._live.values() for one in calls):
                self.two_at_once.append(number)
            self._calls[call] = number
        if invited:
            self._live[port].add(call)
        elif is_answer(packet, from_us=from_us):
            self._answered.setdefault(call)
        elif is_end(packet, from_us=from_us):
            self._live[port].discard(call)


def is_answer(packet: bytes, *, from_us: bool) -> bool:
    """The phone is picked up."""
    return not from_us and packet.startswith(b"SIP/2.0 200 ") and bool(_TO_INVITE.search(packet))


def is_end(packet: bytes, *, from_us: bool) -> bool:
    """The call is over, given up, or not taken."""
    return packet.startswith((b"BYE ", b"CANCEL ")) or (not from_us and bool(_REFUSED.match(packet)))
