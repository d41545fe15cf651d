"""The line between two programs, for tests to cut."""

import asyncio
from contextlib import suppress
from typing import Self


class Wire:
    """Passes bytes on from a port of its own to `port`. Use as `async with Wire(port) as wire:`."""

    def __init__(self, port: int) -> None:
        self._far_port = port
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()
        if self._passing:
            await asyncio.wait(self._passing)

    async def cut(self) -> None:
        """Everything on it breaks, and nothing goes through until `mend`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop()

    def drop(self) -> None:
        """Everything on it breaks; it can be used again at once."""
        for end in self._ends:
            end.transport.abort()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _connect(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self._far_port)
        except OSError:
            near_out.transport.abort()
            return
        self._ends |= {near_out, far_out}
        for source, sink in ((near_in, far_out), (far_in, near_out)):
            task = asyncio.create_task(self._pass_on(source, sink), name="wire")
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.transport.abort() if sink.transport.is_closing() else sink.close()
        self._ends.discard(sink)
