"""What open pages watch, looked up once a second for all of them together: the one place that asks.

What tells of changes instead of being asked takes the place of `LOOK_EVERY` here, and of nothing else.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from broadcast.responses.inbox import Report
from broadcast.responses.screen_inbox import reports_for
from broadcast.results.screen_alerts import SeenAlert, alert_for
from directory.actor import Actor, Role
from storage.transactions import Transactions

LOOK_EVERY = 1.0
_FORGET_AFTER = 60.0


@dataclass(slots=True)
class _Sighting:
    at: float
    seen: SeenAlert


@dataclass(slots=True)
class _Waiting:
    at: float
    reports: Sequence[Report]


class Sightings:
    """Shares what was seen of an alert among all who watch it."""

    def __init__(self, database: Transactions) -> None:
        self._database = database
        self._alerts: dict[int, _Sighting] = {}
        self._reports: dict[tuple[Role, frozenset[str] | None, bool], _Waiting] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def alert(self, actor: Actor, broadcast: int, *, is_admitted: bool = False) -> SeenAlert:
        """As it is, a second old at most for who was admitted to it before.

        Raises UnknownBroadcast, NotInRole and NotTheirNetwork.
        """
        async with self._locks[broadcast]:
            known = self._alerts.get(broadcast)
            if is_admitted and known is not None and time.monotonic() - known.at < LOOK_EVERY * 0.9:
                return known.seen
            seen = await self._database(alert_for, actor, broadcast)
            self._alerts[broadcast] = _Sighting(time.monotonic(), seen)
            self._forget()
            return seen

    async def reports(self, actor: Actor, *, judged: bool = False) -> Sequence[Report]:
        """Those that they may read. Raises NotInRole."""
        who = (actor.role, actor.networks, judged)
        known = self._reports.get(who)
        if known is None or time.monotonic() - known.at > LOOK_EVERY * 0.9:
            found = await self._database(reports_for, actor, judged=judged)
            known = self._reports[who] = _Waiting(time.monotonic(), found)
        return known.reports

    async def next_look(self) -> None:
        """Wait until something may have changed."""
        await asyncio.sleep(LOOK_EVERY)

    def _forget(self) -> None:
        long_ago = time.monotonic() - _FORGET_AFTER
        for broadcast in [one for one, known in self._alerts.items() if known.at < long_ago]:
            del self._alerts[broadcast]
            if not self._locks[broadcast].locked():
                del self._locks[broadcast]
