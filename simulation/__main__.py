"""Answers for a drawn neighbourhood, as a process of its own that says `ready` and ends on SIGTERM."""

import argparse
import sys
from pathlib import Path

import uvloop

from embedded.network.free_ports import LOOPBACK
from embedded.told_to_end import told_to_end
from simulation.errors import NeighboursError
from simulation.people.draw import draw
from simulation.server import answering
from simulation.sound.studio import CACHE, HUMANS, Studio


def main() -> None:
    wishes = _parser().parse_args()
    try:
        uvloop.run(_answer(wishes))
    except NeighboursError as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, required=True, help="how many neighbours are drawn")
    parser.add_argument("--port", type=int, required=True, help="on 127.0.0.1, for AudioSocket")
    parser.add_argument("--recordings", type=Path, required=True, help="folder for what every phone heard")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder of rendered speech")
    parser.add_argument("--voices", type=Path, default=HUMANS, help="folder of the human recordings")
    return parser


async def _answer(wishes: argparse.Namespace) -> None:
    over = told_to_end()
    neighbours = draw(wishes.seed, wishes.count)
    studio = Studio(wishes.cache, wishes.voices)
    async with answering(
        neighbours, recordings=wishes.recordings, address=(LOOPBACK, wishes.port), studio=studio
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await over.wait()


if __name__ == "__main__":
    main()
