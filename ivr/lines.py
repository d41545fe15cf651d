"""How many calls may be up at once and how many may start in a second, for one trunk."""

import asyncio
from collections.abc import Callable
from time import monotonic

from broadcast.rules.pace import full_bucket
from ivr.trunk import Trunk

GROUP_SECONDS = 0.1
"""Calls that start within this time are started together: one fetch, one write-ahead."""
BURST_SECONDS = 0.2
"""Calls that may start together, as seconds of the trunk's rate."""


class Lines:
    """Places on the line. A place is held from `free` until `give_back` or `release`."""

    def __init__(self, trunk: Trunk, *, clock: Callable[[], float] = monotonic) -> None:
        self._channels = trunk.channels
        self._for_callers = trunk.channels_for_callers
        self._clock = clock
        self._bucket = full_bucket(
            trunk.calls_per_second, max(1.0, trunk.calls_per_second * BURST_SECONDS), clock()
        )
        self._taken = 0
        self._callers = 0
        self._next_group = clock()
        self._is_open = False
        self._is_closed = False
        self._changed = asyncio.Event()

    @property
    def taken(self) -> int:
        return self._taken

    @property
    def is_open(self) -> bool:
        """The PBX and its trunk are there, and we are not closing down."""
        return self._is_open and not self._is_closed

    @property
    def _left(self) -> int:
        """Channels on which we may still call out; some are kept for callers, whether they call or not."""
        return self._channels - self._taken - max(self._callers, self._for_callers)

    async def free(self, at_most: int = 1) -> int:
        """Wait for the PBX, a channel and the trunk's pace, and hold a place, or several if they are there.

        Who asks for several gets them in groups, a moment apart. Returns how many; 0 when closing down.
        """
        while not self._is_closed:
            if not self._is_open or self._left <= 0:
                self._changed.clear()
                await self._changed.wait()
                continue
            wait = self._next_group - self._clock() if at_most > 1 else 0.0
            if wait <= 0.0:
                held, wait = self._take(min(at_most, self._left))
                if held:
                    self._next_group = self._clock() + GROUP_SECONDS
                    return held
            await asyncio.sleep(wait)
        return 0

    def _take(self, at_most: int) -> tuple[int, float]:
        """Hold as many places as the pace allows now; with the seconds until it allows one more."""
        for held in range(at_most):
            self._bucket, wait = self._bucket.take(self._clock())
            if wait > 0.0:
                return held, wait
            self._taken += 1
        return at_most, 0.0

    def give_back(self, places: int = 1) -> None:
        """No call was placed: the channels and the trunk's pace are as before."""
        for _ in range(places):
            self._bucket = self._bucket.put_back()
            self._next_group = self._clock()
            self.release()

    def release(self) -> None:
        """The call on this place has ended."""
        self._taken -= 1
        self._changed.set()

    def occupy(self) -> None:
        """A call that is up already, from before a restart, takes a place without asking."""
        self._taken += 1

    def caller_came(self) -> None:
        """Somebody calls us, which takes a channel; it is never refused."""
        self._callers += 1

    def caller_left(self) -> None:
        self._callers -= 1
        self._changed.set()

    def slow_down(self) -> None:
        """The trunk said it is full."""
        self._bucket = self._bucket.slow_down(self._clock())

    def open(self) -> None:
        """The PBX is there and its events flow."""
        self._is_open = True
        self._changed.set()

    def shut(self) -> None:
        """Nothing may be placed until `open`."""
        self._is_open = False

    def close(self) -> None:
        """Nothing will be placed any more; whoever waits is told so."""
        self._is_closed = True
        self._changed.set()
