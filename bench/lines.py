"""`make lines`: scripted conversations over real calls to our number, each judged by ear and by database."""

import asyncio
import os
import shutil
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from bench import conversations, conversations_desk, conversations_members
from bench.children import ChildDied
from bench.conversations import UNKNOWN, Conversation
from bench.conversations_duty import the_officer_on_duty_makes_an_alert_of_a_report
from bench.conversations_officer import OFFICERS
from bench.crowd import sixty_call_within_a_minute
from bench.lines_stage import LineStage, phones_of, set_lines_stage
from bench.ports import LOOPBACK, free_audio_ports, free_tcp_port, free_udp_port
from bench.server import serving
from buurtbel.embedded.errors import EmbeddedError
from buurtbel.errors import SwitchboardError
from buurtbel.settings import Settings
from buurtbel.switchboard import switchboard
from ivr.ari.errors import AriError
from prompts.catalogue import LANGUAGES

FOLDER = Path("/var/tmp/buurtbel-lines")
"""Emptied first. Not below a home folder: PostgreSQL and Asterisk run under accounts of their own."""
AT_ONCE = 5
"""Conversations at the same time: who listens to them is on this machine too."""
CONVERSATIONS = {
    **conversations.CONVERSATIONS,
    **conversations_members.CONVERSATIONS,
    **conversations_desk.CONVERSATIONS,
    **OFFICERS,
}
ALONE = {
    "the officer on duty makes an alert of a report": the_officer_on_duty_makes_an_alert_of_a_report,
    "sixty call within a minute": sixty_call_within_a_minute,
}
"""When all the others are over: the whole machine is needed."""


async def main(only: str = "") -> int:
    began = time.monotonic()
    chosen = {name: play for name, play in CONVERSATIONS.items() if only in name}
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    os.environ.update(settings_for())
    settings = Settings()
    numbers = {name: f"+99917{700_000 + at}" for at, name in enumerate(chosen)}
    people = {name: (number, _language(name)) for name, number in numbers.items() if name != UNKNOWN}
    async with (
        phones_of(settings, FOLDER / "neighbourhood") as phones,
        serving(settings, ["+99917799999"]),
        switchboard(settings) as board,
    ):
        stage = await set_lines_stage(board, phones, people)
        room = asyncio.Semaphore(AT_ONCE)
        as_scripted = await asyncio.gather(
            *(_play(stage, room, name, play, numbers[name]) for name, play in chosen.items())
        )
        as_scripted += [
            await _play(stage, room, name, play, "") for name, play in ALONE.items() if only in name
        ]
    sys.stdout.write(f"It took {time.monotonic() - began:.0f} s; everything lies in {FOLDER}.\n")
    sys.stdout.write(f"lines: conversations={len(as_scripted)} as_scripted={sum(as_scripted)}\n")
    return 0 if all(as_scripted) else 1


async def _play(
    stage: LineStage, room: asyncio.Semaphore, name: str, play: Conversation, number: str
) -> bool:
    async with room:
        try:
            await play(stage, number)
        except (AssertionError, TimeoutError, AriError, ChildDied) as fault:
            at = next(one for one in reversed(traceback.extract_tb(fault.__traceback__)) if "bench" in one[0])
            sys.stdout.write(f"NOT as scripted: {name} (at: {at.line}) {fault}\n")
            return False
    sys.stdout.write(f"as scripted: {name}\n")
    return True


def settings_for() -> dict[str, str]:
    """The product's settings, on free ports, with phones that do not ring for long."""
    audio = free_audio_ports(120)
    return {
        "BUURTBEL_DATA_DIR": str(FOLDER),
        "BUURTBEL_PBX_SIP_BIND": f"{LOOPBACK}:{free_udp_port()}",
        "BUURTBEL_PBX_ARI_BIND": f"{LOOPBACK}:{free_tcp_port()}",
        "BUURTBEL_PBX_RTP_PORTS": f"{audio.first}-{audio.last}",
        "BUURTBEL_TRUNK_URI": f"sip:{LOOPBACK}:{free_udp_port()}",
        "BUURTBEL_TRUNK_SIMULATED": "true",
        "BUURTBEL_ALERT_RING": "4",
        "BUURTBEL_DUTY_AFTER": "3",
        "BUURTBEL_LEAVING_AFTER": "3",
    }


def _language(conversation: str) -> str:
    return next((one for one in LANGUAGES if conversation.endswith(f" in {one}")), "nl")


def run(arguments: Sequence[str]) -> int:
    if len(arguments) > 1:
        sys.stderr.write("`python -m bench.lines` takes a part of the names of conversations, or nothing.\n")
        return 2
    try:
        return asyncio.run(main(*arguments))
    except (ChildDied, EmbeddedError, SwitchboardError, OSError) as hindrance:
        sys.stderr.write(f"{hindrance}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
