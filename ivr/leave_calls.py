"""Rings those who asked by phone to leave their network, to make sure that it was them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast import leaving
from broadcast.leave_tables import LeaveCall, LeaveOutcome
from broadcast.leaving import Ring
from ivr.call import Call, Hangup
from ivr.known_callers import KnownCallers, Somebody
from ivr.own_calls import Book
from ivr.scripts.leave import leave_call


class LeaveBook(Book[Ring]):
    """What a node needs to ring them."""

    table = LeaveCall

    def __init__(self, callers: KnownCallers) -> None:
        self._callers = callers
        self.ring = callers.leaving.ring
        self.at_once = callers.leaving.at_once

    async def take(self, connection: AsyncConnection, node: str) -> Ring | None:
        return await leaving.take(connection, node, self._callers.leaving)

    async def under_way(self, connection: AsyncConnection, node: str) -> Sequence[Ring]:
        return await leaving.under_way(connection, node)

    async def unwanted(self, connection: AsyncConnection, calls: Collection[UUID]) -> Collection[UUID]:
        return await leaving.no_longer_needed(connection, calls)

    async def conversation(self, ring: Ring) -> "Leaving":
        return Leaving(ring.number, await self._callers.who(ring.number))


class Leaving:
    """One of these calls."""

    def __init__(self, number: str, somebody: Somebody) -> None:
        self.number = number
        self._somebody = somebody
        self._is_a_person = False

    @property
    def outcome(self) -> LeaveOutcome:
        """Who puts the phone down or presses another key stays; what only listens is a machine."""
        if self._somebody.left_network:
            return LeaveOutcome.LEFT
        return LeaveOutcome.STAYED if self._is_a_person else LeaveOutcome.UNANSWERED

    async def converse(self, call: Call) -> None:
        try:
            await leave_call(call, self._somebody)
        except Hangup:
            self._is_a_person = True
            raise
        finally:
            self._is_a_person |= bool(call.far_end.facts.keys)

    def has_left(self) -> None:
        self._somebody.has_left()
