"""Nodes are killed while they write the recipients of a broadcast: each member becomes one, once."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from broadcast.results.results import Progress
from tests.support.office import Office
from tests.support.people import network_of

MEMBERS, AT_ONCE, PART = 6000, 100, 50
KILLS = 4
AS_MANY = 400
"""Recipients that a node writes before it is killed."""
_THEM = """
    WITH made AS (
        INSERT INTO member (name) SELECT 'Lid ' || n FROM generate_series(1, :count) AS n RETURNING id
    ), joined AS (
        INSERT INTO membership (member_id, network_id) SELECT made.id, network.id FROM made, network
    )
    INSERT INTO number (member_id, e164, position)
    SELECT id, '+99910' || lpad((CASE at WHEN 0 THEN id ELSE id / 2 + 500000 END)::text, 6, '0'), at
    FROM made, generate_series(0, 1) AS at
"""
"""Each has a number, and two share another."""
_DOUBLED = "(SELECT FROM recipient GROUP BY member_id HAVING count(*) > 1) AS doubled"
_WITHOUT = (
    "(SELECT FROM recipient LEFT JOIN recipient_number ON recipient_id = id"
    " GROUP BY id HAVING count(recipient_id) <> 2) AS without"
)


@asynccontextmanager
async def node(name: str, url: str, folder: Path) -> AsyncIterator[Process]:
    """The line of a node, as the bench has it: the whole engine, with phones that answer."""
    folder.mkdir(exist_ok=True)
    told = {
        "BUURTBEL_DATA_DIR": str(folder),
        "BUURTBEL_NODE": name,
        "BUURTBEL_DATABASE_URL": url,
        "BUURTBEL_BROADCAST_ENLIST_PART": str(PART),
    }
    line = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "bench.scale.line"], stdin=PIPE, stdout=PIPE, env=os.environ | told
    )
    try:
        yield line
    finally:
        if line.returncode is None:
            line.kill()
        await line.wait()


def has_written(before: int) -> Callable[[Progress], bool]:
    return lambda seen: seen.unwritten <= before - AS_MANY


@pytest.mark.thorough
@pytest.mark.timeout(180)
async def test_whoever_is_killed_in_the_midst_of_it_another_goes_on_and_nobody_is_lost(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    office.policy = office.policy.model_copy(update={"enlist_at_once": AT_ONCE})
    await network_of(office.engine, {})
    async with office.engine.begin() as connection:
        await connection.execute(text(_THEM), {"count": MEMBERS})
    sent = await office.sends()
    assert sent.unwritten == MEMBERS - AT_ONCE
    for _ in range(KILLS):
        before = (await office.progress(sent.broadcast)).unwritten
        async with node("westerlo", database_url, tmp_path / "westerlo") as line:
            await office.until(has_written(before), sent.broadcast)
            line.kill()
        assert (await office.progress(sent.broadcast)).unwritten > 0, "it was too late to kill it"
    async with (
        node("herselt", database_url, tmp_path / "herselt"),
        node("westerlo", database_url, tmp_path / "westerlo"),
    ):
        seen = await office.until(lambda seen: seen.unwritten == 0, sent.broadcast)
    assert seen.recipients == MEMBERS
    async with asyncio.timeout(30):
        while await office.count("enlistment"):
            await office.upkeep.tend()
    assert await office.count("recipient") == MEMBERS
    assert await office.count(_DOUBLED) == 0
    assert await office.count(_WITHOUT) == 0
