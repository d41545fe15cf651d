"""Closes calls that no process follows any more: those of dead nodes, and those that outlived every limit.

Only its own node can ask a PBX what became of a call. So another node waits until the call must be over, and
then closes it as unknown. The person is called again and loses no try.
"""

import logging
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Interval, String, any_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.taking import ITS_CALL
from broadcast.policy import NodePolicy
from broadcast.ports import CallOutcome
from broadcast.states import AttemptState, Outcome
from broadcast.tables import Attempt, Broadcast, Node, StoredAudio

log = logging.getLogger(__name__)

_NOW = func.clock_timestamp()
_IS_DEAD = Node.leased_until <= _NOW
_FENCE = (
    update(Node)
    .where(Node.name == any_(bindparam("names", type_=ARRAY(String))), _IS_DEAD)
    .values(term=Node.term + 1)
    .returning(Node.name)
)


class Takeover:
    """`longest_call`: seconds from the write-ahead after which a call is over, besides so many `passes`."""

    def __init__(
        self, engine: AsyncEngine, ledger: Ledger, policy: NodePolicy, *, longest_call: float, passes: int
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        over_at = Attempt.dialled_at + _interval(longest_call) + StoredAudio.seconds * passes * _interval(1)
        may_go = or_(over_at <= _NOW, Broadcast.urgent) if policy.urgent_at_once else over_at <= _NOW
        self._stray = (
            select(Attempt.id, Attempt.node, _IS_DEAD)
            .join(Node, Node.name == Attempt.node)
            .where(
                Attempt.state == AttemptState.DIALLING,
                *ITS_CALL,
                # A living node records the ends of its calls itself; one that it forgot is a fault of ours.
                or_(
                    _IS_DEAD & may_go & (Node.name != bindparam("spared")),
                    over_at + _interval(2 * policy.lease) <= _NOW,
                ),
            )
        )
        self._seen: set[UUID] = set()

    async def sweep(self, *, sparing: str = "") -> int:
        """Close the calls that nobody followed at the last look either; return how many were closed.

        Two sightings, because after an absence of the database every node looks dead at first. `sparing` is
        the node that looks: it lives, whatever became of its lease, and knows what its calls come to.
        """
        async with self._engine.connect() as connection:
            stray = list(await connection.execute(self._stray, {"spared": sparing}))
        again = [(attempt, node, is_dead) for attempt, node, is_dead in stray if attempt in self._seen]
        self._seen = {attempt for attempt, _, _ in stray}
        if not again:
            return 0
        async with self._engine.begin() as connection:
            # With another term a node that wakes up now cannot renew, and dials nothing of what it had
            # taken; its new lease waits for our lock, so that it finds what we have closed.
            dead = set(await connection.scalars(_FENCE, {"names": list({node for _, node, _ in again})}))
            lost = [attempt for attempt, node, was_dead in again if node in dead or not was_dead]
            await self._ledger.record({attempt: CallOutcome(Outcome.UNKNOWN) for attempt in lost})
        if lost:
            log.warning("What became of %d calls of %s is unknown; people are called again.", len(lost), dead)
        return len(lost)


def _interval(seconds: float) -> ColumnElement[Interval]:
    return func.make_interval(0, 0, 0, 0, 0, 0, seconds, type_=Interval())
