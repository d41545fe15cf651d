"""`make bench-voicemail`: one alert to drawn people and answering machines, judged by what they recorded."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.children import ChildDied
from bench.message import NoSuchLength
from bench.say import say
from bench.server import MembersRefused
from bench.voicemail.calls import NOT_CALLED, Called
from bench.voicemail.figures import (
    all_reached,
    echo_line,
    first_packet_line,
    last_line,
    outcomes_line,
    targets_line,
)
from bench.voicemail.measures import CallFiles, listen_to_all
from bench.voicemail.run import Evening, call_everybody
from bench.voicemail.stage import recordings_of, stage
from bench.voicemail.tables import by_greeting, by_kind, silences, wrong
from broadcast.errors import BroadcastError
from buurtbel.assembly import asterisk_root
from buurtbel.errors import BuurtbelError
from buurtbel.settings.reading import read_settings
from embedded.errors import EmbeddedError
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from prompts.errors import SpeechError
from simulation.errors import NeighboursError
from simulation.kinds import Neighbour
from simulation.people.draw import draw

FOLDER = Path("/var/tmp/buurtbel-bench-voicemail")
"""Emptied first. Not below a home folder: PostgreSQL and Asterisk run under accounts of their own."""
SEED, COUNT = 20_261_124, 240
CHANNELS = 60
"""Calls at once: as many as two cores carry with all their far ends and time to spare."""
HINDRANCES = (
    ChildDied,
    MembersRefused,
    NoSuchLength,
    EmbeddedError,
    NeighboursError,
    BuurtbelError,
    BroadcastError,
    SpeechError,
    OSError,
)


async def main(seed: int, count: int) -> int:
    """0 when every target was met."""
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    drawn = draw(seed, count)
    sip_port = free_ports(3)
    os.environ.update(settings_for(sip_port))
    chosen = read_settings()
    root = await asterisk_root(chosen)
    async with stage(root, FOLDER, drawn, seed=seed, sip_port=sip_port, calls=CHANNELS) as there:
        say(f"seed={seed} calls={count}: the neighbourhood stood after {time.monotonic() - began:.0f} s")
        calling = time.monotonic()
        evening = await call_everybody(chosen, drawn, there)
        say(f"called for {time.monotonic() - calling:.0f} s")
    listening = time.monotonic()
    calls = await gather(drawn, evening)
    say(f"listened for {time.monotonic() - listening:.0f} s")
    (FOLDER / "calls.json").write_text(as_json(seed, evening, calls))
    show(evening, calls)
    return 0 if all_reached(calls) else 1


def settings_for(sip_port: int) -> dict[str, str]:
    """Where the benchmark differs from the product: one try, lines enough, ports of its own."""
    return {
        "BUURTBEL_DATA_DIR": str(FOLDER / "data"),
        "BUURTBEL_TRUNK_URI": f"sip:{LOOPBACK}:{sip_port}",
        "BUURTBEL_TRUNK_SIMULATED": "true",
        "BUURTBEL_TRUNK_CHANNELS": str(CHANNELS),
        "BUURTBEL_RETRY_TRIES_PER_NUMBER": "1",
        "BUURTBEL_PBX_SIP_BIND": f"{LOOPBACK}:{free_ports(1)}",
        "BUURTBEL_PBX_ARI_BIND": f"{LOOPBACK}:{free_ports(1)}",
        "BUURTBEL_PBX_RTP_PORTS": str(free_audio_ports(2 * CHANNELS)),
    }


async def gather(drawn: Sequence[Neighbour], evening: Evening) -> list[Called]:
    """What was reported of each neighbour, beside what their phone recorded."""
    places: list[CallFiles] = [recordings_of(FOLDER, one) for one in drawn]
    measured = await listen_to_all(evening.sent, places)
    return [
        Called(one, evening.reported.get(one.number, NOT_CALLED), measures, evening.sent.seconds)
        for one, measures in zip(drawn, measured, strict=True)
    ]


def as_json(seed: int, evening: Evening, calls: Sequence[Called]) -> str:
    told = {
        "seed": seed,
        "pass_seconds": evening.sent.seconds,
        "load": asdict(evening.load),
        "calls": [call.as_json() for call in calls],
    }
    return json.dumps(told, indent=1)


def show(evening: Evening, calls: Sequence[Called]) -> None:
    say(evening.load.describe())
    slowest = max(call.measures.listening for call in calls)
    say(f"pass: {evening.sent.seconds:.2f} s; comparing one recording took at most {slowest:.1f} s")
    say(by_kind(calls))
    say(by_greeting(calls))
    say(wrong(calls))
    say(silences(calls))
    say(echo_line(calls))
    say(outcomes_line(calls))
    say(first_packet_line(calls))
    say(targets_line(calls))
    say(last_line(calls))


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="make bench-voicemail")
    asked.add_argument("--seed", type=int, default=SEED, help="draws another set of people and boxes")
    asked.add_argument("--count", type=int, default=COUNT, help="how many of them; the figures want 240")
    given = asked.parse_args()
    try:
        sys.exit(asyncio.run(main(given.seed, given.count)))
    except TimeoutError:
        sys.exit(f"Something took too long: look into the logs in {FOLDER}.")
    except HINDRANCES as hindrance:
        sys.exit(str(hindrance))
    except ExceptionGroup as several:
        hindered, faults = several.split(HINDRANCES)
        if faults or not hindered:
            raise
        sys.exit(str(hindered.exceptions[0]))
