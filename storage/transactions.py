"""One transaction for each thing that is done, for whoever does not know the database."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

P = ParamSpec("P")
T = TypeVar("T")


class Transactions:
    """Gives what wants its caller's transaction one of its own: `await database(claim, actor, report)`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        """For what is more than one transaction."""
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def __call__(
        self,
        work: Callable[Concatenate[AsyncConnection, P], Awaitable[T]],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """What comes of it, once it is committed; what it raises takes it back."""
        async with self.engine.begin() as connection:
            return await work(connection, *args, **named)

    async def look(
        self,
        work: Callable[Concatenate[AsyncConnection, P], Awaitable[T]],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """The same for what asks one question and writes nothing: no BEGIN and no COMMIT around it."""
        async with self._at_once.connect() as connection:
            return await work(connection, *args, **named)
