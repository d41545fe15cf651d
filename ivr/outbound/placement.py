"""Places a call of any kind and stays with it to its end: originates or adopts it, sees it through, hangs up.

The caller of this module says what is said on the call, and what its end means.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from broadcast.engine.call_ids import following
from broadcast.reservation import Reservation
from broadcast.states import Outcome
from directory.numbers import check_may_be_dialled
from ivr.ari.causes import outcome_of
from ivr.ari.client import AriClient
from ivr.ari.errors import AlreadyPlaced, AriError, AriRefused, AriUnreachable, EndpointUnavailable
from ivr.call.call import Call
from ivr.call.conversation import converse
from ivr.detection.fact_recorder import TALK_DETECTION
from ivr.pbx.capacity import Lines
from ivr.pbx.dialplan import ANSWERED, CONTEXT
from ivr.pbx.exchange import Exchange
from ivr.pbx.live_call import LiveCall
from ivr.pbx.trunk import Trunk

log = logging.getLogger(__name__)

ENDPOINT = "trunk"
END_REPORTED_WITHIN = 5.0
"""Seconds after our hang-up in which the PBX reports the end of the channel."""
RING_TOLERANCE = 1.0
"""Seconds by which a call that rang until our limit may seem to have rung less."""
Script = Callable[[Call], Awaitable[None]]


class NotPlaced(Exception):  # noqa: N818 - a condition, as those of ARI
    """The PBX has no way out for this call, or refuses it: nobody was rung."""


@dataclass(frozen=True, slots=True)
class Origination:
    """One call as we ask the PBX for it; times in seconds."""

    id: UUID
    """The id of the row that was written ahead, and of the channel."""
    number: str
    """The number in E.164."""
    ring: float
    """How long a telephone rings."""
    limit: float
    """How long after the answer the PBX ends the call, whatever is being said."""
    passes: int = 1
    variables: Mapping[str, str] = field(default_factory=dict)
    """Channel variables, besides the limit that the PBX itself keeps."""
    is_conversation: bool = True
    """Whether it is no alert: then talk is searched for keys alone."""
    on_ring: Callable[[LiveCall], None] = lambda _: None
    """Called once, when the call gets through."""

    @property
    def longest(self) -> float:
        """Seconds from its placing within which the PBX itself has ended this call, and told so."""
        return longest_call(self.ring, self.limit)


def longest_call(ring: float, limit: float) -> float:
    """Seconds from its placing within which the PBX has ended a call that may ring and last so long."""
    return ring + limit + 2 * END_REPORTED_WITHIN


class Placement:
    """Calls on one trunk of one PBX. See through, or abandon, each call that you watch or expect."""

    def __init__(
        self, client: AriClient, exchange: Exchange, lines: Lines, *, trunk: Trunk, endpoint: str = ENDPOINT
    ) -> None:
        self.client = client
        self.exchange = exchange
        self.lines = lines
        self._trunk = trunk
        self._endpoint = endpoint

    @property
    def may_place(self) -> bool:
        """Whether the PBX and its trunk are there."""
        return self.lines.is_open

    def watch(self, wanted: Origination, reservation: Reservation | None = None) -> LiveCall:
        """Prepare a call to be placed now, on this line or on one of those kept for callers.

        Raises NumberRefused for a number that is never dialled; then the reservation keeps its line.
        """
        check_may_be_dialled(wanted.number, simulated_trunk=self._trunk.is_simulated)
        line = self.lines.seize() if reservation is None else reservation.move()
        line.place()
        live = LiveCall(
            str(wanted.id),
            line,
            passes=wanted.passes,
            is_conversation=wanted.is_conversation,
            on_ring=wanted.on_ring,
        )
        return self.exchange.watch(live)

    def expect(self, id_: UUID, *, passes: int = 1, is_conversation: bool = True) -> LiveCall:
        """Expect a call that an earlier process placed, or was about to: adopt it, and never place it again.

        Its end is lost when the PBX knows no such channel.
        """
        live = LiveCall(str(id_), self.lines.seize(), passes=passes, is_conversation=is_conversation)
        self.exchange.watch(live)
        live.is_placed = True
        live.miss_events()
        self.exchange.reconcile(live)
        return live

    def abandon(self, live: LiveCall) -> None:
        """Forget this call: nobody sees it through after all."""
        if self.exchange.find(live.id) is live:
            self.exchange.forget(live)
            self.exchange.keep_line(live)

    @asynccontextmanager
    async def see_through(self, live: LiveCall, wanted: Origination) -> AsyncIterator[None]:
        """Originate the call once, unless it is adopted. After the block it is over, or handed over.

        Then its line is free, unless its channel may still be up or the line was moved with the call. A block
        that is cancelled leaves the call as it is, to the next process. Raises NotPlaced, and TimeoutError
        for a call that outlived every limit.
        """
        with live.reservation:
            try:
                async with asyncio.timeout(wanted.longest):
                    if not live.is_placed:
                        await self._originate(live, wanted)
                    yield
                    if not live.is_handed_over:
                        await self.end(live)
            except NotPlaced:
                raise
            except TimeoutError:
                log.warning("A call outlived every limit and was ended.")
                await self._end_now(live)
                raise
            except Exception:  # a fault of our own: nobody leads the call any more, and it may be up
                live.is_handed_over = False
                await self._end_now(live)
                raise
            finally:
                if not live.is_handed_over:
                    self.exchange.forget(live)

    async def converse(self, live: LiveCall, script: Script, *, limit: float) -> Call | None:
        """Wait for the answer and hold this conversation, for so many seconds at most; None: no answer."""
        call = await live.answered()
        if call is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(limit):
                    await converse(script, call)
        return call

    async def end(self, live: LiveCall) -> None:
        """Hang up once, if the call is ours to end, and wait for the report of its end."""
        if live.is_over or live.was_hung_up:
            return
        if live.has_left:
            await live.ended()
            return
        live.was_hung_up = True
        await self._end_now(live)

    async def _end_now(self, live: LiveCall) -> None:
        """Hang up, and wait a moment for the report of its end.

        A call that may still be up keeps its line.
        """
        await self._hang_up(live)
        with suppress(TimeoutError):
            async with asyncio.timeout(END_REPORTED_WITHIN):
                await live.ended()
        self.exchange.keep_line(live)

    async def stop(self, id_: UUID) -> None:
        """End this call, which nobody needs any more, if it is ours and not answered yet."""
        live = self.exchange.find(str(id_))
        if live is not None and live.call is None and not live.is_on_fallback:
            await self.end_ringing(live)

    async def end_ringing(self, live: LiveCall) -> None:
        """End this call, which nobody has answered."""
        live.is_unwanted = True
        await self._hang_up(live)

    async def _originate(self, live: LiveCall, wanted: Origination) -> None:
        """Send the one request that rings a phone. A call whose reply is lost may exist: its end tells."""
        log.info("Originating.")  # said first: events of the call may come before the reply
        try:
            await self.client.channels.originate(
                live.id,
                endpoint=f"PJSIP/{self._trunk.written(wanted.number)}@{self._endpoint}",
                context=CONTEXT,
                extension=ANSWERED,
                caller_id=self._trunk.caller_id,
                timeout=wanted.ring,
                variables={
                    "TALK_DETECT(set)": TALK_DETECTION,
                    "CALL_LIMIT": str(round(wanted.limit + END_REPORTED_WITHIN)),
                    **wanted.variables,
                },
            )
        except EndpointUnavailable as fault:
            log.warning("%s", fault)
            raise NotPlaced from fault
        except AriRefused as fault:
            log.error("The PBX refuses to place calls: %s", fault)  # noqa: TRY400 - no trace needed
            raise NotPlaced from fault
        except (AlreadyPlaced, AriUnreachable) as fault:
            log.warning("It is not certain that a call was placed: %s", fault)
            self.exchange.look_for(live)
        live.is_placed = True
        if live.is_unwanted:
            await self._hang_up(live)

    async def _hang_up(self, live: LiveCall) -> None:
        with following(live.ids):  # which may be another call's wish
            try:
                await self.client.channels.hangup(live.id)
            except AriError as fault:
                log.warning("A call could not be ended and ends by its own limit: %s", fault)


def unanswered(live: LiveCall, *, ring: float) -> Outcome:
    """The outcome of a call that ended unanswered with this cause; it was to ring for so long."""
    end, rang_for = live.end, monotonic() - live.placed_at
    assert end.cause is not None
    if end.lasted is not None and end.lasted >= 0.0:  # else its clock was set meanwhile
        rang_for = min(rang_for, end.lasted)  # we may be told late
    return outcome_of(
        end.cause,
        end.sip_status,
        rang=live.rang is not False or live.is_unwanted,
        our_timeout=rang_for >= ring - RING_TOLERANCE,
    )
