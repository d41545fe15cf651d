"""The most telling of the odd far ends, rung in one alert; `make hostile` rings all of them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from embedded.network.free_ports import free_audio_ports
from tests.far_ends.behaviours import ALL
from tests.far_ends.peer import Peer, in_background
from tests.far_ends.trial import CHANNELS, SETTINGS, Trial, Verdict, trunk_to
from tests.system.conftest import NewServer, own_pbx

pytestmark = pytest.mark.pbx

TELLING = (
    "069",  # 401 whatever is said
    "072",  # 100 and nothing more
    "108",  # an announcement until the answer, then nobody
    "109",  # the same, put down after a pass
    "111",  # ringback after the answer
    "133",  # held, and never back
    "134",  # held, and back
    "137",  # answers held, and takes us back
    "145",  # keys as tones, though events were agreed
    "201",  # no codec in common
    "212",  # never a packet
    "231",  # 200 against our CANCEL
    "233",  # 503 after it
    "237",  # 200 and BYE together
    "239",  # two forks answer
    "261",  # Contact elsewhere
    "271",  # REFER to 112
    "302",  # redirected to 112
    "403",  # 403 at once,
    "703",  # and after ringing
)


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
