"""Callers who hold all lines, and an urgent alert that wants some: how long it waits for its first call.

`python -m tests.far_ends.holders` plays it on a server of its own, and ends with
`urgent_first_dial_s=S callers=N`.
"""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from embedded.asterisk_root import ensure_root
from embedded.network.free_ports import free_audio_ports
from tests.far_ends.behaviours.people import picks_up
from tests.far_ends.call import Call
from tests.far_ends.outgoing import Outgoing, call
from tests.far_ends.own_server import own_server
from tests.far_ends.peer import Peer
from tests.far_ends.trial import SETTINGS, TEXT
from tests.support.server import Server, Values
from tests.support.settings_of_nodes import own_pbx

LINES = 32
CALLERS = 36
"""Some more than there are lines: whoever is refused calls again."""
PEOPLE = 20
WITHHELD = '"Anonymous" <sip:anonymous@anonymous.invalid>'
KEYS = "1123*45*6#21*"
"""A code, begun anew and wrong; reports that nobody speaks; menus."""
KEY_EVERY, AGAIN_AFTER = 0.7, 0.3
GO_ROUND = 25.0
"""Seconds for which they press keys before the alert."""
UP_WITHIN, FIRST_WITHIN = 90.0, 90.0
NETWORK = "held-lines"


@dataclass(frozen=True)
class Held:
    """What came of it."""

    seconds: float
    """From the alert in the database to its first INVITE at the trunk; infinite when there was none."""
    callers: int
    """Calls that were up when it was sent."""

    def __str__(self) -> str:
        return f"urgent_first_dial_s={self.seconds:.1f} callers={self.callers}"


class Telephones(Peer):
    """The trunk: people who confirm, and callers who press keys for as long as they are let."""

    def __init__(self) -> None:
        super().__init__({f"{n:03}": self._confirms for n in range(PEOPLE)})
        self.first_rung: float | None = None
        """By the clock on the wall."""
        self.answered: set[Outgoing] = set()
        """Calls of callers that are up."""
        self.refused: set[int] = set()

    async def _confirms(self, at: Call) -> None:
        self.first_rung = self.first_rung or time.time()
        await picks_up(at)
        await asyncio.sleep(1.0)
        await at.key("1")
        await at.until_over()

    async def hold(self, to: str) -> None:
        """Call, press keys to the end of the call, and call again."""
        while True:
            placed = await call(self, to, WITHHELD)
            try:
                status = await placed.final()
                if status == 200:
                    self.answered.add(placed)
                    await _press_on(placed)
                else:
                    self.refused.add(status)
            except TimeoutError:
                placed.cancel()
            finally:
                self.answered.discard(placed)
                placed.media.close()
            await asyncio.sleep(AGAIN_AFTER)


async def _press_on(placed: Outgoing) -> None:
    for key in cycle(KEYS):
        with suppress(TimeoutError):
            await placed.until_over(KEY_EVERY)
            return
        placed.media.stamp += round(KEY_EVERY * 8000)
        await placed.media.press(key)


def settings_for(peer: Peer, root: Path) -> Values:
    """Of a server at the other end of these telephones."""
    pace = {"channels": str(LINES), "calls_per_second": "10", "simulated": "true"}
    pbx = own_pbx(root) | {"rtp_ports": str(free_audio_ports(3 * LINES))}
    return {**SETTINGS, "trunk": {"uri": peer.address, **pace}, "pbx": pbx}


async def hold_all_lines(server: Server, telephones: Telephones) -> Held:
    """All lines held by callers who press keys, an urgent alert, and its first call."""
    await asyncio.to_thread(server.until_it_answers)
    await asyncio.to_thread(
        server.enrol, NETWORK, {f"Member {n}": [f"+99976001{n:03}"] for n in range(PEOPLE)}
    )
    async with _crowd(server, telephones):
        async with asyncio.timeout(UP_WITHIN):
            while len(telephones.answered) < LINES:
                await asyncio.sleep(0.1)
        await asyncio.sleep(GO_ROUND)
        callers = len(telephones.answered)
        broadcast = await asyncio.to_thread(server.send, NETWORK, TEXT)
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_WITHIN):
                while telephones.first_rung is None:
                    await asyncio.sleep(0.05)
        asked = "SELECT extract(epoch FROM created_at) FROM broadcast WHERE id = %(id)s"
        [[sent]] = await asyncio.to_thread(server.ask, asked, id=broadcast)
        # While they go on holding what they can, everybody is reached.
        await asyncio.to_thread(server.until_closed, broadcast, seconds=FIRST_WITHIN)
    first = telephones.first_rung
    return Held(float("inf") if first is None else first - float(sent), callers)


@asynccontextmanager
async def _crowd(server: Server, telephones: Telephones) -> AsyncIterator[None]:
    to = f"sip:+3214539600@{server.settings.pbx.sip_bind}"
    holding = [asyncio.create_task(telephones.hold(to)) for _ in range(CALLERS)]
    try:
        yield
    finally:
        for task in holding:
            task.cancel()
        await asyncio.gather(*holding, return_exceptions=True)


async def _play() -> Held:
    async with Telephones() as telephones:
        with own_server(settings_for(telephones, ensure_root()), "held-lines") as server:
            await asyncio.to_thread(server.start)
            return await hold_all_lines(server, telephones)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.stdout.write(f"{asyncio.run(_play())}\n")
