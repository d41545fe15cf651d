"""Writes outcomes into the database, many at once and until it succeeds; meanwhile they are safe on disk."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError

from broadcast.away import DATABASE_AWAY
from broadcast.engine.batching import Batcher
from broadcast.engine.spool import Spool
from broadcast.ledger.ledger import Ledger
from broadcast.ports import CallOutcome

log = logging.getLogger(__name__)

WRITE_WITHIN = 0.25
"""Seconds that an outcome may wait for others, to be written with them."""
SPOOL_AFTER = 1.0
"""Seconds without an answer of the database after which an outcome is kept on disk."""
LONGEST_WAIT = 2.0
"""Seconds before a database that is away is asked again."""


class Unwritable(Exception):  # noqa: N818
    """One of the outcomes that were to be written together can never be written."""


class OutcomeWriter:
    def __init__(self, ledger: Ledger, spool: Spool, not_needed: Callable[[UUID], None]) -> None:
        """`not_needed` is told of attempts that are being dialled although somebody was reached meanwhile."""
        self._ledger = ledger
        self._spool = spool
        self._not_needed = not_needed
        self._together = Batcher(self._write_all, for_all=DATABASE_AWAY, gather=WRITE_WITHIN)

    async def write(self, attempt: UUID, result: CallOutcome) -> None:
        """Write this outcome, however long the database is away: a member who heard is not rung again.

        When this is cancelled, the next process on this machine writes it.
        """
        writing = asyncio.create_task(self._write_at_last(attempt, result))
        try:
            is_written, _ = await asyncio.wait({writing}, timeout=SPOOL_AFTER)
            if not is_written:
                await asyncio.to_thread(self._spool.keep, attempt, result)
            await writing
            if not is_written:
                await asyncio.to_thread(self._spool.drop, attempt)
        except asyncio.CancelledError:
            writing.cancel()
            self._spool.keep(attempt, result)
            raise

    async def write_kept(self) -> int:
        """Write the outcomes that an earlier process left, before anything is dialled; return how many."""
        kept = await asyncio.to_thread(self._spool.kept)
        for attempt, result in kept.items():
            await self._write(attempt, result)
            await asyncio.to_thread(self._spool.drop, attempt)
        if kept:
            log.info("%d outcomes waited on disk.", len(kept))
        return len(kept)

    async def _write_at_last(self, attempt: UUID, result: CallOutcome) -> None:
        delay = 0.1
        while True:
            try:
                await self._write(attempt, result)
            except DATABASE_AWAY as error:
                log.warning("An outcome cannot be written yet (%s); trying again.", type(error).__name__)
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_WAIT)
            else:
                return

    async def _write(self, attempt: UUID, result: CallOutcome) -> None:
        """Write once.

        An outcome that the database refuses for good is written without what was seen of the call. When the
        database refuses that as well, the call counts as lost: nothing would ever go on with it.
        """
        for form in (result, CallOutcome(result.outcome, goes_on_for=result.goes_on_for)):
            try:
                await self._together((attempt, form))
            except Unwritable as refused:
                log.error("The database refuses an outcome (%s).", refused)  # noqa: TRY400
            else:
                return

    async def _write_all(self, ended: Sequence[tuple[UUID, CallOutcome]]) -> list[None]:
        try:
            not_needed = await self._ledger.record(dict(ended))
        except (DataError, IntegrityError) as fault:
            raise Unwritable(type(fault).__name__) from fault
        for attempt in not_needed:
            self._not_needed(attempt)
        return [None] * len(ended)
