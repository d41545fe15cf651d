"""What a call asks for, exactly: whoever lets every call ask for more changes a line here."""

from pathlib import Path

import pytest

from tests.counts.__main__ import count_all
from tests.counts.line import Counts

EXACT = {
    #                         statements, round trips, transactions, requests to Asterisk
    "answered and confirmed": (11, 19, 5, 5),
    "not answered": (11, 19, 5, 1),
    "to a voicemail": (12, 20, 5, 10),
    "50 at once, engaged": (11, 19, 5, 50),
}
BY_THE_CLOCK = (
    "GET /ari/channels/.../rtp_statistics",
    "POST /ari/channels/.../record",
    "POST /ari/events/user/buurtbel-are-you-there",
)
"""While somebody talks, or may, as often as that lasts; and while no event comes."""


def of(counted: Counts) -> tuple[int, int, int, int]:
    requests = counted.requests - sum(counted.asked.get(one, 0) for one in BY_THE_CLOCK)
    return counted.statements, counted.round_trips, counted.transactions, requests


@pytest.mark.thorough
@pytest.mark.timeout(120)
async def test_a_call_asks_for_so_much_and_no_more(database_url: str, tmp_path: Path) -> None:
    assert {name: of(counted) for name, counted in (await count_all(database_url, tmp_path)).items()} == EXACT
