"""Where a trunk speaks to us from, for as long as its name may come to lead elsewhere, or nowhere."""

import asyncio
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from ipaddress import ip_network
from time import monotonic

from embedded.network.networks import Network, Peer, look_up, read_networks
from ivr.pbx.trunk import Trunk

ANSWERED_WITHIN = 5.0
"""Seconds that the DNS gets; what it says later is known at the next look."""
KEPT_FOR = 3600.0
"""Seconds for which an address is the trunk's after its name last led there: calls that began there end
there, and a DNS may tell another one of several addresses each time."""

LookUp = Callable[[str, int | None], Sequence[Network]]


class Whereabouts:
    """The addresses of one trunk."""

    def __init__(
        self, trunk: Trunk, look_up: LookUp = look_up, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self.peer = Peer.parse(trunk.uri)
        self.named = read_networks(trunk.networks, "BUURTBEL_TRUNK_NETWORKS")
        self.found: Sequence[Network] = ()
        """What the last look found."""
        self._look_up = look_up
        self._clock = clock
        self._led_there: dict[Network, float] = {}
        self._asked: asyncio.Future[Sequence[Network]] | None = None

    @property
    def may_change(self) -> bool:
        return self.peer.is_name

    @property
    def addresses(self) -> list[Network] | None:
        """All that may speak to us; None when only Asterisk can tell, which looks the name up itself."""
        if not self.named and not self.peer.is_ours_to_look_up:
            return None
        return list(dict.fromkeys([*self.named, *sorted(self._led_there, key=str)]))

    def recall(self, known: Collection[str]) -> None:
        """Addresses that were its own a moment ago: an Asterisk that goes on is not told otherwise.

        A DNS may be away just when we start again.
        """
        if self.may_change:
            now = self._clock()
            self._led_there |= {ip_network(one): now for one in known} | self._led_there

    async def look(self) -> None:
        """Ask where the name leads. While nobody answers, what was known stays."""
        self.found = await self._answer()
        now = self._clock()
        self._led_there |= dict.fromkeys(self.found, now)
        if self.found:
            self._led_there = {one: at for one, at in self._led_there.items() if now - at <= KEPT_FOR}

    async def _answer(self) -> Sequence[Network]:
        if self._asked is None:
            self._asked = _in_thread(lambda: self._look_up(self.peer.host, self.peer.port))
        done, _ = await asyncio.wait({self._asked}, timeout=ANSWERED_WITHIN)
        if not done:
            return ()
        asked, self._asked = self._asked, None
        return asked.result()


def trunk_addresses(trunk: Trunk) -> list[Network]:
    """Where the trunk speaks to us from now; empty when nobody can tell. May ask the DNS, and wait for it."""
    peer = Peer.parse(trunk.uri)
    named = read_networks(trunk.networks, "BUURTBEL_TRUNK_NETWORKS")
    return list(dict.fromkeys([*named, *look_up(peer.host, peer.port)]))


def _in_thread(ask: Callable[[], Sequence[Network]]) -> "asyncio.Future[Sequence[Network]]":
    """In a thread that nobody waits for at the end: a DNS that is away keeps it for half a minute."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[Network]] = loop.create_future()

    def work() -> None:
        found = ask()
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(answer.set_result, found)

    threading.Thread(target=work, name="whereabouts", daemon=True).start()
    return answer
