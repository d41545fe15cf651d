"""Rings somebody for a conversation that belongs to no broadcast, and says whether it was held."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from uuid import UUID

from directory.errors import NumberRefused
from directory.numbers import check_may_be_dialled
from ivr.ari.client import AriClient
from ivr.ari.errors import AlreadyPlaced, AriError, AriUnreachable
from ivr.call import Call
from ivr.exchange import Exchange
from ivr.fallback import ANSWERED, CONTEXT
from ivr.lines import Lines
from ivr.live_call import LiveCall
from ivr.trunk import Trunk

Script = Callable[[Call], Awaitable[None]]

log = logging.getLogger(__name__)

LONGEST = 300.0
"""Seconds after which a conversation ends, whatever is being said."""
GRACE = 10.0
"""Seconds that the PBX may take to report what became of it."""


class Ringer:
    """On one trunk of one PBX; it waits for no place on the line, however many are called out."""

    def __init__(
        self, client: AriClient, exchange: Exchange, lines: Lines, *, trunk: Trunk, endpoint: str
    ) -> None:
        self._client = client
        self._exchange = exchange
        self._lines = lines
        self._trunk = trunk
        self._endpoint = endpoint

    @property
    def may_ring(self) -> bool:
        """The PBX and its trunk are there."""
        return self._lines.is_open

    async def ring(self, id_: UUID, number: str, script: Script, *, seconds: float) -> bool:
        """Ring it for so long, as the channel of this id, placed once, ever; and hold this conversation.

        On a place that is kept for callers. False when nobody answered.
        """
        if not self._may_be_dialled(number):
            return False
        self._lines.occupy()
        live = self._exchange.watch(str(id_), passes=1)
        return await self._see_through(live, script, seconds, self._place(live, number, seconds))

    def expect(self, id_: UUID) -> LiveCall:
        """A call that an earlier process placed, or was about to; to be adopted."""
        self._lines.occupy()
        live = self._exchange.watch(str(id_), passes=1)
        live.is_placed = True
        return live

    def give_up(self, live: LiveCall) -> None:
        """It is not adopted after all."""
        if self._exchange.find(live.id) is live:
            self._exchange.forget(live)
            self._lines.release()

    async def adopt(self, live: LiveCall, script: Script, *, seconds: float) -> bool:
        """See it through; its end is lost when there is no such call."""
        self._exchange.doubt(live)
        return await self._see_through(live, script, seconds, None)

    async def stop(self, id_: UUID) -> None:
        """Nobody needs this call any more; who has answered goes on talking."""
        live = self._exchange.find(str(id_))
        if live is not None and live.call is None:
            await self._hang_up(live.id)

    def _may_be_dialled(self, number: str) -> bool:
        try:
            check_may_be_dialled(number, simulated_trunk=self._trunk.is_simulated)
        except NumberRefused as refusal:
            log.warning("A number is not rung: %s", refusal)
            return False
        return True

    async def _see_through(
        self, live: LiveCall, script: Script, seconds: float, placing: Coroutine[Any, Any, None] | None
    ) -> bool:
        is_left = False
        try:
            async with asyncio.timeout(seconds + LONGEST + GRACE):
                if placing is not None:
                    await placing
                call = await live.answered()
                if call is not None:
                    await self._exchange.converse(script, call)
                return call is not None
        except AriError as fault:
            log.warning("A number could not be rung: %s", fault)
            return False
        except TimeoutError:
            return live.call is not None
        except asyncio.CancelledError:
            is_left = True  # to the next process, which goes on with it, or ends it
            raise
        finally:
            if not is_left:
                await self._hang_up(live.id)
            self._exchange.forget(live)
            self._lines.release()

    async def _place(self, live: LiveCall, number: str, seconds: float) -> None:
        try:
            await self._client.channels.originate(
                live.id,
                endpoint=f"PJSIP/{self._trunk.written(number)}@{self._endpoint}",
                context=CONTEXT,
                extension=ANSWERED,
                caller_id=self._trunk.caller_id,
                timeout=seconds,
                variables={"CALL_LIMIT": str(round(LONGEST + GRACE))},
            )
        except (AlreadyPlaced, AriUnreachable) as fault:
            log.warning("It is not certain that a call was placed: %s", fault)
            self._exchange.doubt(live)
        live.is_placed = True

    async def _hang_up(self, id_: str) -> None:
        try:
            await self._client.channels.hangup(id_)
        except AriError as fault:
            log.warning("A call could not be ended and ends by its own limit: %s", fault)
