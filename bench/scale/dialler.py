"""A telephone network that always answers: what becomes of a call is drawn by its attempt's id."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from broadcast.ports import CallOrder, CallOutcome, NewText
from broadcast.reservation import LineUse, Reservation
from broadcast.states import Outcome

LINES = 200
DRAWN = {
    Outcome.CONFIRMED: 30,
    Outcome.HEARD: 25,
    Outcome.VOICEMAIL: 15,
    Outcome.NO_ANSWER: 15,
    Outcome.BUSY: 10,
    Outcome.PARTIAL: 5,
}
"""Of a hundred calls."""


class AlwaysAnswers:
    """The Dialler of broadcast's ports, without a telephone; counts the calls that have ended."""

    def __init__(self, *, call_seconds: float = 0.0) -> None:
        self.ended = 0
        self.rang = asyncio.Event()
        """A call has been placed."""
        self._call_seconds = call_seconds
        self._free = asyncio.Semaphore(LINES)

    async def reserve(self, *, urgent: bool, at_most: int) -> Sequence[Reservation]:  # noqa: ARG002 - all are
        reserved: list[Reservation] = []
        while not reserved or (len(reserved) < at_most and not self._free.locked()):
            await self._free.acquire()
            reserved.append(Reservation(LineUse.RESERVED, self._count))
        return reserved

    def _count(self, _: LineUse, after: LineUse) -> None:
        if after is LineUse.FREE:
            self._free.release()

    async def call(self, order: CallOrder, reservation: Reservation) -> CallOutcome:
        self.rang.set()
        if self._call_seconds:
            await asyncio.sleep(self._call_seconds)
        reservation.release()
        return await self.adopt(order)

    async def adopt(self, order: CallOrder) -> CallOutcome:
        self.ended += 1
        [outcome] = Random(order.attempt.int).choices([*DRAWN], [*DRAWN.values()])
        return CallOutcome(outcome, ended_at=datetime.now(UTC), evidence={"passes": [[0.0, 15.0, True]]})

    async def stop(self, attempt: UUID) -> None: ...

    async def withdraw(self, attempt: UUID) -> None: ...

    async def replace_text(self, attempt: UUID, new: NewText, *, rings_on: bool) -> bool:  # noqa: ARG002 - as above
        return False

    async def over(self, attempts: Collection[UUID]) -> Collection[UUID]:
        return attempts
