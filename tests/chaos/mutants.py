"""The product with one safety rule broken, to prove that chaos would notice (see `site/sitecustomize.py`).

Each mutant is a way in which somebody might once "simplify" the engine.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from broadcast import ledger
from broadcast.takeover import Takeover
from broadcast.upkeep import Upkeep
from ivr.dialler import AriDialler


def posts_again_on_recovery() -> None:
    """Found dialling after a restart: place it again and trust the PBX to refuse what still lives."""

    async def adopt(self: AriDialler, order: Any) -> Any:
        self._lines.occupy()
        return await self.call(order)

    AriDialler.adopt = adopt  # type: ignore[method-assign]


def random_channel_id() -> None:
    """A channel with a name of its own, which nobody finds again."""
    call = AriDialler.call

    async def call_under_another_name(self: AriDialler, order: Any) -> Any:
        return await call(self, replace(order, attempt=uuid4()))

    AriDialler.call = call_under_another_name  # type: ignore[method-assign]


def posts_before_commit() -> None:
    """The call is placed while the write-ahead is not yet committed."""
    kept = set()

    async def take(
        self: ledger.Ledger, attempts: Collection[Any], by: Any, *, ready: Collection[str]
    ) -> list[ledger.Taken]:
        asked = {"attempts": list(attempts), "by": by.node, "term": by.term, "ready": list(ready)}
        connection = await self._engine.connect()
        rows = [ledger.Taken(*row, under=by) for row in await connection.execute(ledger._TAKE, asked)]

        async def commit_later() -> None:
            await asyncio.sleep(0.3)
            await connection.commit()
            await connection.close()

        task = asyncio.create_task(commit_later())
        kept.add(task)
        task.add_done_callback(kept.discard)
        return rows

    ledger.Ledger.take = take  # type: ignore[method-assign]


def no_sweep() -> None:
    """Nobody looks for attempts whose job or whose node has died."""

    async def nothing(self: Any) -> int:
        return 0

    Takeover.sweep = nothing  # type: ignore[method-assign]
    Upkeep.mend_stalled = nothing  # type: ignore[method-assign]
    Upkeep._give_jobs = nothing  # type: ignore[method-assign]


def finishes_without_guard() -> None:
    """An end is written whatever was written before."""
    ledger.FINISH = ledger.FINISH._clone()
    ledger.FINISH._where_criteria = ledger.FINISH._where_criteria[:1]


MUTANTS: Mapping[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        posts_again_on_recovery,
        random_channel_id,
        posts_before_commit,
        no_sweep,
        finishes_without_guard,
    )
}
BREAKS = {
    "posts_again_on_recovery": "placed_twice",
    "random_channel_id": "placed_twice",
    "posts_before_commit": "placed_twice",
    "no_sweep": "lost",
    "finishes_without_guard": "rewritten",
}
"""The bound of the tally that each of them must break: any other may be broken by haste."""
