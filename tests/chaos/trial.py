"""Lets each mutant of the engine into a zone: what breaks a rule must break the bound that guards it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from random import Random

from tests.chaos.fake import fake_zone
from tests.chaos.faults import Fault, kill_the_line, kill_the_node, rage
from tests.chaos.mutants import BREAKS
from tests.chaos.steering import STEERED
from tests.chaos.tally import Tally
from tests.chaos.zone import Zone

CLOSED_WITHIN = 75.0
"""Seconds after `LONG_ENOUGH`: the engine as it is must be done with everybody by then."""
KILLS, SIZE, ROUNDS = 8, 100, 3
A_FEW = 5
BREAKS_BY_FREEZING = "rewritten"
BREAKS_BY_STEERING = "wrong_audience"
LONG_ENOUGH = 9.0
"""Seconds after which the others have taken over: a lease and two looks."""


async def freeze_until_taken_over(zone: Zone) -> None:
    """A node in the midst of its calls."""
    node = zone.any_node()
    with suppress(TimeoutError):
        async with asyncio.timeout(LONG_ENOUGH):
            while zone.far_side.live(list(zone.nodes).index(node.node)) < A_FEW:
                await asyncio.sleep(0.2)
    zone.dies(node.node)
    await node.freeze(LONG_ENOUGH, serve=True)


FAULTS: dict[Fault, int] = {kill_the_line: 4, kill_the_node: 2, freeze_until_taken_over: 2}


async def control(random: Random) -> Tally:
    """The engine as it is, through the same as its mutants: nobody may be lost here for want of time."""
    tally = await _run(random, "", BREAKS_BY_FREEZING)
    tally.add(await _run(random, "", "lost"))
    tally.add(await _run(random, "", BREAKS_BY_STEERING))
    return tally


async def trial(random: Random, mutant: str) -> tuple[Tally, bool]:
    """The first run that breaks the mutant's bound, of some; and whether one did."""
    for _ in range(ROUNDS):
        tally = await _run(random, mutant, BREAKS[mutant])
        if getattr(tally, BREAKS[mutant]):
            return tally, True
    return tally, False


async def _run(random: Random, mutant: str, bound: str) -> Tally:
    # Else nobody takes over before a call must be over, and whoever is frozen would have to be so for longer.
    freezes = bound == BREAKS_BY_FREEZING
    names = ["westerlo", "tongerlo"]
    async with fake_zone(random, names, shares=True, mutant=mutant, rings_at_once=freezes) as zone:
        steered = STEERED if bound == BREAKS_BY_STEERING else {}
        await (_freezes(zone) if freezes else _kills(zone, {**FAULTS, **steered}))
        if not mutant or bound in {"lost", BREAKS_BY_STEERING}:
            await zone.until_closed(CLOSED_WITHIN)
        return await zone.judge()


async def _freezes(zone: Zone) -> None:
    """Nodes wake up when others have closed their calls, and record what these came to."""
    await zone.send(SIZE)
    for _ in range(3):
        await freeze_until_taken_over(zone)
        await asyncio.sleep(LONG_ENOUGH)


async def _kills(zone: Zone, faults: Mapping[Fault, int]) -> None:
    """Again and again, and at the end one of the two machines dies for good."""
    await rage(zone, faults, kills=KILLS, pause=3.0, size=SIZE)
    gone = zone.nodes["tongerlo"]
    zone.away.add(gone.node)
    zone.dies(gone.node)
    zone.tally.kills += gone.kill_all(serve=True)
    await asyncio.sleep(LONG_ENOUGH)
