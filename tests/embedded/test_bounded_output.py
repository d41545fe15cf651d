"""What a program of ours says past its log fills no disk: of a flood the end is kept."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from buurtbel.demo.judge import Verdict
from buurtbel.demo.run import SAID, run_server, unless_it_dies
from buurtbel.errors import DemoFailed
from buurtbel.serve.hold import Held
from buurtbel.serve.supervisor import LINE_OUTPUT, Supervisor
from buurtbel.settings.settings import Settings
from embedded.logs import LOG_BYTES

FLOOD = 4 * LOG_BYTES
SITE = f"""
import os, select
left = b"Something is wrong with this interpreter.\\n" * ({FLOOD} // 42) + b"These are my last words.\\n"
while left:
    select.select([], [1], [])
    left = left[os.write(1, left[:4096]):]
os._exit(3)
"""
"""Python runs it first; it says what libraries in C say when they go wrong again and again."""


@pytest.fixture
def flooding(tmp_path: Path) -> Mapping[str, str]:
    """An environment in which every Python says too much, and ends."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITE)
    return os.environ | {"PYTHONPATH": str(site)}


def kept(file: Path) -> str:
    """All of it, once the last words have come."""
    deadline = time.monotonic() + 30
    while True:
        files = [one for one in (file.with_name(f"{file.name}.1"), file) if one.exists()]
        said = "".join(one.read_text() for one in files)
        if said.endswith("These are my last words.\n"):
            return said
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.thorough
def test_a_line_that_says_too_much_past_its_log_fills_no_disk(
    tmp_path: Path, flooding: Mapping[str, str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    supervisor = Supervisor(Settings(data_dir=data), flooding, Held(-1))
    supervisor._keep_line()
    assert len(kept(data / LINE_OUTPUT)) <= 2 * LOG_BYTES
    assert supervisor._line is not None
    supervisor._line.stop(5)


@pytest.mark.thorough
async def test_a_demo_s_server_that_says_too_much_fills_no_disk_and_its_last_words_are_told(
    tmp_path: Path, flooding: Mapping[str, str]
) -> None:
    async def nothing_comes() -> list[Verdict]:
        await asyncio.Event().wait()
        raise AssertionError

    async with run_server(flooding, tmp_path) as server:
        while server.is_running:
            await asyncio.sleep(0.05)
        with pytest.raises(DemoFailed, match=r"^These are my last words\.$"):
            await unless_it_dies(nothing_comes(), server, tmp_path / SAID)
    assert len(kept(tmp_path / SAID)) <= 2 * LOG_BYTES
