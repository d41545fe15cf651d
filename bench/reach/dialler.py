"""The trunk of `make bench-reach`: the product's own lines, and telephones that do what was drawn."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from bench.reach.drawn import DrawnCall, DrawnCallee
from broadcast.ports import CallOrder, CallOutcome, NewText
from broadcast.reservation import Reservation
from broadcast.states import Outcome
from ivr.pbx.capacity import Lines
from ivr.pbx.trunk import Trunk


@dataclass(frozen=True, slots=True)
class SeenCall:
    """One call as it went over the trunk; times by `time.monotonic`."""

    number: str
    began: float
    ended: float
    outcome: Outcome


@dataclass
class Telephones:
    """All of them, for however many nodes call them, and every call that they got."""

    behaviour: Mapping[str, Sequence[DrawnCall]]
    speed: float
    placed: list[SeenCall] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, people: Sequence[DrawnCallee], *, speed: float) -> "Telephones":
        """`speed`: how many seconds of the evening pass in one of ours."""
        return cls({number: calls for one in people for number, calls in one.numbers.items()}, speed)

    async def ring(self, number: str) -> Outcome:
        began = monotonic()
        calls = self.behaviour[number]
        drawn = calls[min(self.calls[number], len(calls) - 1)]
        self.calls[number] += 1
        await asyncio.sleep(drawn.seconds / self.speed)
        self.placed.append(SeenCall(number, began, monotonic(), drawn.outcome))
        return drawn.outcome


class AnswersAsDrawn:
    """The Dialler of broadcast's ports on one node: lines and pace are the product's, without Asterisk."""

    def __init__(self, telephones: Telephones, trunk: Trunk) -> None:
        self._telephones = telephones
        self._lines = Lines(trunk)
        self._lines.open()

    async def reserve(self, *, urgent: bool, at_most: int) -> Sequence[Reservation]:
        return await self._lines.reserve(at_most, urgent=urgent)

    async def call(self, order: CallOrder, reservation: Reservation) -> CallOutcome:
        with reservation:
            reservation.place()
            outcome = await self._telephones.ring(order.number)
            ended_at = datetime.now(UTC)
        return CallOutcome(outcome, ended_at=ended_at)

    async def adopt(self, order: CallOrder) -> CallOutcome:
        raise NotImplementedError(f"attempt {order.attempt} was placed by nobody before")

    async def stop(self, attempt: UUID) -> None: ...

    async def withdraw(self, attempt: UUID) -> None: ...

    async def replace_text(self, attempt: UUID, new: NewText, *, rings_on: bool) -> bool:  # noqa: ARG002 - no such call
        return False

    async def over(self, attempts: Collection[UUID]) -> Collection[UUID]:
        return attempts
