"""Callers with other people's numbers in From press 1 for them: these are rung, and confirm by themselves."""

from asyncio import to_thread
from pathlib import Path

import pytest

from tests.far_ends.forgers import CALLS_EACH, Street, forge_call_backs, settings_for
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]


async def test_whose_number_is_forged_is_rung_and_counted_by_their_own_key(
    new_server: NewServer, asterisk_root: Path
) -> None:
    async with Street() as street:
        server = new_server(settings_for(street, asterisk_root))
        await to_thread(server.start)
        came = await forge_call_backs(server, street)
        await to_thread(server.stop)
    assert came.problems == []
    assert came.call_backs >= CALLS_EACH * came.victims
    assert (came.rung_again, came.confirmed_for_them) == (came.victims, 0)
