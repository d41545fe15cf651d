"""The wire to the telephone network with a clock: when each call was asked for, answered and ended."""

import time
from dataclasses import dataclass

from tests.support.counting_wire import CountingWire, is_answer, is_end


@dataclass(slots=True)
class TimedCall:
    """One call, whichever node has placed it; moments are those of `time.monotonic`."""

    number: str
    port: int
    """On which the node's PBX speaks SIP."""
    asked_at: float
    answered_at: float | None = None
    ended_at: float | None = None
    """When one side said that it is over, or did not take it."""


class TimedWire(CountingWire):
    """Keeps every call of every node, in the order in which they were asked for."""

    def __init__(self, at: tuple[str, int], far_end: tuple[str, int]) -> None:
        super().__init__(at, far_end)
        self.calls: list[TimedCall] = []
        self._timed: dict[bytes, TimedCall] = {}

    @property
    def asked_at(self) -> list[float]:
        """When each of them was first asked for."""
        return [one.asked_at for one in self.calls]

    def calls_to(self, *numbers: str) -> list[TimedCall]:
        return [one for one in list(self.calls) if one.number in numbers]

    def all_gone(self, port: int) -> None:
        super().all_gone(port)
        for one in self.calls:
            if one.port == port and one.ended_at is None:
                one.ended_at = time.monotonic()

    def _note(self, port: int, call: bytes, packet: bytes, *, from_us: bool) -> None:
        super()._note(port, call, packet, from_us=from_us)
        now, known = time.monotonic(), self._timed.get(call)
        if known is None:
            if call in self._calls:
                self._timed[call] = begun = TimedCall(self._calls[call], port, now)
                self.calls.append(begun)
        elif known.answered_at is None and is_answer(packet, from_us=from_us):
            known.answered_at = now
        elif known.ended_at is None and is_end(packet, from_us=from_us):
            known.ended_at = now
