"""A telephone network at broadcast's port: the dialled number decides what becomes of each call to it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from itertools import repeat
from uuid import UUID

from broadcast.engine.attempt_runner import AttemptRunner
from broadcast.ports import CallOrder, CallOutcome, NewText
from broadcast.reservation import LineUse, Reservation
from broadcast.states import Outcome

HABITS: dict[str, Sequence[Outcome]] = {
    "10": [Outcome.CONFIRMED],
    "11": [Outcome.CONFIRMED],
    "12": [Outcome.HEARD],
    "13": [Outcome.CONFIRMED],
    "14": [Outcome.PARTIAL],
    "15": [Outcome.SILENT],
    "16": [Outcome.BUSY],
    "17": [Outcome.NO_ANSWER],
    "18": [Outcome.BUSY, Outcome.CONFIRMED],
    "19": [Outcome.REJECTED],
    "20": [Outcome.DEAD_NUMBER],
    "21": [Outcome.CONGESTION, Outcome.CONGESTION, Outcome.CONFIRMED],
    "22": [Outcome.DEAD_NUMBER],
    "23": [Outcome.VOICEMAIL],
}
"""What the first, second ... call to a number of this kind comes to; the last one is for all that follow."""


class FakeDialler:
    """Keeps every call it was asked for. `hold` says how long a call lasts, in seconds."""

    def __init__(self, *, lines: int = 10, hold: float = 0.0) -> None:
        self.orders: list[CallOrder] = []
        self.adopted: list[CallOrder] = []
        self.stopped: list[UUID] = []
        self.withdrawn: list[UUID] = []
        self.replaced: dict[UUID, NewText] = {}
        """What calls were told to say instead."""
        self.placed: Counter[UUID] = Counter()
        self.most_at_once = 0
        self.lines_taken = 0
        self.asked = 0
        """Times that lines were asked for."""
        self.hold = hold
        self.rings_until: dict[str, asyncio.Event] = {}
        """Phones that ring until the event is set, or until the call is stopped."""
        self.on_call: Callable[[CallOrder], None] = lambda _: None
        self._lines = asyncio.Semaphore(lines)
        self._up: Counter[str] = Counter()
        self._nth: Counter[str] = Counter()
        self._stops: defaultdict[UUID, asyncio.Event] = defaultdict(asyncio.Event)

    async def reserve(self, *, urgent: bool, at_most: int) -> Sequence[Reservation]:
        self.asked += 1
        reserved = [await self._reserved()]
        while len(reserved) < at_most and not self._lines.locked():
            reserved.append(await self._reserved())
        return reserved

    async def _reserved(self) -> Reservation:
        await self._lines.acquire()
        return Reservation(LineUse.RESERVED, self._count)

    def _count(self, before: LineUse, after: LineUse) -> None:
        if before is LineUse.FREE:
            self.lines_taken += 1
        elif after is LineUse.FREE:
            self.lines_taken -= 1
            self._lines.release()

    async def call(self, order: CallOrder, reservation: Reservation) -> CallOutcome:
        self.orders.append(order)
        self.placed[order.attempt] += 1
        self.on_call(order)
        with reservation:
            return await self._live(order)

    async def adopt(self, order: CallOrder) -> CallOutcome:
        with await self._reserved():
            self.adopted.append(order)
            return await self._live(order)

    async def stop(self, attempt: UUID) -> None:
        self.stopped.append(attempt)
        self._stops[attempt].set()

    async def over(self, attempts: Collection[UUID]) -> Collection[UUID]:
        return attempts

    async def replace_text(self, attempt: UUID, new: NewText, *, rings_on: bool) -> bool:
        self.replaced[attempt] = new
        return rings_on

    async def withdraw(self, attempt: UUID) -> None:
        self.withdrawn.append(attempt)
        self._stops[attempt].set()

    def calls_to(self, number: str) -> int:
        return sum(order.number == number for order in self.orders)

    async def _live(self, order: CallOrder) -> CallOutcome:
        self._up[order.number] += 1
        self._nth[order.number] += 1
        nth = self._nth[order.number]
        assert self._up[order.number] == 1, "two calls to one number at the same time"
        self.most_at_once = max(self.most_at_once, self._up.total())
        try:
            await asyncio.sleep(self.hold)
            if order.number in self.rings_until and await self._was_stopped(order):
                return CallOutcome(Outcome.NO_ANSWER, ended_at=datetime.now(UTC))
        finally:
            self._up[order.number] -= 1
        return CallOutcome(habit(order.number, nth), ended_at=datetime.now(UTC))

    async def _was_stopped(self, order: CallOrder) -> bool:
        waits = [asyncio.create_task(self._stops[order.attempt].wait())]
        waits.append(asyncio.create_task(self.rings_until[order.number].wait()))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return self._stops[order.attempt].is_set()


def habit(number: str, nth: int) -> Outcome:
    """What the nth call to this number comes to; numbers of no kind do not exist."""
    outcomes = HABITS.get(number[4:6], [Outcome.DEAD_NUMBER]) if number.startswith("+999") else []
    [*first, last] = outcomes or [Outcome.DEAD_NUMBER]
    return [*first, *repeat(last, nth)][nth - 1]


async def begin(runner: AttemptRunner, dialler: FakeDialler, attempt: UUID) -> None:
    """As a worker does: first a line, then the job."""
    [line] = await dialler.reserve(urgent=True, at_most=1)
    await runner.dial(attempt, line)
