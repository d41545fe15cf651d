"""A wire to PostgreSQL on which every statement is counted: what a server is asked, whoever of us asks it.

It reads the frontend's messages (PostgreSQL documentation, "Frontend/Backend Protocol: Message Formats").
"""

import asyncio
import re
import struct
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from sqlalchemy import make_url

_HEAD = struct.Struct("!cI")
_LENGTH = struct.Struct("!I")
_BOUNDARY = re.compile(r"(BEGIN|COMMIT|ROLLBACK|START TRANSACTION)\b", re.IGNORECASE)
SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class DatabaseCounts:
    """How many of each."""

    statements: int = 0
    transactions: int = 0

    def __sub__(self, before: "DatabaseCounts") -> "DatabaseCounts":
        return DatabaseCounts(self.statements - before.statements, self.transactions - before.transactions)


@dataclass
class Asked:
    """What went over the wire."""

    statements: Counter[str] = field(default_factory=Counter)
    """By their text; no BEGIN, COMMIT or ROLLBACK among them."""
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Between a statement and the word that the server is ready for the next one."""
    boundaries: int = 0
    """BEGIN, COMMIT and ROLLBACK."""
    transactions: int = 0
    """A statement that is in none is one by itself."""

    @property
    def counted(self) -> DatabaseCounts:
        """So far."""
        return DatabaseCounts(self.statements.total(), self.transactions)

    def clear(self) -> None:
        self.statements.clear()
        self.seconds.clear()
        self.boundaries = self.transactions = 0


@asynccontextmanager
async def counting(url: str, folder: Path) -> AsyncIterator[tuple[str, Asked]]:
    """The address of the same database behind a wire in `folder`, and what is asked on it from now on."""
    asked = Asked()
    there = str(Path(make_url(url).query["host"]) / SOCKET)  # type: ignore[arg-type]
    carrying: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        carrying.add(task)
        try:
            await _Session(asked).carry(reader, writer, *await asyncio.open_unix_connection(there))
        finally:
            carrying.discard(task)

    server = await asyncio.start_unix_server(carry, folder / SOCKET)
    try:
        yield make_url(url).set(query={"host": str(folder)}).render_as_string(hide_password=False), asked
    finally:
        server.close()
        for task in list(carrying):
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)


class _Session:
    """One connection of a client."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._prepared: dict[bytes, str] = {}
        self._bound = ""
        self._is_in_transaction = False
        self._waits: tuple[str, float] | None = None

    async def carry(
        self,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        asking = asyncio.create_task(self._ask(client, to_server))
        answering = asyncio.create_task(self._answer(server, to_client))
        try:
            await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (asking, answering):
                task.cancel()
            await asyncio.gather(asking, answering, return_exceptions=True)
            for writer in (to_client, to_server):
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()

    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            length = await client.readexactly(4)  # the one message that has no type
            to_server.write(length + await client.readexactly(_LENGTH.unpack(length)[0] - 4))
            while True:
                head = await client.readexactly(_HEAD.size)
                kind, length_of = _HEAD.unpack(head)
                body = await client.readexactly(length_of - 4)
                self._note(kind, body)
                to_server.write(head + body)
                await to_server.drain()

    async def _answer(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await server.readexactly(_HEAD.size)
                kind, length = _HEAD.unpack(head)
                body = await server.readexactly(length - 4)
                if kind == b"Z":
                    self._is_ready()
                to_client.write(head + body)
                await to_client.drain()

    def _note(self, kind: bytes, body: bytes) -> None:
        if kind == b"Q":
            self._executes(body.rstrip(b"\0").decode())
        elif kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._prepared[name] = sql.decode()
        elif kind == b"B":
            _, name, _ = body.split(b"\0", 2)
            self._bound = self._prepared.get(name, "?")
        elif kind == b"E":
            self._executes(self._bound)

    def _executes(self, sql: str) -> None:
        boundary = _BOUNDARY.match(sql.lstrip())
        if boundary:
            begins = boundary[1].upper() not in {"COMMIT", "ROLLBACK"}
            self._asked.boundaries += 1
            self._asked.transactions += begins
            self._is_in_transaction = begins
            return
        self._asked.statements[sql] += 1
        self._asked.transactions += not self._is_in_transaction
        self._waits = sql, perf_counter()

    def _is_ready(self) -> None:
        if self._waits is not None:
            sql, since = self._waits
            self._asked.seconds[sql] += perf_counter() - since
            self._waits = None
