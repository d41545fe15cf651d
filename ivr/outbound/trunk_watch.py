"""Tells by the trunk's health whether the trunk was at fault for a call, and acts while it is.

Then calls wait, except for one at a time that tries the trunk. Members whom the trunk refused lose no try.
The database tells other processes of the fault.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from broadcast.ports import CallOutcome
from broadcast.rules.retry import FOR_THE_TRUNK
from broadcast.states import Outcome
from ivr.outbound.trunk_health import DIFFERENT_NUMBERS, SAID_AGAIN_AFTER, Fault, TrunkHealth
from ivr.pbx.capacity import Lines
from ivr.pbx.live_call import LiveCall

log = logging.getLogger(__name__)

DOUBTED_FOR = 5.0
"""Seconds for which "does not exist" waits to be confirmed, besides those in which eight calls are placed."""
DOES_NOT_ANSWER = "The trunk does not answer; check BUURTBEL_TRUNK_URI and the network, or ask the carrier."
BY_A_TELEPHONE = frozenset({Outcome.BUSY, Outcome.NO_ANSWER, Outcome.REJECTED, Outcome.REDIRECTED})
Tell = Callable[[str | None], Awaitable[None]]


class TrunkWatch:
    def __init__(
        self,
        lines: Lines,
        *,
        calls_per_second: float,
        tell: Tell,
        doubted_for: float = DOUBTED_FOR,
        said_again_after: float = SAID_AGAIN_AFTER,
    ) -> None:
        """`tell` writes the fault that hinders calls, or None, where other processes read it."""
        self._lines = lines
        self._health = TrunkHealth(said_again_after)
        self._tell = tell
        self._told: str | None = "nothing yet"
        self._answers = True
        self._doubted_for = doubted_for + DIFFERENT_NUMBERS / calls_per_second
        self._up: set[LiveCall] = set()
        """Our calls that got through, until their outcome is known."""
        self._is_at_fault = False
        self._news = asyncio.Event()

    @property
    def fault(self) -> Fault | None:
        return self._health.fault

    async def tell(self) -> None:
        """Tell other processes what is new of the trunk; called again and again."""
        says = None if self._answers else DOES_NOT_ANSWER
        if self.fault is not None:
            says = self.fault.says
        if says != self._told:
            await self._tell(says)
            self._told = says

    def note_reachable(self, is_reachable: bool) -> None:
        """Note whether the trunk answers our OPTIONS; when it does not, the line is shut anyway."""
        self._answers = is_reachable

    def note_ringing(self, live: LiveCall) -> None:
        """Note that this call got through: it rings or was answered."""
        self._up.add(live)
        self._note_success(live)

    def forget(self, live: LiveCall) -> None:
        """Forget this call, whatever its outcome: it is up no more."""
        self._up.discard(live)

    async def classify(self, live: LiveCall, number: str, result: CallOutcome) -> CallOutcome:
        """The same outcome, or that the trunk is at fault. For a number that does not exist it waits a while.

        Call it once for every call placed here, when it is over and its line is free.
        """
        self.forget(live)
        outcome = result.outcome
        if live.rang is not False or live.is_unwanted:
            return result
        if outcome in BY_A_TELEPHONE:
            self._note_success(live)
        elif outcome is Outcome.DEAD_NUMBER:
            if self._health.note_missing(number, live.placed_at, result.sip_status):
                return result
            self._act()
            await self._until_clear(live.placed_at)
            return self._excuse(live, result)
        elif outcome in FOR_THE_TRUNK and not self._is_only_full(outcome):
            self._health.note_refusal(number, live.placed_at, result.sip_status)
            self._act()
            return self._excuse(live, result)
        return result

    def _is_only_full(self, outcome: Outcome) -> bool:
        """Whether the trunk has no place for one more call, and carries others of ours."""
        is_carrying = any(not one.is_over for one in self._up)
        return outcome is Outcome.CONGESTION and is_carrying and self.fault is None

    def _excuse(self, live: LiveCall, result: CallOutcome) -> CallOutcome:
        is_excused = self._health.is_excused(live.placed_at)
        return replace(result, outcome=Outcome.TRUNK_AT_FAULT) if is_excused else result

    def _note_success(self, live: LiveCall) -> None:
        self._health.note_success(live.placed_at)
        self._act()

    def _act(self) -> None:
        """Act on the health of the trunk now, and wake those who wait for it."""
        self._news.set()
        self._news = asyncio.Event()
        if (self.fault is not None) is self._is_at_fault:
            return
        self._is_at_fault = self.fault is not None
        if self.fault is not None:
            log.error("%s Calls wait, but for single ones that try it.", self.fault.says)
            self._lines.distrust()
        else:
            log.info("The trunk takes calls again; all that wait go out.")
            self._lines.trust()

    async def _until_clear(self, placed: float) -> None:
        """Wait until a later call gets through, the trunk is at fault, or neither happens for too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._doubted_for):
                while not (self._health.is_believed(placed) or self._health.is_excused(placed)):
                    await self._news.wait()
