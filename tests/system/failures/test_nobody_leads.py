"""The line dies or freezes while people pick up and listen: their phones tell what they heard."""

import asyncio
import signal
from collections.abc import Mapping, Sequence

import numpy as np
import psutil
import pytest

from buurtbel.assembly import ari_client
from prompts.audio import Audio, read
from prompts.comparator import compare
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Brand in de Kerkstraat. Sluit de ramen en blijf binnen."
LONGEST_SILENCE = 3.0
"""Seconds that nobody on the line may have to listen to."""


def people(first: int) -> Mapping[str, Sequence[str]]:
    return {f"Bewoner {n} presses 1 after the message": [phone(11, n)] for n in range(first, first + 3)} | {
        f"Bewoner {n} hangs up after the message": [phone(12, n)] for n in range(first + 3, first + 6)
    }


@pytest.mark.parametrize("moment", ["while it rings", "in the message"])
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_who_answers_a_line_that_is_gone_hears_the_whole_message_and_is_not_rung_again(
    town: Server, neighbourhood: RunningNeighbourhood, blow: signal.Signals, moment: str
) -> None:
    first = 8000 + 100 * blow + 10 * (moment == "in the message")
    those = people(first)
    town.enrol(f"stil-{first}", those)
    struck = town.pid_of("line.json")
    broadcast = town.send(f"stil-{first}", TEXT)
    if moment == "in the message":
        town.until_all_hear(those.values(), neighbourhood.recordings)
    else:
        town.until(lambda: calls_up(town) >= len(those))
    psutil.Process(struck).send_signal(blow)
    town.until_closed(broadcast)
    assert town.pid_of("line.json") != struck
    sent = town.sent_in(broadcast)
    for name, [number] in those.items():
        calls = [read(recording) for recording in town.recorded(number, neighbourhood.recordings)]
        assert [compare(sent, heard).whole for heard in calls] == [True], name
        assert longest_silence(calls[0]) < LONGEST_SILENCE, name
    assert town.outcomes(broadcast) == {
        name: ["confirmed" if "presses" in name else "heard"] for name in those
    }


def calls_up(town: Server) -> int:
    """How many calls the PBX has: an attempt is written ahead, so it tells more than the database."""

    async def ask() -> int:
        async with ari_client(town.settings) as client:
            return len(await client.channels.list())

    return asyncio.run(ask())


def longest_silence(heard: Audio) -> float:
    """Seconds, from picking up to putting down."""
    blip = np.full(heard.rate // 20, 0.1, np.float32)
    return Audio(np.concatenate((blip, heard.samples, blip)), heard.rate).longest_pause
