"""What a line asks before it looks whom to ring must never say no where somebody would be rung."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.service_calls.own_calls import Book, W, answers, work_question


async def taken_as_by_a_line(connection: AsyncConnection, book: Book[W], node: str) -> W | None:
    """The next call of this kind, written ahead; a line that looks whether one is due would find so."""
    [stirs] = await answers(connection, work_question([book]), node)
    ring = await book.take(connection, node)
    assert stirs or ring is None
    return ring


async def is_quiet(connection: AsyncConnection, *books: Book[Any], node: str) -> bool:
    """A line would not look any further for any of these kinds."""
    return not any(await answers(connection, work_question(books), node))
