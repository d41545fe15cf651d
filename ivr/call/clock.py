"""Moments of the PBX's clock as seconds since the answer, though somebody sets that clock during the call."""

import asyncio
from math import inf

EARLY = 5.0
"""Seconds by which an event may seem to come before it happened; more, and the clock was put forward."""
LATE = 10.0
"""Seconds for which an event may be on its way; more, and the clock was put back."""


class PbxClock:
    """Of one call. What cannot be is taken for a clock that was set: from there on ours tells the time."""

    def __init__(self, answered_at: float) -> None:
        """`answered_at`: by the PBX's clock, in seconds; now."""
        self._answered_at = answered_at
        self._began = asyncio.get_running_loop().time()
        self._set_at = -inf

    def since_answer(self, at: float) -> float:
        """Seconds from the answer to this moment, which is now or was just before."""
        told = at - self._answered_at
        ours = asyncio.get_running_loop().time() - self._began
        if not ours - LATE <= told <= ours + EARLY:
            self._answered_at, told = at - ours, ours
            self._set_at = told
        return told

    def between(self, earlier: float, later: float) -> float | None:
        """Seconds between two moments that it told; None when it was set since the earlier one."""
        return None if self._set_at >= earlier else later - earlier
