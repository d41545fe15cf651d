"""Begins alerts when their countdown is over. What counts down is in the database: a crash loses none."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime

from broadcast.drafting.beginning import Beginning, DueDraft
from broadcast.drafting.drafts import draft_of
from broadcast.errors import DraftBegun
from console.live.spoken import SpokenDrafts
from directory.refusals import Refusal
from storage.transactions import Transactions

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks, when nobody says that something counts down."""
AGAIN_AFTER = 1.0
"""Seconds after a fault, such as a database that restarts."""
JUST_AFTER = 0.02
"""Seconds by which the clocks of this machine and of the database may differ unnoticed."""


class Starter:
    """One task for all alerts of this screen."""

    def __init__(self, beginning: Beginning, spoken: SpokenDrafts, database: Transactions) -> None:
        self._beginning = beginning
        self._spoken = spoken
        self._database = database
        self._told = asyncio.Event()
        self._at_work: dict[object, asyncio.Task[None]] = {}

    def tell(self) -> None:
        """Something counts down now, or does not any more."""
        self._told.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._told.clear()
            try:
                for due in await self._beginning.due():
                    if due.request not in self._at_work:
                        self._at_work[due.request] = asyncio.create_task(self._begin(due))
            except Exception:
                log.exception("The alerts that count down could not be looked up; it is tried again.")
                await asyncio.sleep(AGAIN_AFTER)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._told.wait()

    async def _begin(self, due: DueDraft) -> None:
        try:
            actor = await self._beginning.actor_of(due.user)
            row = await self._database.look(draft_of, actor, due.request)
            prepared = await self._spoken.of(actor, due.request, row.written)
            await asyncio.sleep(max(0.0, (due.due_at - datetime.now(UTC)).total_seconds() + JUST_AFTER))
            begun = await self._beginning.begin(actor, prepared)
            if begun is not None:
                log.info("Alert %d was begun from the screen.", begun)
            else:
                self._told.set()  # it was cancelled, or this clock is early
        except DraftBegun:
            pass
        except Refusal as refusal:
            log.warning("An alert that was written on the screen could not begin: %s.", refusal)
            await self._beginning.give_back(due.request)
        except Exception:
            log.exception("An alert that was written on the screen could not begin; it is tried again.")
            await asyncio.sleep(AGAIN_AFTER)
            self._told.set()
        finally:
            self._at_work.pop(due.request, None)
