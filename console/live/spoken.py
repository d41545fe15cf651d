"""Alerts that were spoken for the screen and not begun yet: what is listened to is what is rung with."""

import asyncio
from collections import OrderedDict, defaultdict
from uuid import UUID

from broadcast.alert.prepared import Prepared
from broadcast.drafting.beginning import Beginning
from broadcast.drafting.drafts import WrittenAlert
from directory.actor import Actor

MOST = 30
"""So many are kept; of the others the sound is made anew, when it is asked for."""


class SpokenDrafts:
    """The last ones, by request."""

    def __init__(self, beginning: Beginning) -> None:
        self._beginning = beginning
        self._kept: OrderedDict[UUID, tuple[Actor, WrittenAlert, Prepared]] = OrderedDict()
        self._locks: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, actor: Actor, request: UUID, written: WrittenAlert) -> Prepared:
        """It, spoken as it is written now, for whoever may send it now. Raises a Refusal."""
        async with self._locks[request]:
            kept = self._kept.get(request)
            if kept is not None and kept[:2] == (actor, written):
                return kept[2]
            prepared = await self._beginning.prepare(actor, request, written)
            self._kept[request] = (actor, written, prepared)
            self._kept.move_to_end(request)
            while len(self._kept) > MOST:
                old, _ = self._kept.popitem(last=False)
                self._locks.pop(old, None)
            return prepared
