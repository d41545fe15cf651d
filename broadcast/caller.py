"""Attempts become calls: taken, dialled, seen through to their end and recorded."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from broadcast.ledger import Ledger, Taken
from broadcast.ports import CallOrder, CallResult, Dialler
from broadcast.sounds import Sounds
from broadcast.states import Outcome
from broadcast.together import Together

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=5)
DATABASE_AWAY = (DBAPIError, NoConnectionFree, ConnectorException)
"""What the database's absence looks like, through SQLAlchemy and through the job engine."""
TAKE_WITHIN = 0.02
"""Seconds in which attempts whose jobs were fetched together are asked for."""
RECORD_WITHIN = 0.1
"""Seconds that an outcome may wait for others, to be written with them."""


class Caller:
    """Takes attempts and stays with their calls; a call outlives the job that began it."""

    def __init__(self, ledger: Ledger, dialler: Dialler, sounds: Sounds, node: str) -> None:
        self._ledger = ledger
        self._dialler = dialler
        self._sounds = sounds
        self._node = node
        self._calls: set[asyncio.Task[None]] = set()
        self._take = Together(self._take_all, for_all=DATABASE_AWAY, gather=TAKE_WITHIN)
        self._record_once = Together(self._record_all, for_all=DATABASE_AWAY, gather=RECORD_WITHIN)

    async def dial(self, attempt: UUID) -> None:
        """Write this attempt ahead, if it still waits to be dialled, and begin its call, which goes on alone.

        The place on the line is ours already. Whoever is cancelled here ends nothing: what is written ahead
        is dialled.
        """
        await asyncio.shield(self._keep(self._dial(attempt)))

    async def adopt_all(self) -> int:
        """After a start: stay with the calls that this node placed before; returns how many there may be."""
        orphans = await self._ledger.dialling(self._node)
        for taken in orphans:
            self._keep(self._see_through(taken, self._dialler.adopt))
        return len(orphans)

    async def finished(self) -> None:
        """Wait until every call that is up has ended and is recorded."""
        while self._calls:
            await asyncio.wait(self._calls)

    def _keep(self, call: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that nobody's cancellation ends."""
        task = asyncio.create_task(call)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return task

    async def _dial(self, attempt: UUID) -> None:
        try:
            taken = await self._take(attempt)
        except OSError as error:
            self._dialler.give_back()
            log.error(  # noqa: TRY400 - the sentence says it all
                "The sound of an alert cannot be stored (%s); free some disk space.", error.strerror
            )
            await self._ledger.requeue(attempt, datetime.now(UTC) + AGAIN_AFTER)
            return
        except BaseException:
            self._dialler.give_back()
            raise
        if taken is None:
            self._dialler.give_back()
        elif taken.expires_at <= datetime.now(UTC):
            self._dialler.give_back()
            await self._record(taken.attempt, CallResult(Outcome.EXPIRED))
        else:
            self._keep(self._see_through(taken, self._dialler.call))

    async def _take_all(self, attempts: Sequence[UUID]) -> list[Taken | None]:
        """All at once when their sound is laid out, as it is after the first call of a broadcast."""
        taken = {
            one.attempt: one
            for one in await self._ledger.take(attempts, self._node, ready=self._sounds.ready)
        }
        left = [attempt for attempt in attempts if attempt not in taken]
        if left and (audio := await self._ledger.audio_of(left)):
            for one in audio:
                await self._sounds.ensure(one)
            taken |= {one.attempt: one for one in await self._ledger.take(left, self._node, ready=audio)}
        return [taken.pop(attempt, None) for attempt in attempts]

    async def _see_through(self, taken: Taken, call: Callable[[CallOrder], Awaitable[CallResult]]) -> None:
        try:
            result = await call(self._order(taken))
        except Exception:
            log.exception("A call ended in a fault of our own; nobody knows what was heard.")
            result = CallResult(Outcome.UNKNOWN)
        await self._record(taken.attempt, result)

    def _order(self, taken: Taken) -> CallOrder:
        return CallOrder(
            attempt=taken.attempt,
            number=taken.number,
            language=taken.language,
            sound=self._sounds.path(taken.audio),
            sound_seconds=taken.sound_seconds,
            expires_at=taken.expires_at,
        )

    async def _record(self, attempt: UUID, result: CallResult) -> None:
        """Write the outcome, however long the database is away: a member who heard is not rung again."""
        delay = 0.1
        while True:
            try:
                await self._record_once((attempt, result))
            except DATABASE_AWAY as error:
                log.warning("An outcome cannot be written yet (%s); trying again.", type(error).__name__)
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
            else:
                return

    async def _record_all(self, ended: Sequence[tuple[UUID, CallResult]]) -> list[None]:
        for no_longer_needed in await self._ledger.record(dict(ended)):
            self._keep(self._dialler.stop(no_longer_needed))
        return [None] * len(ended)
