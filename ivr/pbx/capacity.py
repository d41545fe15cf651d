"""How many calls may be up at once and how many may start in a second, for one trunk."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
from time import monotonic

from broadcast.reservation import LineUse, Reservation
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
"""Seconds within which whoever reserved a line uses it or frees it; others wait for it no longer."""


class Lines:
    """The lines of a trunk: each is taken as long as somebody has its Reservation.

    One that is released before a call was placed on it costs the trunk nothing. While the trunk is at fault
    one line at a time is reserved, for calls that try it.
    """

    def __init__(self, trunk: Trunk, *, clock: Callable[[], float] = monotonic) -> None:
        self._channels = trunk.channels
        self._for_callers = trunk.channels_for_callers
        self._clock = clock
        self._bucket = full_bucket(
            trunk.calls_per_second, max(1.0, trunk.calls_per_second * BURST_SECONDS), clock()
        )
        self._uses: Counter[LineUse] = Counter()
        self._reserved_at = -inf
        """When the last one was."""
        self._is_trusted = True
        self._placed_at = -inf
        self._trusted_again = asyncio.Event()
        self._next_group = clock()
        self._is_open = False
        self._is_closed = False
        self._is_suspended = False
        self._changed = asyncio.Event()

    @property
    def taken(self) -> int:
        """Lines of calls out: reserved, or with a call."""
        return self._uses[LineUse.RESERVED] + self._uses[LineUse.PLACED]

    @property
    def is_open(self) -> bool:
        """The PBX and its trunk are there, and we are not closing down."""
        return self._is_open and not self._is_suspended and not self._is_closed

    @property
    def _left(self) -> int:
        """Channels on which we may still call out; some are kept for callers, whether they call or not."""
        return self.left_without(0)

    @property
    def callers(self) -> int:
        """Lines that callers hold."""
        return self._uses[LineUse.CALLER]

    @property
    def is_at_full_pace(self) -> bool:
        """A call that waits for a line would be placed if it had one: the trunk is not only tried."""
        return self.is_open and self._is_trusted

    def left_without(self, going: int) -> int:
        """Channels on which we may call out once so many callers have left; negative when there are none."""
        return self._channels - self.taken - max(self.callers - going, self._for_callers)

    async def reserve(self, at_most: int = 1, *, urgent: bool = True) -> Sequence[Reservation]:
        """Wait for the PBX, a channel and the trunk's pace, and reserve a line, or several if they are there.

        Who asks for several gets them in groups, a moment apart. None when closing down.
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
                reserved, wait = self._take(min(at_most, self._left))
                if reserved:
                    self._next_group = self._clock() + GROUP_SECONDS
                    return reserved
            await asyncio.sleep(wait)
        return ()

    def seize(self, use: LineUse = LineUse.PLACED) -> Reservation:
        """A line for a call that is up already, or that takes one of those kept for callers: at once."""
        return Reservation(use, self._count)

    def _take(self, at_most: int) -> tuple[Sequence[Reservation], float]:
        """Reserve as many lines as the pace allows now; with the seconds until it allows one more."""
        reserved: list[Reservation] = []
        for _ in range(at_most):
            self._bucket, wait = self._bucket.take(self._clock())
            if wait > 0.0:
                return reserved, wait
            reserved.append(Reservation(LineUse.RESERVED, self._count))
            self._reserved_at = self._clock()
        return reserved, 0.0

    def _count(self, before: LineUse, after: LineUse) -> None:
        """A line is used otherwise than before."""
        self._uses[before] -= 1
        self._uses[after] += 1
        if before is LineUse.RESERVED and after is LineUse.PLACED:
            self._placed_at = self._clock()
        elif before is LineUse.RESERVED:  # no call was placed: the trunk's pace is as before
            self._bucket = self._bucket.put_back()
            self._next_group = self._clock()
        if before is not LineUse.FREE:
            self._changed.set()

    def _until_next_try(self, *, urgent: bool) -> float:
        """Seconds until a call may try a trunk at fault; one whose line is reserved already comes first."""
        if self._uses[LineUse.RESERVED] and self._clock() < self._reserved_at + USED_WITHIN:
            return GROUP_SECONDS
        return self._placed_at + (TRY_EVERY if urgent else TRY_CALMLY_EVERY) - self._clock()

    async def _until_trusted(self, at_most: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._trusted_again.wait()

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

    def suspend(self) -> None:
        """The PBX says nothing: nothing may be placed until `resume`, whatever is told meanwhile."""
        self._is_suspended = True

    def resume(self) -> None:
        """The PBX answers."""
        if self._is_suspended:
            self._is_suspended = False
            self._changed.set()

    def close(self) -> None:
        """Nothing will be placed any more; whoever waits is told so."""
        self._is_closed = True
        self._changed.set()
        self._trusted_again.set()
