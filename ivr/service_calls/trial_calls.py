"""Places test calls: each once, on the node whose line takes it first."""

from collections.abc import Awaitable, Mapping
from time import monotonic

from broadcast.service_calls.own_calls import Ending
from broadcast.service_calls.trials import RING, TrialBook, TrialRing
from broadcast.trial_tables import TrialOutcome
from ivr.call.call import Call
from ivr.call.errors import Hangup
from ivr.outbound.own_calls import Source
from ivr.outbound.placement import unanswered
from ivr.pbx.live_call import LiveCall
from ivr.scripts.sentences import Says
from ivr.scripts.trial_call import trial_call


class TrialCalls(Source[TrialRing]):
    """What a node needs to place them."""

    book = TrialBook()
    ring = RING
    at_once = 1

    def __init__(self, says: Awaitable[Mapping[str, Says]]) -> None:
        self._says = says

    async def conversation(self, written: TrialRing) -> "TrialConversation":
        return TrialConversation(written.number, (await self._says)[written.language], ring=self.ring)


class TrialConversation:
    """One of these calls."""

    def __init__(self, number: str, says: Says, *, ring: float) -> None:
        self.number = number
        self._says = says
        self._ring = ring
        self._key: str | None = None
        self._was_hung_up = False
        self._answered_at: float | None = None

    async def converse(self, call: Call) -> None:
        self._answered_at = monotonic()
        try:
            self._key = await trial_call(call, self._says)
        except Hangup:
            self._was_hung_up = True
            raise

    def ending(self, live: LiveCall) -> Ending | None:
        answered_at = self._answered_at
        if answered_at is None and live.end.cause is None:
            return None
        return Ending(
            TrialOutcome.ANSWERED if answered_at else unanswered(live, ring=self._ring),
            {
                "rang_after": live.rang_after,
                "answered_after": answered_at - live.placed_at if answered_at else None,
                "key": self._key,
                "was_hung_up": self._was_hung_up if answered_at else None,
                "sip_status": live.end.sip_status,
            },
        )

    def tidy_up(self) -> None:
        """Nothing is kept for it."""
