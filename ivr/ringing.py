"""Rings somebody for a conversation that belongs to no broadcast, and says whether it was held."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import uuid4

from directory.errors import NumberRefused
from directory.numbers import check_may_be_dialled
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.call import Call
from ivr.exchange import Exchange
from ivr.fallback import ANSWERED, CONTEXT
from ivr.lines import Lines
from ivr.trunk import Trunk

log = logging.getLogger(__name__)

LONGEST = 300.0
"""Seconds after which a conversation ends, whatever is being said."""
GRACE = 10.0
"""Seconds that the PBX may take to report what became of it."""


class Ringer:
    """On one trunk of one PBX; waits for a place on the line, as any call of ours does."""

    def __init__(
        self, client: AriClient, exchange: Exchange, lines: Lines, *, trunk: Trunk, endpoint: str
    ) -> None:
        self._client = client
        self._exchange = exchange
        self._lines = lines
        self._trunk = trunk
        self._endpoint = endpoint

    async def ring(self, number: str, script: Callable[[Call], Awaitable[None]], *, seconds: float) -> bool:
        """Ring it for so long and hold this conversation; False when nobody answered."""
        try:
            check_may_be_dialled(number, simulated_trunk=self._trunk.is_simulated)
        except NumberRefused as refusal:
            log.warning("A number is not rung: %s", refusal)
            return False
        if not await self._lines.free():
            return False
        live = self._exchange.watch(str(uuid4()), passes=1)
        try:
            async with asyncio.timeout(seconds + LONGEST + GRACE):
                await self._place(live.id, number, seconds)
                live.is_placed = True
                call = await live.answered()
                if call is not None:
                    await self._exchange.converse(script, call)
                return call is not None
        except AriError as fault:
            log.warning("A number could not be rung: %s", fault)
            return False
        except TimeoutError:
            return live.call is not None
        finally:
            await self._hang_up(live.id)
            self._exchange.forget(live)
            self._lines.release()

    async def _place(self, id_: str, number: str, seconds: float) -> None:
        await self._client.channels.originate(
            id_,
            endpoint=f"PJSIP/{self._trunk.written(number)}@{self._endpoint}",
            context=CONTEXT,
            extension=ANSWERED,
            caller_id=self._trunk.caller_id,
            timeout=seconds,
            variables={"CALL_LIMIT": str(round(LONGEST + GRACE))},
        )

    async def _hang_up(self, id_: str) -> None:
        try:
            await self._client.channels.hangup(id_)
        except AriError as fault:
            log.warning("A call could not be ended and ends by its own limit: %s", fault)
