"""Lets each mutant of the engine into a zone: what breaks a safety rule must break a bound."""

from random import Random

from tests.chaos.fake import fake_zone
from tests.chaos.faults import (
    Fault,
    freeze_the_node,
    kill_the_line,
    kill_the_node,
    rage,
    stop_the_database,
)
from tests.chaos.tally import Tally

CLOSED_WITHIN = 30.0
KILLS, SIZE, ROUNDS = 8, 150, 3
FAULTS: dict[Fault, int] = {kill_the_line: 4, kill_the_node: 2, freeze_the_node: 3, stop_the_database: 1}


async def trial(random: Random, mutant: str) -> Tally:
    """The first run that breaks a bound, of some; the last one when none does."""
    for _ in range(ROUNDS):
        tally = await _run(random, mutant)
        if not tally.holds:
            break
    return tally


async def _run(random: Random, mutant: str) -> Tally:
    """Two machines, one of which dies for good at the end."""
    async with fake_zone(random, ["westerlo", "tongerlo"], shares=True, mutant=mutant) as zone:
        await rage(zone, FAULTS, kills=KILLS, pause=1.0, size=SIZE)
        gone = zone.nodes["tongerlo"]
        with zone.without(gone):
            zone.dies(gone.node)
            zone.tally.kills += gone.kill_all(serve=True)
            await zone.until_closed(CLOSED_WITHIN)
            return await zone.judge()
