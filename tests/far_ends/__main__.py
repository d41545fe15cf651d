"""`python -m tests.far_ends [DIGITS ...]`: rings all odd far ends, or those, by a server of their own.

Ends with `far_ends=N as_expected=N`. `--list` only says what each does and what must come of it.
"""

import argparse
import signal
import sys

from embedded.asterisk_root import ensure_root
from embedded.network.free_ports import free_audio_ports
from tests.far_ends.behaviours import ALL
from tests.far_ends.own_server import own_server
from tests.far_ends.page import table
from tests.far_ends.peer import Peer, in_background
from tests.far_ends.trial import CHANNELS, SETTINGS, ring_all, trunk_to
from tests.support.server import Values
from tests.support.settings_of_nodes import own_pbx


def main() -> int:
    asked = _asked()
    some = {number: one for number, one in ALL.items() if number in (asked.digits or ALL)}
    if asked.list:
        _say(table(some.values()))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    peer = Peer({number: one.play for number, one in ALL.items()})
    with in_background(peer), own_server(_settings(peer), "far-ends") as server:
        server.start()
        verdicts, strangers = ring_all(server, peer, list(some.values()))
    wrong = [str(one) for one in verdicts if not one.as_expected]
    wrong += [f"{number} was rung, whom nobody asked to ring" for number in sorted(strangers)]
    for words in wrong:
        _say(f"WRONG {words}")
    _say(f"far_ends={len(verdicts)} as_expected={sum(one.as_expected for one in verdicts)}")
    return 1 if wrong else 0


def _settings(peer: Peer) -> Values:
    pbx = own_pbx(ensure_root()) | {"rtp_ports": str(free_audio_ports(CHANNELS))}
    return SETTINGS | {"pbx": pbx, "trunk": trunk_to(peer)}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="far_ends", description=__doc__)
    parser.add_argument("digits", nargs="*", help="three digits each; all if none is named")
    parser.add_argument("--list", action="store_true", help="say what each does and what must come of it")
    return parser.parse_args()


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
