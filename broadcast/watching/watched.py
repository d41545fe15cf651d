"""What somebody may watch: how one broadcast goes, which there are, and what members reported."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.listing import Listed, broadcasts, networks_of
from broadcast.responses.inbox import Report, reports
from broadcast.results.results import Progress, progress
from broadcast.watching.changes import Changes, Concerns
from broadcast.watching.pictures import Pictures
from broadcast.watching.triggers import BROADCAST, BROADCASTS, NODE, REPORT
from directory.actor import Actor
from directory.acts import Act

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Seen:
    progress: Progress
    networks: Sequence[str]


class Watched:
    """A process has one. What several watch is looked at once for all of them.

    Each of these gives the whole picture at first and then anew on each change, at most four times a second.
    It goes on until the caller closes it (`contextlib.aclosing`), also when the database was away meanwhile.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._changes = Changes(engine)
        self._pictures: dict[Hashable, Pictures[Any]] = {}

    async def broadcast(self, actor: Actor, broadcast: int) -> AsyncGenerator[Progress, None]:
        """How it goes. Raises UnknownBroadcast, NotInRole and NotTheirNetwork, as networks are added too."""
        actor.require(Act.FOLLOW)

        async def look(connection: AsyncConnection) -> _Seen:
            seen = await progress(connection, broadcast)
            return _Seen(replace(seen, beside=tuple(seen.beside)), await networks_of(connection, broadcast))

        def concerns(channel: str, changed: str) -> bool:
            return channel in {BROADCASTS, NODE} or (channel == BROADCAST and changed == str(broadcast))

        async with aclosing(self._watch(("broadcast", broadcast), concerns, look, _is_news)) as pictures:
            async for one in pictures:
                actor.require(Act.FOLLOW, one.networks)
                yield one.progress

    async def broadcasts(self, actor: Actor, *, newest: int) -> AsyncGenerator[Sequence[Listed], None]:
        """Those of the newest so many that they may follow, newest first. Raises NotInRole."""
        actor.require(Act.FOLLOW)

        async def look(connection: AsyncConnection) -> Sequence[Listed]:
            return await broadcasts(connection, newest=newest)

        def concerns(channel: str, _: str) -> bool:
            return channel == BROADCAST

        async with aclosing(self._watch(("broadcasts", newest), concerns, look, _differs)) as pictures:
            shown: Sequence[Listed] | None = None
            async for found in pictures:
                theirs = [
                    one for one in found if actor.networks is None or actor.networks.issuperset(one.networks)
                ]
                if theirs != shown:
                    shown = theirs
                    yield theirs

    async def reports(self, actor: Actor) -> AsyncGenerator[Sequence[Report], None]:
        """Those that are still to be judged, oldest first; anew when one comes. Raises NotInRole."""
        actor.require(Act.CLAIM)

        def concerns(channel: str, _: str) -> bool:
            return channel == REPORT

        async with aclosing(self._watch("reports", concerns, reports, _differs)) as pictures:
            async for found in pictures:
                yield found

    async def _watch(
        self,
        subject: Hashable,
        concerns: Concerns,
        look: Callable[[AsyncConnection], Awaitable[T]],
        is_news: Callable[[T, T], bool],
    ) -> AsyncGenerator[T, None]:
        async def picture() -> T:
            async with self._engine.connect() as connection:
                return await look(connection)

        shared: Pictures[T] = self._pictures.setdefault(
            subject, Pictures(self._changes, concerns, picture, is_news=is_news)
        )
        try:
            async with aclosing(shared.watch()) as pictures:
                async for one in pictures:
                    yield one
        finally:
            if not shared.watchers and self._pictures.get(subject) is shared:
                del self._pictures[subject]


def _differs(before: object, after: object) -> bool:
    return before != after


def _is_news(before: _Seen, after: _Seen) -> bool:
    """That time has passed is none."""
    return before != replace(after, progress=replace(after.progress, now=before.progress.now))
