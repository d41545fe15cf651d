"""The node of a line process, as admission sees it: its urgent calls, and the lines that callers hold."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.engine.demand import urgent_calls_due
from broadcast.engine.nodes import tell_callers
from broadcast.ledger.lease import Lease
from ivr.ari.client import AriClient
from ivr.pbx.dialplan import MOST_CALLERS


@dataclass(frozen=True, slots=True)
class LineNode:
    """This node, with its database, its PBX and its row (the LineNode of `ivr.inbound.admission`)."""

    engine: AsyncEngine
    client: AriClient
    lease: Lease
    channels: int

    async def urgent_calls(self) -> int:
        """This node's part of the urgent calls that wait; 0 while it may not take calls."""
        return await urgent_calls_due(self.engine, self.channels) if self.lease.may_take else 0

    async def tell_callers(self, lines: int) -> None:
        await tell_callers(self.engine, self.lease.node, lines, self.channels)

    async def limit_callers(self, callers: int) -> None:
        await self.client.asterisk.set_variable(MOST_CALLERS, str(callers))
