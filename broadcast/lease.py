"""A node's right to dial, lent by the database for some seconds at a time.

Whoever holds the lease of a node's name may take attempts. The database's clock decides when a lease is over;
the node counts by a clock of its own, from before it asked, and so never believes in it for too long. A lease
that lapsed is not renewed: a new one has another term, under which nothing that was taken before is dialled.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.errors import DATABASE_AWAY, NodeTaken
from broadcast.policy import NodePolicy
from broadcast.states import AttemptState
from broadcast.tables import Attempt, Node

log = logging.getLogger(__name__)

AGAIN_AFTER = 1.0
"""Seconds after which a database that was away is asked again."""
IN_USE = "Another machine serves as node {node}; give each its own BUURTBEL_NODE."


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who asks for the lease: a name, the installation that bears it, and this run of its machine."""

    node: str
    installation: UUID
    boot: UUID


@dataclass(frozen=True, slots=True)
class Tenure:
    """One lease of one node."""

    node: str
    term: int


_SECONDS = func.make_interval(0, 0, 0, 0, 0, 0, bindparam("seconds"))
_NOW = func.clock_timestamp()
_NEW = insert(Node).values(
    name=bindparam("name"),
    installation=bindparam("installation", type_=Uuid()),
    boot=bindparam("boot", type_=Uuid()),
    term=1,
    leased_until=_NOW + _SECONDS,
    renewed_at=_NOW,
)
_CLAIM = _NEW.on_conflict_do_update(
    index_elements=[Node.name],
    set_={
        "installation": _NEW.excluded.installation,
        "boot": _NEW.excluded.boot,
        "term": Node.term + 1,
        "leased_until": _NEW.excluded.leased_until,
        "renewed_at": _NEW.excluded.renewed_at,
    },
    # One installation has one line process at a time, so its own lease need not lapse before the next one.
    where=or_(
        (Node.installation == _NEW.excluded.installation) & (Node.boot == _NEW.excluded.boot),
        (Node.leased_until <= _NOW)
        & or_(
            Node.installation == _NEW.excluded.installation,
            # Their calls are up on a PBX that only the other installation can ask.
            ~exists().where(Attempt.node == Node.name, Attempt.state == AttemptState.DIALLING),
        ),
    ),
).returning(Node.term, Node.drained_at)
_RENEW = (
    update(Node)
    .where(Node.name == bindparam("of"), Node.term == bindparam("held"), Node.leased_until > _NOW)
    .values(leased_until=_NOW + _SECONDS, renewed_at=_NOW)
    .returning(Node.term, Node.drained_at)
)


class Lease:
    """This process's lease, and what follows from it. Nothing is held before the first `claim`."""

    def __init__(self, engine: AsyncEngine, who: Claimant, policy: NodePolicy) -> None:
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._who = who
        self._policy = policy
        self._term = 0
        self._over_at = 0.0
        self._is_drained = False

    @property
    def node(self) -> str:
        return self._who.node

    @property
    def tenure(self) -> Tenure:
        """What attempts are taken under."""
        return Tenure(self.node, self._term)

    @property
    def may_take(self) -> bool:
        """Attempts may be taken: the lease is held, and nobody has asked this node to drain."""
        return self.covers(self.tenure) and not self._is_drained

    def covers(self, tenure: Tenure) -> bool:
        """What was taken under this tenure may be dialled now, and for the time that asking the PBX takes."""
        return tenure.term == self._term and _clock() < self._over_at - self._policy.renew

    async def claim(self) -> bool:
        """Get a new lease; False when another process holds one for this name, or has calls up."""
        who = self._who
        return await self._ask(_CLAIM, name=who.node, installation=who.installation, boot=who.boot)

    async def renew(self) -> bool:
        """Hold it for longer; False when it lapsed or another process has it. May be asked at any time."""
        return await self._ask(_RENEW, of=self.node, held=self._term)

    async def keep(self, lapsed: Callable[[], Awaitable[None]]) -> None:
        """Renew for ever. When the lease lapsed, `lapsed` is done under a new one. Raises NodeTaken.

        While the database is away calls go on, and nothing new is taken.
        """
        wait, has_lapsed = self._policy.renew, False
        while True:
            await asyncio.sleep(wait)
            wait = self._policy.renew
            try:
                async with asyncio.timeout(wait):
                    if not await self.renew():
                        if not await self.claim():
                            raise NodeTaken(IN_USE.format(node=self.node))
                        log.warning("The lease had lapsed; what other nodes closed meanwhile is let go.")
                        has_lapsed = True
                    if has_lapsed:
                        await lapsed()
                        has_lapsed = False
            except (*DATABASE_AWAY, TimeoutError) as away:
                log.warning("The lease cannot be renewed (%s); trying again.", type(away).__name__)
                wait = min(self._policy.renew, AGAIN_AFTER)

    async def _ask(self, statement: object, **values: object) -> bool:
        asked_at = _clock()
        async with self._at_once.connect() as connection:
            rows = await connection.execute(statement, {**values, "seconds": self._policy.lease})  # type: ignore[call-overload]
            row = rows.one_or_none()
        if row is None:
            return False
        self._term, self._is_drained = row.term, row.drained_at is not None
        self._over_at = asked_at + self._policy.lease
        return True


def _clock() -> float:
    """Seconds that also pass while the process is stopped or the machine sleeps, and that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
