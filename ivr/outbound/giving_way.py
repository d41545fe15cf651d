"""Calls that are not urgent and only ring: an urgent alert that lacks lines takes theirs.

Who has been rung longest keeps the line longest: they may be on their way to the telephone. Whoever has
picked up keeps it to the end.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from ivr.pbx.live_call import LiveCall

log = logging.getLogger(__name__)


class GivingWay:
    """The calls of one line that give way."""

    def __init__(self, end: Callable[[LiveCall], Awaitable[None]], *, is_wanted: bool = True) -> None:
        """`end` hangs up a call that nobody has answered. Unless this `is_wanted` no call gives way."""
        self._end = end
        self._is_wanted = is_wanted
        self._calls: dict[LiveCall, None] = {}
        """Those that are up, in the order in which they were placed."""

    @property
    def going(self) -> int:
        """How many have been told to end and still hold their line."""
        return sum(live.is_preempted and not live.is_over for live in self._calls)

    @property
    def ringing(self) -> int:
        """How many could give up their line."""
        return len(self._ringing())

    @contextmanager
    def may_give_way(self, live: LiveCall, *, urgent: bool) -> Iterator[None]:
        """Within the block this call gives way as long as nobody has answered, unless it is `urgent`."""
        if urgent or not self._is_wanted:
            yield
            return
        self._calls[live] = None
        try:
            yield
        finally:
            del self._calls[live]

    async def give_up(self, lacking: int) -> int:
        """End so many calls at most, those that were placed last first; return how many."""
        chosen = self._ringing()[::-1][: max(0, lacking)]
        if chosen:
            log.warning("An urgent alert lacks lines: %d calls that only ring give theirs up.", len(chosen))
        for live in chosen:
            live.is_preempted = True
        for live in chosen:
            await self._end(live)
        return len(chosen)

    def _ringing(self) -> list[LiveCall]:
        return [
            live
            for live in self._calls
            if live.call is None
            and not (live.is_on_fallback or live.is_over or live.is_unwanted or live.is_preempted)
        ]
