"""How many calls may be up at once and how many may start in a second, for one trunk."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from math import inf
from time import monotonic

from broadcast.rules.pace import full_bucket
from ivr.pbx.trunk import Trunk

GROUP_SECONDS = 0.1
"""Calls that start within this time are started together: one fetch, one write-ahead."""
BURST_SECONDS = 0.2
"""Calls that may start together, as seconds of the trunk's rate."""
TRY_EVERY = 1.0
"""Seconds between two calls that try a trunk at fault;"""
TRY_CALMLY_EVERY = 10.0
"""and when none of them is urgent."""
USED_WITHIN = 10.0
"""Seconds within which whoever has a place uses it or gives it back; others wait for it no longer."""


class Lines:
    """Places on the line. A place is held from `free` until `give_back` or `release`.

    Whoever uses one for a call says so by `place`. While the trunk is at fault there is one at a time, for
    calls that try it.
    """

    def __init__(self, trunk: Trunk, *, clock: Callable[[], float] = monotonic) -> None:
        self._channels = trunk.channels
        self._for_callers = trunk.channels_for_callers
        self._clock = clock
        self._bucket = full_bucket(
            trunk.calls_per_second, max(1.0, trunk.calls_per_second * BURST_SECONDS), clock()
        )
        self._taken = 0
        self._unplaced = 0
        """Places that were had by `free` and that no call uses yet;"""
        self._had_at = -inf
        """the last of them since then."""
        self._is_trusted = True
        self._placed_at = -inf
        self._trusted_again = asyncio.Event()
        self._callers = 0
        self._next_group = clock()
        self._is_open = False
        self._is_closed = False
        self._is_held = False
        self._changed = asyncio.Event()

    @property
    def taken(self) -> int:
        return self._taken

    @property
    def is_open(self) -> bool:
        """The PBX and its trunk are there, and we are not closing down."""
        return self._is_open and not self._is_held and not self._is_closed

    @property
    def _left(self) -> int:
        """Channels on which we may still call out; some are kept for callers, whether they call or not."""
        return self.left_without(0)

    @property
    def callers(self) -> int:
        """Lines that callers hold."""
        return self._callers

    @property
    def is_at_full_pace(self) -> bool:
        """A call that waits for a line would be placed if it had one: the trunk is not only tried."""
        return self.is_open and self._is_trusted

    def left_without(self, going: int) -> int:
        """Channels on which we may call out once so many callers have left; negative when there are none."""
        return self._channels - self._taken - max(self._callers - going, self._for_callers)

    async def free(self, at_most: int = 1, *, urgent: bool = True) -> int:
        """Wait for the PBX, a channel and the trunk's pace, and hold a place, or several if they are there.

        Who asks for several gets them in groups, a moment apart. Returns how many; 0 when closing down.
        `urgent` matters while the trunk is at fault: other calls try it more seldom.
        """
        while not self._is_closed:
            if not self.is_open or self._left <= 0:
                self._changed.clear()
                await self._changed.wait()
                continue
            if not self._is_trusted:
                if (wait := self._until_next_try(urgent=urgent)) > 0.0:
                    await self._until_trusted(wait)
                    continue
                at_most = 1
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
            self._unplaced += 1
            self._had_at = self._clock()
        return at_most, 0.0

    def _until_next_try(self, *, urgent: bool) -> float:
        """Seconds until a call may try a trunk at fault; one whose place is not used yet comes first."""
        if self._unplaced and self._clock() < self._had_at + USED_WITHIN:
            return GROUP_SECONDS
        return self._placed_at + (TRY_EVERY if urgent else TRY_CALMLY_EVERY) - self._clock()

    async def _until_trusted(self, at_most: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._trusted_again.wait()

    def place(self) -> None:
        """A call is placed on a place that is held."""
        self._unplaced -= 1
        self._placed_at = self._clock()

    def give_back(self, places: int = 1) -> None:
        """No call was placed: the channels and the trunk's pace are as before."""
        for _ in range(places):
            self._bucket = self._bucket.put_back()
            self._next_group = self._clock()
            self._unplaced -= 1
            self.release()

    def release(self) -> None:
        """The call on this place has ended."""
        self._taken -= 1
        self._changed.set()

    def occupy(self) -> None:
        """A call that is up already, from before a restart, takes a place without asking."""
        self._taken += 1

    def caller_came(self) -> None:
        """Somebody calls us, which takes a channel."""
        self._callers += 1

    def caller_left(self) -> None:
        self._callers -= 1
        self._changed.set()

    def slow_down(self) -> None:
        """The trunk said it is full; one that is at fault is only tried, at a pace of its own."""
        if self._is_trusted:
            self._bucket = self._bucket.slow_down(self._clock())

    def distrust(self) -> None:
        """The trunk is at fault: from now on calls only try it, until `trust`."""
        self._is_trusted = False
        self._trusted_again.clear()
        self._bucket = self._bucket.at_full_rate(self._clock())

    def trust(self) -> None:
        """It is at fault no more: full pace."""
        self._is_trusted = True
        self._trusted_again.set()

    def open(self) -> None:
        """The PBX is there and its events flow."""
        self._is_open = True
        self._changed.set()

    def shut(self) -> None:
        """Nothing may be placed until `open`."""
        self._is_open = False

    def hold(self) -> None:
        """The PBX says nothing: nothing may be placed until `let_go`, whatever is told meanwhile."""
        self._is_held = True

    def let_go(self) -> None:
        """The PBX answers."""
        if self._is_held:
            self._is_held = False
            self._changed.set()

    def close(self) -> None:
        """Nothing will be placed any more; whoever waits is told so."""
        self._is_closed = True
        self._changed.set()
        self._trusted_again.set()
