"""Somebody elsewhere who sends sound to every port for it, as a trunk would, and keeps what comes back."""

import time

from embedded.network.ports import PortRange
from tests.far_ends.rtp import KEYS, event, packet, udp
from tests.far_ends.sounds import ALAW, silence
from tests.support.beside import Beside

ELSEWHERE = "127.0.0.2"
EVERY = 0.02
SSRC = 0xBAD


class Intruder(Beside):
    """Sends while it is entered. `presses` sends a key (RFC 4733) as well, once a second."""

    def __init__(self, to: str, ports: PortRange, *, presses: str = "") -> None:
        super().__init__()
        self._to = [(to, port) for port in range(ports.first, ports.last + 1, 2)]
        self._key = presses
        self._wire = udp(ELSEWHERE)
        self._began = 0.0
        self.sent = 0
        """Moments of 20 ms in which sound was sent to every port."""
        self.taken = 0
        """Packets of sound that were sent to us; more than the reports that whoever sends sound gets."""

    def close(self) -> None:
        self._wire.close()

    def work(self) -> None:
        self._began = self._began or time.monotonic()
        for one in self._packets(self.sent):
            for place in self._to:
                self._wire.sendto(one, place)
        self.sent += 1
        self._listen()
        time.sleep(max(0.0, self._began + self.sent * EVERY - time.monotonic()))

    def _packets(self, number: int) -> list[bytes]:
        sequence = number * (2 if self._key else 1)
        packets = [packet(ALAW, sequence, number * 160, SSRC, silence(ALAW, 160))]
        if self._key:
            # A press of 0.2 s.
            nth, at = divmod(number, 50)
            pressed = event(self._key, min(at + 1, 10) * 160, ends=at >= 10)
            packets.append(packet(KEYS, sequence + 1, nth * 50 * 160, SSRC, pressed))
        return packets

    def _listen(self) -> None:
        while True:
            try:
                packet = self._wire.recv(2048)
            except BlockingIOError:
                return
            if len(packet) > 100:
                self.taken += 1
