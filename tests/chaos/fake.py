"""Zones on fake PBXs: many faults in little time, also those that a real PBX cannot be made to have."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

from prompts.audio import Audio
from tests.chaos.faults import EVERYWHERE, ITS_OWN, SHARED, Fault, rage
from tests.chaos.judge import Experience
from tests.chaos.phones import Phones, Village
from tests.chaos.steering import STEERED
from tests.chaos.tally import Tally
from tests.chaos.zone import Zone
from tests.support.server import Values

CLOSED_WITHIN = 120.0
"""Seconds after the last fault."""
SOON = 0.5
"""Seconds in which a PBX that goes on has done what waited."""


class FakeFarSide:
    def __init__(self, phones: Sequence[Phones]) -> None:
        self.phones = phones

    def values(self, at: int) -> Values:
        phones = self.phones[at]
        return {
            "pbx": {"ari_url": phones.url, "ari_user": phones.user, "ari_password": phones.password},
            "trunk": {
                "uri": "sip:127.0.0.1:9",
                "simulated": "true",
                "channels": "60",
                "calls_per_second": "30",
                "kept_for_callers": "0",
            },
            "alert": {"ring": "2", "hard_limit": "8"},
        }

    def live(self, at: int) -> int:
        return len(self.phones[at].calls)

    def experience(self, numbers: set[str], passes: Mapping[str, Audio]) -> Experience:
        placed: Counter[str] = Counter()
        heard: Counter[tuple[str, str]] = Counter()
        asked: Counter[str] = Counter()
        for phones in self.phones:
            placed += phones.placed
            heard += phones.heard_whole(passes)
            asked += phones.posts
        reached = {number for phones in self.phones for number in phones.heard_part()}
        silent = [call.number for phones in self.phones for call in phones.silent()]
        at_once = [number for phones in self.phones for number in phones.two_at_once]
        told = [call for phones in self.phones for call in phones.told(passes)]
        return Experience(placed, heard, reached, asked, silent, at_once, told)


def _phones(zone: Zone) -> Phones:
    assert isinstance(zone.far_side, FakeFarSide)
    return zone.far_side.phones[list(zone.nodes).index(zone.any_node().node)]


async def kill_the_pbx(zone: Zone) -> None:
    """All its calls are gone, and it comes back."""
    phones = _phones(zone)
    zone.tally.live_at_kill += len(phones.calls)
    await phones.crash()
    await asyncio.sleep(zone.random.uniform(0, 2))
    await phones.restart()


async def cut_the_events(zone: Zone) -> None:
    _phones(zone).drop_sockets()


async def leave_the_events_half_open(zone: Zone) -> None:
    """Nothing comes through any more, and only later is the socket found broken."""
    phones = _phones(zone)
    zone.tally.live_at_kill += len(phones.calls)
    phones.mute = True
    await asyncio.sleep(zone.random.uniform(0.5, 4))
    phones.mute = False
    phones.drop_sockets()


async def freeze_the_pbx(zone: Zone) -> None:
    """For less than anybody acts on, or until others do its node's work: it is not ours to end."""
    phones = _phones(zone)
    zone.tally.live_at_kill += len(phones.calls)
    phones.freeze()
    await asyncio.sleep(zone.random.choice([1.0, 2.5, 5.0, 8.0, 14.0]))
    phones.thaw()
    await asyncio.sleep(SOON)
    # Calls that were asked for meanwhile are placed now, and others may have taken them over.
    zone.tally.live_at_kill += len(phones.calls)


async def delay_answers(zone: Zone) -> None:
    phones = _phones(zone)
    phones.answer_after = zone.random.uniform(0.3, 3)
    await asyncio.sleep(zone.random.uniform(1, 4))
    phones.answer_after = 0.0


async def lose_answers(zone: Zone) -> None:
    phones = _phones(zone)
    phones.loses_answers = True
    await asyncio.sleep(zone.random.uniform(0.2, 1))
    phones.loses_answers = False


async def tell_again(zone: Zone) -> None:
    _phones(zone).say_again()


ON_FAKES: Mapping[Fault, int] = {
    kill_the_pbx: 1,
    freeze_the_pbx: 2,
    cut_the_events: 2,
    leave_the_events_half_open: 2,
    delay_answers: 2,
    lose_answers: 2,
    tell_again: 2,
}


@asynccontextmanager
async def fake_zone(
    random: Random, names: Sequence[str], *, shares: bool, mutant: str = "", rings_at_once: bool = False
) -> AsyncIterator[Zone]:
    async with AsyncExitStack() as open_:
        village = Village()
        phones = [await open_.enter_async_context(Phones(village)) for _ in names]
        yield await open_.enter_async_context(
            Zone(
                FakeFarSide(phones),
                random,
                names,
                shares=shares,
                mutant=mutant,
                rings_at_once=rings_at_once,
            )
        )


async def single(random: Random, *, kills: int, size: int) -> Tally:
    """One machine with everything on it."""
    async with fake_zone(random, ["westerlo"], shares=False) as zone:
        await rage(zone, {**EVERYWHERE, **ITS_OWN, **ON_FAKES, **STEERED}, kills=kills, pause=1.5, size=size)
        await zone.until_closed(CLOSED_WITHIN)
        return await zone.judge()


async def several(random: Random, *, kills: int, size: int) -> Tally:
    """Three machines on one database; at the end one of them dies for good."""
    async with fake_zone(random, ["westerlo", "tongerlo", "zoerle"], shares=True) as zone:
        await rage(zone, {**EVERYWHERE, **SHARED, **ON_FAKES, **STEERED}, kills=kills, pause=0.8, size=size)
        gone = zone.nodes["zoerle"]
        with zone.without(gone):
            zone.dies(gone.node)
            zone.tally.kills += gone.kill_all(serve=True)
            await zone.until_closed(CLOSED_WITHIN)
            return await zone.judge()
