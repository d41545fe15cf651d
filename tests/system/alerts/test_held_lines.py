"""Callers who withhold their number and press keys hold all lines: an urgent alert goes out all the same."""

from asyncio import to_thread
from pathlib import Path

import pytest

from tests.far_ends.holders import LINES, Telephones, hold_all_lines, settings_for
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

FIRST_DIAL_WITHIN = 10.0
"""Seconds, where tests share a machine; `make hostile`, which has it alone, asks for five."""


async def test_an_urgent_alert_has_lines_though_callers_hold_all(
    new_server: NewServer, asterisk_root: Path
) -> None:
    async with Telephones() as telephones:
        server = new_server(settings_for(telephones, asterisk_root))
        await to_thread(server.start)
        held = await hold_all_lines(server, telephones)
        await to_thread(server.stop)
    assert held.callers == LINES
    assert held.seconds < FIRST_DIAL_WITHIN
    assert telephones.refused == {486}
