"""Writes what people did into the journal, in the transaction in which they do it, and reads it."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from directory.actor import Actor
from directory.acts import Act
from directory.journal.canonical import Fields, canonical
from directory.journal.chain import Head
from directory.journal.table import JournalEntry

AT_ONCE = 1_000
"""Entries that are read together."""
Ids = int | UUID | Iterable[int]
_COLUMNS = (
    JournalEntry.position,
    JournalEntry.at,
    JournalEntry.actor,
    JournalEntry.actor_id,
    JournalEntry.role,
    JournalEntry.act,
    JournalEntry.ids,
    JournalEntry.previous,
    JournalEntry.hash,
)
_Columns = tuple[int | None, datetime | None, str, int | None, str, str, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Entry:
    position: int
    at: datetime
    actor: str
    """What `actor_id` is the id of."""
    actor_id: int | None
    role: str
    act: str
    ids: Mapping[str, list[int | str]]
    hash: str


async def note(connection: AsyncConnection | AsyncSession, actor: Actor, act: Act, **on: Ids) -> None:
    """Write who does what on which ids; it is there once the caller commits, and never without that.

    Only ids: whoever is erased leaves nothing of themselves here.
    """
    ids = {what: _listed(which) for what, which in on.items()}
    await connection.execute(
        insert(JournalEntry).values(
            actor=actor.kind,
            actor_id=actor.id,
            role=actor.role,
            act=act,
            ids=canonical({what: them for what, them in ids.items() if them}),
        )
    )


def _listed(which: Ids) -> list[int] | list[str]:
    if isinstance(which, UUID):
        return [str(which)]
    return sorted({which} if isinstance(which, int) else set(which))


async def newest(connection: AsyncConnection, count: int) -> list[Entry]:
    """The last entries, newest first."""
    rows = await connection.execute(select(*_COLUMNS).order_by(JournalEntry.position.desc()).limit(count))
    return [_entry(row) for row in rows]


async def head(connection: AsyncConnection) -> Head:
    """Up to where it goes now."""
    asked = select(JournalEntry.position, JournalEntry.hash).order_by(JournalEntry.position.desc()).limit(1)
    last = (await connection.execute(asked)).one_or_none()
    return Head() if last is None else Head(last.position or 0, last.hash or "")


async def entries(connection: AsyncConnection) -> AsyncIterator[Fields]:
    """All of them in their order, as they are hashed; on one snapshot, with `whole`."""
    async with connection.stream(select(*_COLUMNS).order_by(JournalEntry.position)) as rows:
        async for row in rows:
            yield _fields(row)


@asynccontextmanager
async def whole(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One moment of the journal, whatever is done meanwhile."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _fields(row: Row[*_Columns]) -> Fields:
    position, at, actor, actor_id, role, act, ids, previous, hash_ = row
    return {
        "position": position,
        "at": "" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "actor": actor,
        "actor_id": actor_id,
        "role": role,
        "act": act,
        "ids": json.loads(ids),
        "previous": previous,
        "hash": hash_,
    }


def _entry(row: Row[*_Columns]) -> Entry:
    position, at, actor, actor_id, role, act, ids, _, hash_ = row
    assert position is not None
    assert at is not None
    assert hash_ is not None
    return Entry(position, at, actor, actor_id, role, act, json.loads(ids), hash_)
