"""Makes attempts into calls: takes them, dials them, follows them to their end and records the outcome."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from broadcast.audio.sounds import MessageSounds
from broadcast.away import DATABASE_AWAY
from broadcast.engine.batching import Batcher
from broadcast.engine.call_ids import CallIds, follow
from broadcast.engine.new_texts import NewTexts
from broadcast.engine.open_attempts import OpenAttempts
from broadcast.engine.outcome_writer import OutcomeWriter
from broadcast.engine.spool import Spool
from broadcast.ledger.lease import Lease
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.taking import Taken
from broadcast.ports import CallOrder, CallOutcome, Dialler, NewText
from broadcast.reservation import Reservation
from broadcast.states import Outcome
from prompts.errors import AudioUnreadable

log = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(seconds=5)
IN_DOUBT_FOR = 900.0
"""Seconds within which a call that we lost sight of ends by its own limits; its PBX is asked meanwhile."""
BELIEVED_FOR = 0.4
"""Seconds from asking for an attempt for which its alert is taken not to be paused: so long after a pause may
its last call be placed."""
TAKE_WITHIN = 0.02
"""Seconds for which jobs that were fetched together are gathered, to take their attempts at once."""


class AttemptRunner:
    """Takes attempts and stays with their calls; a call outlives the job that began it."""

    def __init__(
        self,
        ledger: Ledger,
        dialler: Dialler,
        sounds: MessageSounds,
        lease: Lease,
        spool: Spool,
        *,
        attempts: OpenAttempts,
    ) -> None:
        self._ledger = ledger
        self._dialler = dialler
        self._sounds = sounds
        self._lease = lease
        self._attempts = attempts
        self._new_texts = NewTexts(dialler, sounds)
        self._outcomes = OutcomeWriter(ledger, spool, attempts.cancel)
        self._calls: set[asyncio.Task[None]] = set()
        self._uncertain: set[UUID] = set()
        """Attempts that we asked the database for without getting its answer."""
        self._take = Batcher(self._take_all, for_all=DATABASE_AWAY, gather=TAKE_WITHIN)

    @property
    def may_take(self) -> bool:
        """Whether this node holds its lease and is not drained."""
        return self._lease.may_take

    async def dial(self, attempt: UUID, reservation: Reservation) -> None:
        """Write this attempt ahead, if it still waits to be dialled, and begin its call.

        The call goes on alone, and the reservation is ours from here on. A cancellation of the caller ends
        nothing: an attempt that is written ahead is dialled.
        """
        await asyncio.shield(self._keep(self._dial(attempt, reservation.move())))

    async def adopt_all(self) -> int:
        """After a start: stay with the calls that this node placed before; returns how many there may be.

        The outcomes that an earlier process kept are written first.
        """
        await self._outcomes.write_kept()
        orphans = await self._ledger.dialling(self._lease.node)
        stopped = await self._ledger.stopped(self._lease.node) if orphans else ()
        # Known before they are led on: nothing that was withdrawn is said again.
        new_texts = {one.attempt: await self._new_texts.of(one) for one in stopped}
        for taken in orphans:
            self._attempts.add(taken.attempt)
            self._keep(self._adopt(taken, new_texts.get(taken.attempt)))
        return len(orphans)

    async def withdraw_unwanted(self) -> None:
        """End this node's calls for stopped alerts, and calls that nobody needs.

        A person who listens is told; where another text is said in place of the alert, they hear that one on
        the same call. The cause may have come from another node.
        """
        if not self._attempts.all:
            return
        for attempt in await self._ledger.needless(self._lease.node):
            self._attempts.cancel(attempt)
        for one in await self._ledger.stopped(self._lease.node):
            if not await self._new_texts.say(one):
                self._attempts.mark_unwanted(one.attempt)
                await self._dialler.withdraw(one.attempt)

    async def forget_what_was_taken_over(self) -> None:
        """After a new lease, end the calls that only ring among those that other nodes closed meanwhile."""
        for attempt in await self._ledger.closed(self._attempts.all):
            self._attempts.cancel(attempt)

    async def free_telephones(self) -> None:
        """Release the numbers of calls that outlived their attempt, as for a report, and are over now."""
        if held := await self._ledger.gone_on(self._lease.node):
            over = await self._dialler.over(held)
            await self._ledger.end_calls({call: held[call] for call in over})

    async def mend(self) -> int:
        """Close attempts that were written ahead unknown to us, and so never dialled; return how many.

        This happens when the connection breaks between the database's commit and its answer.
        """
        if not self._uncertain:
            return 0
        asked, noted = set(self._uncertain), await self._ledger.dialling(self._lease.node)
        stray = [one.attempt for one in noted if one.attempt in asked and one.attempt not in self._attempts]
        for attempt in stray:
            await self._record(attempt, CallOutcome(Outcome.LOST))
        self._uncertain -= asked
        return len(stray)

    async def finished(self) -> None:
        """Wait until every call that is up has ended and is recorded."""
        while self._calls:
            await asyncio.wait(self._calls)
        await self._attempts.finished()

    async def leave(self) -> None:
        """Leave every call as it is, so that the next process finds it as an attempt being dialled."""
        for call in self._calls:
            call.cancel()
        while self._calls:
            await asyncio.wait(self._calls)

    def _keep(self, call: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run this in a task that no cancellation of its caller ends; `leave` ends it."""
        task = asyncio.create_task(call)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return task

    async def _dial(self, attempt: UUID, reservation: Reservation) -> None:
        follow(CallIds.of_attempt(attempt))
        with reservation:
            if attempt in self._attempts:
                return
            self._attempts.add(attempt)
            try:
                taken = await self._written_ahead(attempt)
            except BaseException as fault:  # whatever ends the wait, cancellation too: no call is placed
                reservation.release()
                self._attempts.remove(attempt)
                self._uncertain.add(attempt)
                if not isinstance(fault, OSError | AudioUnreadable):
                    raise
                await self._ledger.postpone(attempt, after=AGAIN_AFTER)
            else:
                if taken is None:
                    self._attempts.remove(attempt)
                else:
                    self._keep(self._place(taken, reservation.move()))

    async def _written_ahead(self, attempt: UUID) -> Taken | None:
        """The attempt, if it is ours to dial. Raises the error that kept us from asking for it."""
        answer = await self._take(attempt)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _take_all(self, attempts: Sequence[UUID]) -> list[Taken | Exception | None]:
        """Take all attempts whose sound is laid out, at once; after the first call of a broadcast it is.

        An error that then keeps the others from being taken is their answer: those taken must be dialled.
        """
        at_hand = self._sounds.ready
        taken = await self._take_ready(attempts, at_hand)
        if not (left := [attempt for attempt in attempts if attempt not in taken]):
            return [taken[attempt] for attempt in attempts]
        try:
            audio = await self._ledger.audio_of(left)
            missing = set(audio.values()).difference(at_hand)
            faults = await self._lay_out(sorted(missing))
            taken |= await self._take_ready(left, sorted(missing.difference(faults)))
            if left := [
                attempt for attempt in left if attempt not in taken and audio.get(attempt) not in faults
            ]:
                taken |= _by_id(
                    await self._ledger.pacing.take(
                        left, self._lease.tenure, ready=sorted(set(audio.values()))
                    )
                )
        except Exception as error:  # noqa: BLE001 - raised by those who wait
            return [taken.pop(attempt, error) for attempt in attempts]
        return [taken.get(attempt) or faults.get(audio.get(attempt, "")) for attempt in attempts]

    async def _take_ready(self, attempts: Sequence[UUID], ready: Sequence[str]) -> dict[UUID, Taken]:
        if not ready:
            return {}
        return _by_id(await self._ledger.take(attempts, self._lease.tenure, ready=ready))

    async def _lay_out(self, audio: Sequence[str]) -> dict[str, Exception]:
        """Lay out these sounds; return those that the PBX cannot play now, each with the reason."""
        faults: dict[str, Exception] = {}
        for one in audio:
            try:
                await self._sounds.ensure(one)
            except Exception as fault:  # noqa: BLE001 - raised by those who wait
                faults[one] = fault
        for known in faults.values():
            if isinstance(known, OSError):
                log.error(
                    "The sound of an alert cannot be stored (%s); free some disk space.", known.strerror
                )
            elif isinstance(known, AudioUnreadable):
                log.error("The sound of an alert cannot be read, so that it rings nobody; send it anew.")
        return faults

    async def _place(self, taken: Taken, reservation: Reservation) -> None:
        """Dial this attempt, unless the lease ran out or nobody wants the call any more.

        Nothing is waited for between the look at the lease and the request to the PBX. The line is free when
        the call is over, and does not wait for its outcome to be written.
        """
        follow(CallIds.of_attempt(taken.attempt, taken.broadcast))
        with reservation:
            is_withheld = await self._is_withheld(taken)
            if monotonic() >= taken.expires_at:
                result = CallOutcome(Outcome.EXPIRED)
            elif is_withheld or self._attempts.is_unwanted(taken.attempt):
                result = CallOutcome(Outcome.CANCELLED)
            elif taken.under is None or not self._lease.covers(taken.under):
                log.warning("The lease is over; a call that was written ahead is not placed.")
                result = CallOutcome(Outcome.LOST)
            else:
                result = await self._seen_through(taken, partial(self._dialler.call, reservation=reservation))
        await self._record(taken.attempt, result)

    async def _is_withheld(self, taken: Taken) -> bool:
        """Whether its alert was paused or stopped while we waited too long to know of it."""
        asked_at = taken.asked_at
        while monotonic() - asked_at > BELIEVED_FOR:
            asked_at = monotonic()
            try:
                if await self._ledger.pacing.is_withheld(taken.attempt):
                    return True
            except DATABASE_AWAY:
                return True
        return False

    async def _adopt(self, taken: Taken, new_text: NewText | None) -> None:
        follow(CallIds.of_attempt(taken.attempt, taken.broadcast))
        log.info("A call of an earlier process is seen through.")
        await self._record(taken.attempt, await self._seen_through(taken, self._dialler.adopt, new_text))

    async def _seen_through(
        self,
        taken: Taken,
        call: Callable[[CallOrder], Awaitable[CallOutcome]],
        new_text: NewText | None = None,
    ) -> CallOutcome:
        try:
            return await call(self._order(taken, new_text))
        except Exception:
            log.exception("A call ended in a fault of our own; nobody knows what was heard.")
            return CallOutcome(Outcome.UNKNOWN, goes_on_for=IN_DOUBT_FOR)

    def _order(self, taken: Taken, new_text: NewText | None) -> CallOrder:
        return CallOrder(
            attempt=taken.attempt,
            broadcast=taken.broadcast,
            number=taken.number,
            language=taken.language,
            sound=self._sounds.path(taken.audio),
            sound_seconds=taken.sound_seconds,
            expires_at=taken.expires_at,
            urgent=taken.urgent,
            new_text=new_text,
        )

    async def _record(self, attempt: UUID, result: CallOutcome) -> None:
        await self._outcomes.write(attempt, result)
        self._attempts.remove(attempt)


def _by_id(taken: Iterable[Taken]) -> dict[UUID, Taken]:
    return {one.attempt: one for one in taken}
