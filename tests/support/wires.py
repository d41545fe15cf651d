"""Wires of our own between the product and the world, which a test can cut and listen to."""

import selectors
import socket
import threading
from contextlib import suppress

from tests.support.beside import Beside

PATIENCE = 0.1
"""Seconds after which a wire looks whether it is to be ended."""


class SipTap(Beside):
    """Carries SIP over UDP to a far end on the same port of another address, and keeps every INVITE."""

    def __init__(self, at: tuple[str, int], far_end: tuple[str, int]) -> None:
        super().__init__()
        self._far_end = far_end
        self._near = _udp(at)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._near, selectors.EVENT_READ)
        self._towards: dict[tuple[str, int], socket.socket] = {}
        self._callers: dict[socket.socket, tuple[str, int]] = {}
        self._is_cut = threading.Event()
        self.invites: list[str] = []

    def close(self) -> None:
        for wire in (self._near, *self._callers):
            wire.close()

    def cut(self) -> None:
        """From now on nothing gets through."""
        self._is_cut.set()

    def mend(self) -> None:
        self._is_cut.clear()

    @property
    def dialled(self) -> set[str]:
        """What stood before the @ of every INVITE, whoever it was for."""
        return {invite.split(" ")[1].removeprefix("sip:").split("@")[0] for invite in self.invites}

    def work(self) -> None:
        for key, _ in self._selector.select(PATIENCE):
            assert isinstance(key.fileobj, socket.socket)
            with suppress(ConnectionRefusedError):
                packet, sender = key.fileobj.recvfrom(65535)
                if not self._is_cut.is_set():
                    self._pass_on(key.fileobj, packet, sender)

    def _pass_on(self, wire: socket.socket, packet: bytes, sender: tuple[str, int]) -> None:
        if wire is not self._near:
            self._near.sendto(packet, self._callers[wire])
            return
        if packet.startswith(b"INVITE ") and (invite := packet.decode()) not in self.invites:
            # What is sent again for want of an answer is the same one.
            self.invites.append(invite)
        self._onward(sender).sendto(packet, self._far_end)

    def _onward(self, sender: tuple[str, int]) -> socket.socket:
        """Where what this sender says goes out to the far end."""
        if sender not in self._towards:
            onward = _udp((self._far_end[0], 0))
            self._towards[sender], self._callers[onward] = onward, sender
            self._selector.register(onward, selectors.EVENT_READ)
        return self._towards[sender]


def _udp(at: tuple[str, int]) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(at)
    return made


class TcpGate:
    """Carries TCP connections to another port; nobody is let in until `open`, and `cut` ends all of them."""

    def __init__(self, at: tuple[str, int], to: tuple[str, int]) -> None:
        self._at = at
        self._to = to
        self._listener: socket.socket | None = None
        self._ends: list[socket.socket] = []

    def open(self) -> None:
        self._listener = socket.create_server(self._at)
        threading.Thread(target=self._let_in, args=[self._listener], daemon=True).start()

    def cut(self) -> int:
        """End every connection there is, on both sides; who comes next is let in. Returns how many ended."""
        ends, self._ends = self._ends, []
        for end in ends:
            _end(end)
        return len(ends) // 2

    def close(self) -> None:
        if self._listener is not None:
            _end(self._listener)
        self.cut()

    def _let_in(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._to)
                self._ends += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=_pour, args=[source, target], daemon=True).start()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _end(source)
    _end(target)


def _end(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
    wire.close()
