"""The wire between a node and its database, on which packets get stuck and connections break."""

import asyncio
from contextlib import suppress
from typing import Self


class Gate:
    """Carries TCP on a port of loopback to a socket of PostgreSQL in the file system."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._flows = asyncio.Event()
        self._flows.set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._let_in, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self.cut()

    async def cut(self) -> None:
        """End every connection there is."""
        for carrying in list(self._carrying):
            carrying.cancel()
        if self._carrying:
            await asyncio.wait(set(self._carrying))

    async def get_stuck(self, seconds: float) -> None:
        """Nothing gets through and nobody is told; afterwards what was stuck arrives."""
        self._flows.clear()
        await asyncio.sleep(seconds)
        self._flows.set()

    async def _let_in(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        carrying = asyncio.current_task()
        assert carrying is not None
        self._carrying.add(carrying)
        far: asyncio.StreamWriter | None = None
        try:
            far_reader, far = await asyncio.open_unix_connection(self._socket)
            async with asyncio.TaskGroup() as both:
                there = both.create_task(self._pour(near_reader, far))
                back = both.create_task(self._pour(far_reader, near))
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
                there.cancel()
                back.cancel()
        except (OSError, asyncio.CancelledError):
            pass  # a server that is away, or a wire that was cut: this connection is over
        finally:
            self._carrying.discard(carrying)
            for end in (near, far):
                if end is not None:
                    end.transport.abort()

    async def _pour(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._flows.wait()
                target.write(data)
                await target.drain()
