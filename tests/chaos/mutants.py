"""The product with one safety rule broken, to prove that chaos would notice (see `site/sitecustomize.py`).

Each mutant is a way in which somebody might once "simplify" the engine.
"""

import asyncio
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from time import monotonic
from typing import ParamSpec, TypeVar
from uuid import UUID, uuid4

from broadcast.engine.takeover import Takeover
from broadcast.engine.upkeep import Upkeep
from broadcast.following import joining
from broadcast.ledger import ledger
from broadcast.ledger.bulk_writes import FINISH
from broadcast.ledger.lease import Tenure
from broadcast.ledger.taking import TAKE, Taken
from broadcast.ports import CallOrder, CallOutcome
from broadcast.reservation import Reservation
from broadcast.rules.follow_ups import InTheFirst, Joins, joins
from broadcast.states import FollowUpKind, Whom
from ivr.outbound.dialler import AriDialler

_P = ParamSpec("_P")
_R = TypeVar("_R")


def instead_of(method: Callable[_P, _R]) -> Callable[[Callable[_P, _R]], None]:
    """Puts a function in the place of a method of ours that is called in the same way."""
    owner = getattr(sys.modules[method.__module__], method.__qualname__.partition(".")[0])
    return lambda function: setattr(owner, method.__name__, function)


def posts_again_on_recovery() -> None:
    """Found dialling after a restart: place it again and trust the PBX to refuse what still lives."""

    @instead_of(AriDialler.adopt)
    async def adopt(self: AriDialler, order: CallOrder) -> CallOutcome:
        return await self.call(order, self._lines.seize())


def random_channel_id() -> None:
    """A channel with a name of its own, which nobody finds again."""
    call = AriDialler.call

    @instead_of(call)
    async def call_under_another_name(
        self: AriDialler, order: CallOrder, reservation: Reservation
    ) -> CallOutcome:
        return await call(self, replace(order, attempt=uuid4()), reservation)


def posts_before_commit() -> None:
    """The call is placed while the write-ahead is not yet committed."""
    kept = set()

    @instead_of(ledger.Ledger.take)
    async def take(
        self: ledger.Ledger, attempts: Collection[UUID], by: Tenure, *, ready: Collection[str]
    ) -> list[Taken]:
        asked = {"attempts": list(attempts), "by": by.node, "term": by.term, "ready": list(ready)}
        asked["simulated"] = self._simulated
        connection, asked_at = await self._engine.connect(), monotonic()
        found = await connection.execute(TAKE, asked)
        rows = [replace(Taken(*row), under=by, asked_at=asked_at) for row in found]

        async def commit_later() -> None:
            await asyncio.sleep(0.3)
            await connection.commit()
            await connection.close()

        task = asyncio.create_task(commit_later())
        kept.add(task)
        task.add_done_callback(kept.discard)
        return rows


def no_sweep() -> None:
    """Nobody looks for attempts whose job or whose node has died."""

    async def nothing(self: object, *, sparing: str = "") -> int:
        return 0

    instead_of(Takeover.sweep)(nothing)
    instead_of(Upkeep.mend_stalled)(nothing)
    instead_of(Upkeep._give_jobs)(nothing)


def finishes_without_guard() -> None:
    """An end is written whatever was written before."""
    vars(ledger)["FINISH"] = finish = FINISH._clone()
    finish._where_criteria = finish._where_criteria[:1]


def rings_who_is_on_the_line() -> None:
    """A number is held while its call is written ahead, and not until that has ended."""
    take = ledger.Ledger.take

    @instead_of(take)
    async def take_and_let_go(
        self: ledger.Ledger, attempts: Collection[UUID], by: Tenure, *, ready: Collection[str]
    ) -> list[Taken]:
        taken = await take(self, attempts, by, ready=ready)
        await self.end_calls({one.attempt: one.number for one in taken})
        return taken


def tells_who_heard_nothing() -> None:
    """What follows an alert goes to everybody with whom that is done, also if it rang in vain."""

    def all_join(kind: FollowUpKind, whom: Whom, person: InTheFirst) -> Joins:
        return joins(kind, Whom.ALL if whom is Whom.HEARD else whom, person)

    vars(joining)["joins"] = all_join


MUTANTS: Mapping[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        posts_again_on_recovery,
        random_channel_id,
        posts_before_commit,
        no_sweep,
        finishes_without_guard,
        rings_who_is_on_the_line,
        tells_who_heard_nothing,
    )
}
BREAKS = {
    "posts_again_on_recovery": "placed_twice",
    "random_channel_id": "placed_twice",
    "posts_before_commit": "placed_twice",
    "no_sweep": "lost",
    "finishes_without_guard": "rewritten",
    "rings_who_is_on_the_line": "two_at_once",
    "tells_who_heard_nothing": "wrong_audience",
}
"""The bound of the tally that each of them must break: any other may be broken by haste."""
