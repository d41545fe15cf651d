"""The command line as somebody types it: in this process, on a fresh database, with no line and no PBX."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.ledger.lease import Claimant, Lease
from broadcast.policy import NodePolicy
from buurtbel.commands.cli import main
from tests.support.people import DE_BIST, SIGNED, network_of, phone
from tests.support.shared_engine import SharedEngine

NO_PBX = "http://127.0.0.1:1"
PEOPLE = {"An Peeters": [phone(10)], "Bert Claes": [phone(16), phone(12)]}


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document of a command that did what was asked."""
        assert self.code == 0, self.err
        return self.one_document

    @property
    def one_document(self) -> Any:
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one sentence in which a command says why it did not do what was asked."""
        assert self.code not in {0, 70}
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        assert self.err.endswith((".\n", "?\n"))
        return self.err.strip()

    @property
    def refusal(self) -> str:
        """The complaint of a command that answered nothing besides."""
        assert self.out == ""
        return self.complaint


Typed = Callable[..., Answer]
_T = TypeVar("_T")


@pytest.fixture
def no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which Buurtbel was never started."""
    for name in [name for name in os.environ if name.startswith("BUURTBEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BUURTBEL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BUURTBEL_PBX_ARI_URL", NO_PBX)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def on_database(no_database: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its database is there, and empty."""
    monkeypatch.setenv("BUURTBEL_DATABASE_URL", database_url)
    return database_url


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    def type_(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["buurtbel", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return Answer(int(end.value.code or 0), said.out, said.err)

    return type_


@dataclass
class Town:
    """What the database of a test holds."""

    url: str
    shared_engine: SharedEngine

    def on_engine(self, work: Callable[[AsyncEngine], Awaitable[_T]]) -> _T:
        """On the one of all tests, which keeps what it has compiled."""

        async def whole() -> _T:
            async with self.shared_engine.on(self.url) as engine:
                return await work(engine)

        return asyncio.run(whole())

    def add(
        self,
        slug: str = DE_BIST,
        *,
        charter_approved_on: date | None = SIGNED,
        hours: tuple[time, time] = (time(8), time(21)),
        people: Mapping[str, Sequence[str]] = PEOPLE,
    ) -> None:
        """A network, of two people unless others are named."""

        async def work(engine: AsyncEngine) -> None:
            await network_of(engine, people, slug=slug, charter_approved_on=charter_approved_on, hours=hours)

        self.on_engine(work)

    def serves(self, name: str = "", *, seconds: float = 60) -> None:
        """A node, this machine's own if it has no name, holds its lease for so long."""

        async def work(engine: AsyncEngine) -> None:
            who = Claimant(name or socket.gethostname(), uuid4(), uuid4())
            assert await Lease(engine, who, NodePolicy.model_construct(lease=seconds)).claim()

        self.on_engine(work)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        return self.shared_engine.ask(self.url, question)


@pytest.fixture
def town(on_database: str, shared_engine: SharedEngine) -> Town:
    return Town(on_database, shared_engine)
