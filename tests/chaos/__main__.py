"""`make chaos`: kills everything, again and again, and lets the phones tell what they got."""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Coroutine
from random import Random
from typing import Any

from bench.say import say
from tests.chaos import fake
from tests.chaos.mutants import BREAKS, MUTANTS
from tests.chaos.real import real
from tests.chaos.tally import Tally
from tests.chaos.trial import control, trial

SHOWN = 12
"""Problems of one run that are told in words."""
ONE, TWO = ["westerlo"], ["westerlo", "tongerlo"]


async def main() -> int:
    asked = _asked()
    tally = Tally()
    for name, run in {
        "one node, fake PBX": fake.single(Random(f"{asked.seed} single"), kills=asked.single, size=200),
        "three nodes, fake PBXs": fake.several(
            Random(f"{asked.seed} several"), kills=asked.several, size=400
        ),
        "one node, real Asterisk": real(Random(f"{asked.seed} real"), ONE, kills=asked.real_single, size=60),
        "two nodes, real Asterisks": real(
            Random(f"{asked.seed} real several"), TWO, kills=asked.real_several, size=100
        ),
        "two nodes, as its mutants get it": control(Random(f"{asked.seed} control")),
    }.items():
        tally.add(await _timed(name, run))
    caught = 0
    for mutant in MUTANTS:
        began = time.monotonic()
        found, is_caught = await trial(Random(f"{asked.seed} {mutant}"), mutant)
        caught += is_caught
        _say_of_mutant(mutant, began, found, is_caught=is_caught)
    say(f"chaos: {tally} mutants_caught={caught}/{len(MUTANTS)}")
    return 0 if tally.holds and caught == len(MUTANTS) else 1


async def _timed(name: str, run: Coroutine[Any, Any, Tally]) -> Tally:
    began = time.monotonic()
    tally = await run
    _tell(name, began, tally)
    return tally


def _say_of_mutant(mutant: str, began: float, found: Tally, *, is_caught: bool) -> None:
    """That a mutant breaks its bound is as it should be: only how often it did is told."""
    if is_caught:
        bound = BREAKS[mutant]
        say(f"mutant {mutant} caught, {_since(began)}: it breaks {bound}, {getattr(found, bound)} times")
    else:
        _tell(f"mutant {mutant} NOT CAUGHT", began, found)


def _tell(name: str, began: float, tally: Tally) -> None:
    say(f"{name}, {_since(began)}: {tally} rewritten={tally.rewritten}")
    say("  " + ", ".join(f"{fault} {times}" for fault, times in sorted(tally.faults.items())))
    for ends, times in Counter(tally.again).most_common():
        say(f"  heard it twice, {times} times: {ends}")
    for problem in tally.problems[:SHOWN]:
        say(f"  {problem}")
    if len(tally.problems) > SHOWN:
        say(f"  and {len(tally.problems) - SHOWN} more like these")


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--single", type=int, default=28, help="kills on one node")
    parser.add_argument("--several", type=int, default=90, help="kills on three nodes")
    parser.add_argument("--real-single", type=int, default=10, help="kills on one node with a real Asterisk")
    parser.add_argument("--real-several", type=int, default=20, help="kills on two nodes with real Asterisks")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
