"""The clocks of one call: the PBX's, which somebody may set meanwhile, and ours, which stops on hold."""

import asyncio
from math import inf

EARLY = 5.0
"""Seconds by which an event may seem to come before it happened. Above that, the clock was put forward."""
LATE = 10.0
"""Seconds for which an event may be on its way. Above that, the clock was put back."""


class PbxClock:
    """The PBX's clock during one call.

    A time that cannot be means that it was set: then our clock goes on.
    """

    def __init__(self, answered_at: float) -> None:
        """`answered_at`: this moment, in seconds of the PBX's clock."""
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
        """Seconds between two moments by this clock; None when it was set after the earlier one."""
        return None if self._set_at >= earlier else later - earlier


class PatientClock:
    """Our clock during one call. It stands still while they have us on hold, as they cannot answer then."""

    def __init__(self) -> None:
        self._stopped_at: float | None = None
        self._stood_still = 0.0

    @property
    def is_stopped(self) -> bool:
        return self._stopped_at is not None

    def now(self) -> float:
        """The time in seconds of the event loop's clock, less the seconds on hold."""
        now = asyncio.get_running_loop().time()
        return (now if self._stopped_at is None else self._stopped_at) - self._stood_still

    def stop(self) -> None:
        self._stopped_at = asyncio.get_running_loop().time()

    def go_on(self) -> None:
        if self._stopped_at is not None:
            self._stood_still += asyncio.get_running_loop().time() - self._stopped_at
            self._stopped_at = None
