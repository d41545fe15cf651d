"""The most telling of the odd far ends, rung in one alert; `make hostile` rings all of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from embedded.network.free_ports import free_audio_ports
from tests.far_ends.behaviours import ALL
from tests.far_ends.peer import Peer, in_background
from tests.far_ends.telling import TELLING
from tests.far_ends.trial import CHANNELS, SETTINGS, Trial, Verdict, trunk_to
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = pytest.mark.pbx


@pytest.fixture(scope="module")
def verdicts(new_server: NewServer, asterisk_root: Path) -> Mapping[str, Verdict]:
    with in_background(Peer({number: one.play for number, one in ALL.items()})) as peer:
        pbx = own_pbx(asterisk_root) | {"rtp_ports": str(free_audio_ports(CHANNELS))}
        server = new_server({**SETTINGS, "pbx": pbx, "trunk": trunk_to(peer)})
        server.start()
        trial = Trial(server, peer, [ALL[number] for number in TELLING], 0)
        found = {one.far_end.number: one for one in trial.run()}
        assert {call.number for call in peer.calls} <= trial.numbers
        server.stop()
    return found


@pytest.mark.parametrize("number", TELLING)
def test_a_call_to_an_odd_far_end_comes_to_what_it_was(verdicts: Mapping[str, Verdict], number: str) -> None:
    assert not verdicts[number].problems, str(verdicts[number])
