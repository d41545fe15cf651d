"""How many calls may be up at once and how many may start in a second, for one trunk."""

import asyncio
from collections.abc import Callable
from time import monotonic

from broadcast.rules.pace import full_bucket
from ivr.trunk import Trunk

BURST_SECONDS = 0.2
"""Calls that may start together, as seconds of the trunk's rate."""


class Lines:
    """Places on the line. A place is held from `free` until `give_back` or `release`."""

    def __init__(self, trunk: Trunk, *, clock: Callable[[], float] = monotonic) -> None:
        self._channels = trunk.channels
        self._clock = clock
        self._bucket = full_bucket(
            trunk.calls_per_second, max(1.0, trunk.calls_per_second * BURST_SECONDS), clock()
        )
        self._taken = 0
        self._is_open = False
        self._is_closed = False
        self._changed = asyncio.Event()

    @property
    def taken(self) -> int:
        return self._taken

    async def free(self) -> bool:
        """Wait for the PBX, a channel and the trunk's pace, and hold the place; False when closing down."""
        while not self._is_closed:
            if not self._is_open or self._taken >= self._channels:
                self._changed.clear()
                await self._changed.wait()
                continue
            self._bucket, wait = self._bucket.take(self._clock())
            if wait == 0.0:
                self._taken += 1
                return True
            await asyncio.sleep(wait)
        return False

    def give_back(self) -> None:
        """No call was placed: the channel and the trunk's pace are as before."""
        self._bucket = self._bucket.put_back()
        self.release()

    def release(self) -> None:
        """The call on this place has ended."""
        self._taken -= 1
        self._changed.set()

    def occupy(self) -> None:
        """A call that is up already, from before a restart, takes a place without asking."""
        self._taken += 1

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
