"""A node's right to dial, lent by the database for some seconds at a time.

Whoever holds the lease of a node's name may take attempts. The database's clock decides when a lease is over;
the node counts by a clock of its own, from before it asked, and so never believes in it for too long. A lease
that lapsed is not renewed: a new one has another term, under which nothing that was taken before is dialled.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, exists, func, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.away import DATABASE_AWAY
from broadcast.errors import NodeTaken
from broadcast.own_tables import OWN_TABLES
from broadcast.policy import NodePolicy
from broadcast.states import AttemptState
from broadcast.tables import Attempt, Node, OpenCall

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
            # By the parameter: a subquery on the row would be one on all rows of the table.
            ~exists().where(Attempt.node == bindparam("name"), Attempt.state == AttemptState.DIALLING),
        ),
    ),
).returning(Node.term, Node.drained_at)
_HOLDER = select(Node.installation).where(Node.name == bindparam("of")).with_for_update()
_CALLS = union_all(
    select(Attempt.id).where(Attempt.node == bindparam("of")),
    *(select(own.id).where(own.node == bindparam("of")) for own in OWN_TABLES),
)
_DISOWN = (
    update(OpenCall)
    .where(OpenCall.call.in_(_CALLS), OpenCall.over_by > _NOW)
    .values(call=func.gen_random_uuid())
)
"""Calls of before, on a PBX that nobody can ask: their numbers are held until they must be over."""
_RENEW = (
    update(Node)
    .where(Node.name == bindparam("of"), Node.term == bindparam("held"), Node.leased_until > _NOW)
    .values(leased_until=_NOW + _SECONDS, renewed_at=_NOW)
    .returning(Node.term, Node.drained_at)
)
_RETURN = (
    update(Node)
    .where(Node.name == bindparam("of"), Node.term == bindparam("held"), Node.leased_until > _NOW)
    .values(leased_until=_NOW)
)


class Lease:
    """This process's lease, and what follows from it. Nothing is held before the first `claim`."""

    def __init__(self, engine: AsyncEngine, who: Claimant, policy: NodePolicy) -> None:
        self._engine = engine
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._who = who
        self._policy = policy
        self._term = 0
        self._over_at = 0.0
        self._is_drained = False
        self._is_given_up = False
        self._changed = asyncio.Event()

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
        is_held = tenure.term == self._term and not self._is_given_up
        return is_held and _clock() < self._over_at - self._policy.renew

    @property
    def is_given_up(self) -> bool:
        return self._is_given_up

    def give_up(self) -> None:
        """Rely on it no more from now on; `keep` returns it, so that other nodes do this one's work."""
        self._is_given_up = True
        self._changed.set()

    def want_again(self) -> None:
        """Let `keep` get a new lease; what other nodes closed meanwhile is let go, as after a lapse."""
        self._is_given_up = False
        self._changed.set()

    async def claim(self) -> bool:
        """Get a new lease; False when another process holds one for this name, or has calls up.

        Where the name was another installation's, telephones that it may still speak to stay engaged.
        """
        who, asked_at = self._who, _clock()
        async with self._engine.begin() as connection:
            holder = await connection.scalar(_HOLDER, {"of": who.node})
            asked = {"name": who.node, "installation": who.installation, "boot": who.boot}
            rows = await connection.execute(_CLAIM, {**asked, "seconds": self._policy.lease})
            row = rows.one_or_none()
            if row is not None and holder not in {None, who.installation}:
                await connection.execute(_DISOWN, {"of": who.node})
        return self._got(row, asked_at)

    async def renew(self) -> bool:
        """Hold it for longer; False when it lapsed or another process has it. May be asked at any time."""
        asked_at = _clock()
        asked = {"of": self.node, "held": self._term, "seconds": self._policy.lease}
        async with self._at_once.connect() as connection:
            row = (await connection.execute(_RENEW, asked)).one_or_none()
        return self._got(row, asked_at)

    async def keep(self, lapsed: Callable[[], Awaitable[None]]) -> None:
        """Renew for ever. When the lease lapsed, `lapsed` is done under a new one. Raises NodeTaken.

        While it is given up it is returned instead. While the database is away calls go on, and nothing new
        is taken.
        """
        wait, has_lapsed = self._policy.renew, False
        while True:
            await self._until_due(wait)
            wait = self._policy.renew
            try:
                async with asyncio.timeout(wait):
                    if self._is_given_up:
                        await self._return()
                        continue
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

    async def _until_due(self, seconds: float) -> None:
        """Or until it is given up or wanted again, which nobody waits for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        self._changed.clear()

    async def _return(self) -> None:
        self._over_at = 0.0  # first: wanted again in this moment, it may be over all the same
        async with self._at_once.connect() as connection:
            await connection.execute(_RETURN, {"of": self.node, "held": self._term})

    def _got(self, row: Row[int, datetime | None] | None, asked_at: float) -> bool:
        if row is None:
            return False
        self._term, self._is_drained = row.term, row.drained_at is not None
        self._over_at = asked_at + self._policy.lease
        return True


def _clock() -> float:
    """Seconds that also pass while the process is stopped or the machine sleeps, and that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
