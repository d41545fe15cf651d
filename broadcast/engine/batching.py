"""Group commit: requests that come one by one at the same time are done together."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class Batcher(Generic[_Asked, _Answer]):
    """Hands `do` all items that came since it last began. `do` answers in the order of its items.

    Nothing waits longer than for the rounds before it, of `most` items each, and `gather` seconds. When a
    round fails with an error that is not one of `for_all`, each item is tried alone, so that one that cannot
    be done harms no other. A caller that stops waiting does not stop the round.
    """

    def __init__(
        self,
        do: Callable[[Sequence[_Asked]], Awaitable[Sequence[_Answer]]],
        *,
        for_all: tuple[type[Exception], ...] = (),
        gather: float = 0.0,
        most: int = 200,
    ) -> None:
        self._do = do
        self._for_all = for_all
        self._gather = gather
        self._most = most
        self._asked: list[tuple[_Asked, asyncio.Future[_Answer]]] = []
        self._rounds: asyncio.Task[None] | None = None

    async def __call__(self, item: _Asked) -> _Answer:
        answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        self._asked.append((item, answer))
        if self._rounds is None or self._rounds.done():
            # For all who ask, and not for the call of whoever came first: its ids stand in no line of a log.
            self._rounds = asyncio.create_task(self._work_off(), context=contextvars.Context())
        return await answer

    async def _work_off(self) -> None:
        while self._asked:
            await asyncio.sleep(self._gather)
            now, self._asked = self._asked[: self._most], self._asked[self._most :]
            await self._round(now)

    async def _round(self, asked: list[tuple[_Asked, asyncio.Future[_Answer]]]) -> None:
        try:
            answers = await self._do([item for item, _ in asked])
        except Exception as error:  # noqa: BLE001 - it is raised by those who wait for the answers
            if len(asked) == 1 or isinstance(error, self._for_all):
                for _, future in asked:
                    if not future.done():
                        future.set_exception(error)
            else:
                for one in asked:
                    await self._round([one])
        else:
            for (_, future), answer in zip(asked, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
