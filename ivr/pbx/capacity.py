"""The lines of one trunk: how many calls may be up at once, and how many may start in a second."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from math import inf
from time import monotonic

from broadcast.reservation import LineUse, Reservation
from broadcast.rules.pace import full_bucket
from ivr.pbx.trunk import Trunk

GROUP_SECONDS = 0.1
"""Seconds: calls that start within them are started together, with one fetch and one write-ahead."""
BURST_SECONDS = 0.2
"""How many calls may start together, as seconds of the trunk's rate."""
TRY_EVERY = 1.0
"""Seconds between two calls that try a trunk at fault, when one of them is urgent."""
TRY_CALMLY_EVERY = 10.0
"""Seconds between two calls that try a trunk at fault, when none of them is urgent."""
USED_WITHIN = 10.0
"""Seconds within which a reserved line is used or released; other calls wait for it no longer."""


class Lines:
    """The lines of a trunk: each is taken as long as somebody has its Reservation.

    A line that is released before a call was placed on it costs the trunk nothing. While the trunk is at
    fault one line at a time is reserved, for calls that try it. A line that becomes free is an urgent call's
    as long as one may wait for it.
    """

    def __init__(self, trunk: Trunk, *, clock: Callable[[], float] = monotonic) -> None:
        self._channels = trunk.channels
        self._for_callers = trunk.channels_for_callers
        self._clock = clock
        self._bucket = full_bucket(
            trunk.calls_per_second, max(1.0, trunk.calls_per_second * BURST_SECONDS), clock()
        )
        self._uses: Counter[LineUse] = Counter()
        self._urgent = 0
        """Urgent calls that wait for lines, and lines that were reserved for some and not used yet."""
        self._reserved_at = -inf
        """The moment of the last reservation."""
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
        """How many lines calls out hold: reserved ones, and those with a call."""
        return self._uses[LineUse.RESERVED] + self._uses[LineUse.PLACED]

    @property
    def reserved(self) -> int:
        """How many lines wait for their call to be placed."""
        return self._uses[LineUse.RESERVED]

    @property
    def is_open(self) -> bool:
        """Whether the PBX and its trunk are there and we are not closing down."""
        return self._is_open and not self._is_suspended and not self._is_closed

    @property
    def _left(self) -> int:
        """How many more calls out may be up. Some channels are kept for callers, whether they call or not."""
        return self.left_without(0)

    @property
    def callers(self) -> int:
        """How many lines callers hold."""
        return self._uses[LineUse.CALLER]

    @property
    def is_at_full_pace(self) -> bool:
        """Whether a waiting call would be placed if it had a line: the trunk is not only tried."""
        return self.is_open and self._is_trusted

    def left_without(self, going: int) -> int:
        """How many more calls out may be up once so many callers have left; negative when too many are up."""
        return self._channels - self.taken - max(self.callers - going, self._for_callers)

    async def reserve(self, at_most: int = 1, *, urgent: bool = True) -> Sequence[Reservation]:
        """Wait for the PBX, a channel and the trunk's pace, and reserve a line, or several if they are there.

        Several lines come in groups, a moment apart. Returns no line when closing down.
        `urgent` calls go first; and while the trunk is at fault other calls try it more seldom.
        """
        with self._one_more_urgent() if urgent else nullcontext():
            return await self._reserve(at_most, urgent=urgent)

    async def _reserve(self, at_most: int, *, urgent: bool) -> Sequence[Reservation]:
        while not self._is_closed:
            if not self.is_open or self._left <= 0 or (self._urgent and not urgent):
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
                reserved, wait = self._take(min(at_most, self._left), urgent=urgent)
                if reserved:
                    self._next_group = self._clock() + GROUP_SECONDS
                    return reserved
            await asyncio.sleep(wait)
        return ()

    def seize(self, use: LineUse = LineUse.PLACED) -> Reservation:
        """Take a line at once: for a call that is up already, or one of those that are kept for callers."""
        return Reservation(use, self._count)

    @contextmanager
    def _one_more_urgent(self) -> Iterator[None]:
        self._urgent += 1
        try:
            yield
        finally:
            self._urgent -= 1
            self._changed.set()

    def _take(self, at_most: int, *, urgent: bool) -> tuple[Sequence[Reservation], float]:
        """Reserve as many lines as the pace allows now; return them, and the seconds until the next."""
        reserved: list[Reservation] = []
        for _ in range(at_most):
            self._bucket, wait = self._bucket.take(self._clock())
            if wait > 0.0:
                return reserved, wait
            reserved.append(Reservation(LineUse.RESERVED, self._count_urgent if urgent else self._count))
            self._reserved_at = self._clock()
        return reserved, 0.0

    def _count_urgent(self, before: LineUse, after: LineUse) -> None:
        self._urgent += (after is LineUse.RESERVED) - (before is LineUse.RESERVED)
        self._count(before, after)

    def _count(self, before: LineUse, after: LineUse) -> None:
        """Count a line whose use changes, and wake those who wait for one."""
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
        """Slow down: the trunk said that it is full. A trunk at fault is only tried, at a pace of its own."""
        if self._is_trusted:
            self._bucket = self._bucket.slow_down(self._clock())

    def distrust(self) -> None:
        """Only try the trunk from now on, until `trust`: it is at fault."""
        self._is_trusted = False
        self._trusted_again.clear()
        self._bucket = self._bucket.at_full_rate(self._clock())

    def trust(self) -> None:
        """Go back to full pace: the trunk is at fault no more."""
        self._is_trusted = True
        self._trusted_again.set()

    def open(self) -> None:
        """Let calls be placed: the PBX is there and its events flow."""
        self._is_open = True
        self._changed.set()

    def shut(self) -> None:
        """Let no call be placed until `open`."""
        self._is_open = False

    def suspend(self) -> None:
        """Let no call be placed until `resume`, whatever is told meanwhile: the PBX does not answer."""
        self._is_suspended = True

    def resume(self) -> None:
        """Let calls be placed again: the PBX answers."""
        if self._is_suspended:
            self._is_suspended = False
            self._changed.set()

    def close(self) -> None:
        """Place no more calls, and tell everyone who waits for a line."""
        self._is_closed = True
        self._changed.set()
        self._trusted_again.set()
