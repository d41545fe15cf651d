"""A benchmark sees in the logs what the product says of something that hangs."""

import asyncio
import logging
from pathlib import Path

import pytest

from bench.server import hangs_told, said_by
from buurtbel.serve.pbx_watch import Watch, end_when_it_hangs


class Kept:
    """A program that runs until it is killed."""

    def __init__(self) -> None:
        self.killed = asyncio.Event()

    def running(self) -> int | None:
        return None if self.killed.is_set() else 1

    def kill_program(self) -> None:
        self.killed.set()


async def never_answers() -> None:
    await asyncio.Event().wait()


async def test_a_kill_of_what_hangs_is_found_and_what_is_usual_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder, kept = tmp_path / "data", Kept()
    folder.mkdir()
    with caplog.at_level(logging.INFO):
        logging.getLogger().info("The trunk answers; calls can go out.")
        await end_when_it_hangs("Asterisk", Watch(never_answers, every=0.01), kept, once=True)
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert hangs_told(folder) == []
    said_by(folder).write_text(f"{said}\nAsterisk has died; it is started again.\n")
    (folder / "line.log").write_text("The PBX answered none of 10 pings in a row; other nodes work.\n")
    assert [line.split()[0] for line in hangs_told(folder)] == ["Asterisk", "Asterisk", "The"]
