"""Rings those who asked by phone to leave their network, to make sure that it was them."""

from broadcast.leave_tables import LeaveOutcome
from broadcast.service_calls.leaving import LeaveBook, LeaveRing
from broadcast.service_calls.own_calls import Ending
from ivr.call.call import Call
from ivr.call.errors import Hangup
from ivr.inbound.known_callers import KnownCallers, Somebody
from ivr.outbound.own_calls import Source
from ivr.pbx.identity import CallerId
from ivr.pbx.live_call import LiveCall
from ivr.scripts.leave import leave_call


class LeaveCalls(Source[LeaveRing]):
    """What a node needs to ring them."""

    def __init__(self, callers: KnownCallers) -> None:
        self._callers = callers
        self.book = LeaveBook(callers.leaving)
        self.ring = callers.leaving.ring
        self.at_once = callers.leaving.at_once

    async def conversation(self, written: LeaveRing) -> "LeaveConversation":
        return LeaveConversation(written.number, await self._callers.who(CallerId.of_called(written.number)))


class LeaveConversation:
    """One of these calls."""

    def __init__(self, number: str, somebody: Somebody) -> None:
        self.number = number
        self._somebody = somebody
        self._is_a_person = False

    async def converse(self, call: Call) -> None:
        try:
            await leave_call(call, self._somebody)
        except Hangup:
            self._is_a_person = True
            raise
        finally:
            self._is_a_person |= bool(call.far_end.facts.keys)

    def ending(self, live: LiveCall) -> Ending | None:
        """Who puts the phone down or presses another key stays; what only listens is a machine."""
        if self._somebody.left_network:
            return Ending(LeaveOutcome.LEFT)
        return Ending(LeaveOutcome.STAYED) if self._is_a_person and not live.is_lost else None

    def tidy_up(self) -> None:
        self._somebody.close()
