"""An alert to a crowd whose trunk fails in the middle of it, and is mended: nobody may lose by it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from broadcast.rules.retry import FOR_THE_TRUNK
from broadcast.states import Outcome, RecipientState
from tests.far_ends.behaviours.people import picks_up
from tests.far_ends.call import Call
from tests.far_ends.digest import Digest
from tests.far_ends.peer import Peer
from tests.far_ends.sounds import hallo
from tests.far_ends.trial import SETTINGS
from tests.support.server import Server, Values

PEOPLE = 40
BEFORE = 10
"""People who have confirmed when the trunk fails."""
TRIES = 4
"""Calls that try the trunk, once it is judged, before it is mended."""
WITHIN = 90.0
FAST_ENOUGH = 0.8
"""Seconds between two calls that try the trunk, at least."""
EXCUSED = FOR_THE_TRUNK | {Outcome.TRUNK_AT_FAULT, Outcome.LOST}
USER, PASSWORD, WRONG = "zone", "of the tests", "not this one"
PACE = {"channels": "12", "calls_per_second": "4", "simulated": "true", "user": USER, "password": PASSWORD}
SLOWLY: Values = SETTINGS | {"trunk": PACE}


async def confirms_soon(call: Call) -> None:
    """Hallo, and 1 before the message is over."""
    await picks_up(call)
    await call.speak(hallo())
    await call.wait(1.0)
    await call.key("1")
    await call.until_over()


def crowd_at(port: int | None = None) -> Peer:
    """A trunk that wants a password, with as many telephones."""
    peer = Peer({f"{n:03}": confirms_soon for n in range(PEOPLE)}, port=port)
    peer.desk.digest = Digest(USER, PASSWORD)
    return peer


@dataclass(frozen=True)
class Fault:
    """How a trunk fails."""

    begin: Callable[[], None]
    mend: Callable[[], None]
    is_seen: Callable[[], bool]
    """That the failure has come to what we know of it, besides that calls fail."""


def alert_through(fault: Fault, server: Server, peer: Peer, nth: int) -> None:
    """Send, break, mend; then everybody has confirmed, and no call was counted against anybody."""
    people = {f"Member {n}": [f"+99975{nth:03}{n:03}"] for n in range(PEOPLE)}
    network = f"crowd-{nth}"
    server.enrol(network, people)
    broadcast = server.send(network, "Inbraak bezig. Blijf binnen.")
    server.until(lambda: _confirmed(server, broadcast) >= BEFORE, seconds=WITHIN)
    fault.begin()
    server.until(fault.is_seen, seconds=WITHIN)
    fault.mend()
    server.until_closed(broadcast, seconds=WITHIN)
    recipients = server.recipients(broadcast)
    assert {str(recipient.result) for recipient in recipients.values()} == {"confirmed"}
    assert {recipient.state for recipient in recipients.values()} == {RecipientState.FINAL}
    ends = {call.outcome for recipient in recipients.values() for call in recipient.calls}
    assert ends - EXCUSED == {Outcome.CONFIRMED}


def _confirmed(server: Server, broadcast: int) -> int:
    asked = "SELECT count(*) FROM attempt WHERE broadcast_id = %(id)s AND outcome = 'confirmed'"
    return int(server.ask(asked, id=broadcast)[0][0])


def is_known(server: Server) -> bool:
    """Whether it is told to everybody that the trunk takes no calls."""
    return server.ask("SELECT count(trunk_fault) FROM node") != [(0,)]


@dataclass
class Probes:
    """Calls that try a trunk at fault: seen by the peer, once it is known that it is at fault."""

    server: Server
    peer: Peer
    _since: float | None = None

    def are_seen(self) -> bool:
        if self._since is None and is_known(self.server):
            self._since = time.monotonic()
        return self._since is not None and len(self.moments) >= TRIES

    @property
    def moments(self) -> list[float]:
        since = self._since or float("inf")
        return [moment for moment in self.peer.turned_away.values() if moment > since + FAST_ENOUGH]
