"""Brings a backup back: looked through first, then written in one transaction, with nobody called again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import pyrage
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.retention.restored import check_may_restore, erase_again, take_over_restored
from buurtbel.backup import load as loading
from buurtbel.backup.erased import Erased, erased_since
from buurtbel.backup.errors import AtWork, NotEmpty, Unusable
from buurtbel.backup.layout import BackupReader, Contents, Totals
from buurtbel.backup.sealing import opened
from directory.actor import Actor
from directory.tables import Member

Keys = Sequence[pyrage.x25519.Identity]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    contents: Contents
    end: Totals
    members: int
    running: Sequence[int]
    """Broadcasts that ran when the backup was made;"""
    is_resumed: bool
    """and whether they go on."""
    erased: Sequence[int]
    """Members who were erased since, and so again."""


def look_through(file: BinaryIO, keys: Keys, *, noted: str | None = None) -> tuple[Contents, Totals]:
    """Read all of a backup and compare it with what it says of itself; nothing is written anywhere.

    `noted`: the head of the journal as it was noted elsewhere. Raises Unusable and Locked.
    """
    with opened(file, keys) as stream:
        reader = BackupReader(stream)
        loading.check_step(reader.contents.step)
        for table in reader.contents.tables:
            for _ in reader.rows(table):
                pass
        end = reader.end()
    if noted is not None and noted != end.journal_head:
        raise Unusable("The journal in this backup has another head than the one given as --head.")
    return reader.contents, end


async def restore(
    engine: AsyncEngine,
    actor: Actor,
    file: BinaryIO,
    keys: Keys,
    *,
    resume: bool,
    replace: bool,
    erased: Sequence[Erased] = (),
) -> Restored:
    """Put what the backup holds into this database, in one transaction, and journal it.

    What ran when it was made is closed, unless `resume` says that it goes on. `replace` lets it take the
    place of what is there. Who was `erased` since is erased again. Look it through first.
    Raises AtWork, NotEmpty, Unusable, Locked, NotInRole.
    """
    check_may_restore(actor)
    with opened(file, keys) as stream:
        reader = BackupReader(stream)
        async with engine.begin() as connection:
            await loading.lock(connection)
            if await loading.is_at_work(connection):
                raise AtWork(
                    "A node works on this database; stop `buurtbel serve` on every machine, and try again "
                    "after half a minute."
                )
            if not replace and await loading.holds_something(connection):
                raise NotEmpty(
                    "This database holds something already; give --replace to put the backup in its place, "
                    "or name an empty one."
                )
            end = await loading.load(connection, reader)
            running = await take_over_restored(connection, actor, end.journal_entries, resume=resume)
            gone = erased_since(erased, reader.contents.taken_at)
            await erase_again(connection, actor, gone)
            members = await connection.scalar(select(func.count()).where(Member.left_on.is_(None))) or 0
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("ANALYZE"))
    return Restored(reader.contents, end, members, running, resume, gone)
