"""`make lines`: scripted conversations over real calls to our number, each judged by ear and by database."""

import asyncio
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.children import ChildDied
from buurtbel.errors import BuurtbelError
from embedded.errors import EmbeddedError
from tests.acceptance.conversations import callers as conversations
from tests.acceptance.conversations import desk as conversations_desk
from tests.acceptance.conversations import leaving as conversations_leaving
from tests.acceptance.conversations import members as conversations_members
from tests.acceptance.conversations import officer as conversations_officer
from tests.acceptance.conversations import officer_cut as conversations_officer_cut
from tests.acceptance.conversations import officer_keys as conversations_officer_keys
from tests.acceptance.conversations import rung as conversations_rung
from tests.acceptance.conversations.callers import Conversation
from tests.acceptance.conversations.duty import the_officer_on_duty_claims_a_report
from tests.acceptance.crowd import sixty_call_within_a_minute
from tests.acceptance.house import House, opened
from tests.acceptance.stage import LineStage

HERE = Path(__file__).parent
PLACE = "/var/tmp"
"""Not below a home folder: PostgreSQL and Asterisk run under accounts of their own."""
AT_ONCE = 16
"""Conversations with one house at the same time: they mostly wait, but who listens is on this machine too."""
HOUSES = (
    House(
        "usual",
        {
            **conversations_desk.CONVERSATIONS,
            **conversations_officer.CONVERSATIONS,
            **conversations_officer_keys.CONVERSATIONS,
            **conversations_officer_cut.CONVERSATIONS,
            **conversations_leaving.CONVERSATIONS,
            **conversations_members.CONVERSATIONS,
            **conversations.CONVERSATIONS,
        },
        alone={"sixty call within a minute": sixty_call_within_a_minute},
        values={"leaving": {"after": "3"}},
    ),
    House(
        "rings-officers",
        conversations_rung.CONVERSATIONS,
        alone={"the officer on duty claims a report": the_officer_on_duty_claims_a_report},
        values={"duty": {"after": "3"}, "officers": {"call_back": "true"}},
    ),
)
"""The longest conversations stand first, so that none is waited for at the end."""


async def main(part: str) -> int:
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="buurtbel-lines-", dir=PLACE))
    folder.chmod(0o755)
    as_scripted = await _play_all(folder, part)
    sys.stdout.write(f"It took {time.monotonic() - began:.0f} s.\n")
    if all(as_scripted):
        shutil.rmtree(folder)
    else:
        sys.stdout.write(f"What was heard and logged lies in {folder}.\n")
    sys.stdout.write(f"lines: conversations={len(as_scripted)} as_scripted={sum(as_scripted)}\n")
    return 0 if all(as_scripted) else 1


async def _play_all(folder: Path, part: str) -> list[bool]:
    """While a house is being opened, conversations are held with the one before."""
    playing: list[asyncio.Task[bool]] = []
    alone: list[Coroutine[Any, Any, bool]] = []
    async with AsyncExitStack() as stages:
        try:
            for house in [chosen for house in HOUSES if (chosen := house.only(part)).is_played]:
                stage = await stages.enter_async_context(opened(house, folder / house.name))
                room = asyncio.Semaphore(AT_ONCE)
                playing += [
                    asyncio.create_task(_play(stage, room, name, play, house.numbers[name]))
                    for name, play in house.conversations.items()
                ]
                alone += [
                    _play(stage, room, name, play, house.numbers[name]) for name, play in house.alone.items()
                ]
            return [*await asyncio.gather(*playing), *[await one for one in alone]]
        finally:
            # A call can only be ended while its house is open.
            for one in playing:
                one.cancel()
            await asyncio.gather(*playing, return_exceptions=True)


async def _play(
    stage: LineStage, room: asyncio.Semaphore, name: str, play: Conversation, number: str
) -> bool:
    async with room:
        began = time.monotonic()
        try:
            await play(await stage.for_caller(number), number)
        except Exception as fault:  # noqa: BLE001 - one conversation must not cost the others their verdict
            sys.stdout.write(
                f"NOT as scripted: {name} (at: {_line_of(fault)}) {type(fault).__name__} {fault}\n"
            )
            return False
    sys.stdout.write(f"as scripted: {name} ({time.monotonic() - began:.0f} s)\n")
    return True


def _line_of(fault: Exception) -> str | None:
    """The innermost line of the conversation, or, where none is to blame, of all that was called."""
    lines = traceback.extract_tb(fault.__traceback__)
    ours = [one for one in lines if Path(one.filename).is_relative_to(HERE)]
    return (ours or lines)[-1].line


def run(arguments: Sequence[str]) -> int:
    if len(arguments) > 1:
        sys.stderr.write(
            "`python -m tests.acceptance` takes a part of the names of conversations, or nothing.\n"
        )
        return 2
    part = arguments[0] if arguments else ""
    if not any(house.only(part).is_played for house in HOUSES):
        sys.stderr.write(
            f"No conversation has {part!r} in its name; tests/acceptance/conversations/ lists them.\n"
        )
        return 2
    try:
        return asyncio.run(main(part))
    except (ChildDied, EmbeddedError, BuurtbelError, OSError) as hindrance:
        sys.stderr.write(f"{hindrance}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
