"""Call admission: callers keep to their share of the lines while an urgent alert lacks some."""

import logging
from collections.abc import Callable, Hashable
from time import monotonic
from typing import Protocol

from ivr.ari.errors import AriError
from ivr.call.call import Call
from ivr.inbound.preemption import OnTheLine, preempted
from ivr.outbound.giving_way import GivingWay
from ivr.pbx.capacity import Lines

log = logging.getLogger(__name__)

CALM_AFTER = 10.0
"""Seconds without an urgent call that waits, after which callers may hold all lines again."""


class LineDemand(Protocol):
    """The node whose lines these are."""

    async def urgent_calls(self) -> int:
        """How many wait for nothing but a line."""

    async def tell_callers(self, lines: int) -> None:
        """Write how many lines callers hold where other processes read it."""

    async def limit_callers(self, callers: int) -> None:
        """Have the PBX refuse by itself who calls while so many do. Raises AriError."""


class Admission:
    """All who are on the line with us, and whom of them an urgent alert needs gone."""

    def __init__(
        self,
        lines: Lines,
        node: LineDemand,
        giving_way: GivingWay,
        *,
        most: int,
        channels: int,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Callers keep `most` lines of all `channels` while an urgent alert lacks some."""
        self._lines = lines
        self._node = node
        self._giving_way = giving_way
        self._most = most
        self._channels = channels
        self._clock = clock
        self._waiting = 0
        """Urgent calls, when they were counted last."""
        self._is_short_until = clock()
        self._admitted: int | None = None
        self._told: int | None = None
        self._there: dict[Call, Hashable | None] = {}
        self._going: set[Call] = set()

    @property
    def _is_short(self) -> bool:
        """An urgent alert lacks lines, or did a moment ago."""
        return self._clock() < self._is_short_until

    @property
    def _lacking(self) -> int:
        """How many lines urgent calls lack besides those that will soon be free."""
        soon_free = self._lines.left_without(len(self._going)) + self._giving_way.going
        return self._waiting - soon_free

    def admit(self, call: Call, number: Hashable | None) -> bool:
        """Somebody calls; False when there is no room for them, so that they are to be refused.

        `number` tells it from others', None stands for one that is withheld.
        """
        self._there[call] = number
        is_refused = (self._is_short and len(self._there) > self._most) or call in self._chosen()
        if is_refused:
            del self._there[call]
        return not is_refused

    def join(self, call: Call, number: Hashable | None) -> None:
        """Somebody whom we called stays on the line: never refused, but preempted like others."""
        self._there[call] = number

    def leave(self, call: Call) -> None:
        """They are gone."""
        self._there.pop(call, None)
        self._going.discard(call)

    async def preempt(self) -> None:
        """Preempt those whose lines an urgent alert lacks; to be done again and again.

        Calls that are not urgent and only ring go first, and callers only as far as that is not enough.
        """
        if not self._lines.is_open:
            self._admitted = None  # another PBX may come, which was told nothing
        could_go = self._there or (self._giving_way.ringing and self._lines.left_without(0) <= 0)
        may_lack = bool(could_go) and self._lines.is_at_full_pace
        self._waiting = await self._node.urgent_calls() if may_lack else 0
        if self._waiting:
            # A line that is reserved is perhaps for one of those that were counted.
            await self._giving_way.give_up(self._lacking - self._lines.reserved)
        if chosen := self._chosen():
            log.warning("An urgent alert lacks lines: %d callers are preempted.", len(chosen))
        for call in chosen:
            self._going.add(call)
            call.preempt()
        if self._waiting:
            self._is_short_until = self._clock() + CALM_AFTER
        await self._admit(self._most if self._is_short else self._channels)

    async def tell(self) -> None:
        """Tell what is new of the lines that callers hold; to be done again and again."""
        callers = self._lines.callers
        if callers != self._told:
            await self._node.tell_callers(callers)
            self._told = callers

    async def _admit(self, callers: int) -> None:
        """Whom the PBX refuses does not reach us at all."""
        if callers != self._admitted and self._lines.is_open:
            try:
                await self._node.limit_callers(callers)
                self._admitted = callers
            except AriError as fault:
                log.warning("The PBX is not told how many callers there may be: %s", fault)

    def _chosen(self) -> list[Call]:
        lacking = self._lacking
        if not self._waiting or lacking <= 0:
            return []
        stay = [call for call in self._there if call not in self._going]
        seen = [_seen(call, self._there[call]) for call in stay]
        return [stay[at] for at in preempted(seen, most=self._most, lacking=lacking)]


def _seen(call: Call, number: Hashable | None) -> OnTheLine:
    novelty = call.novelty
    return OnTheLine(number, novelty.until, novelty.is_speaking or novelty.is_trusted)
