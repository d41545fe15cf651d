"""Calls everybody of a drawn neighbourhood once, by the whole system, and gathers what was reported."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import cpu
from bench.load import Load, watched
from bench.message import text_lasting
from bench.server import NETWORK, NETWORK_NAME, line_and_pbx, serving, until_closed
from bench.somebody import BENCH
from bench.voicemail.calls import NOT_CALLED, ReportedAttempt
from bench.voicemail.stage import Stage
from broadcast.draft import Draft
from broadcast.results.results import RecipientResults, results_of
from buurtbel.assembly import Assembly, assemble
from buurtbel.demo.judge import passes_sent
from buurtbel.settings.settings import Settings
from prompts.audio import Audio
from simulation.kinds import Neighbour

PASS_SECONDS = 20.0
LONGEST_CALL = 120.0
"""Seconds: 60 and three passes."""
SPARE = 60.0


@dataclass(frozen=True, slots=True)
class Evening:
    """What one run brought."""

    sent: Audio
    """The whole pass, as it was sent."""
    reported: dict[str, ReportedAttempt]
    """By number."""
    load: Load


async def call_everybody(settings: Settings, drawn: Sequence[Neighbour], there: Stage) -> Evening:
    """Start the server, send one urgent alert, and stay until the last call has ended.

    Raises TimeoutError when calls go on for longer than any call may.
    """
    numbers = [one.number for one in drawn]
    async with serving(settings, {NETWORK: numbers}) as serve, assemble(settings) as assembly:
        text = await text_lasting(
            PASS_SECONDS, assembly.voice, zone=settings.speech.zone, network=NETWORK_NAME
        )
        async with watched(_programs(settings.data_dir, serve, there)) as load:
            sent = await assembly.desk.send(BENCH, Draft([NETWORK], {"nl": text}, urgent=True))
            rounds = 1 + len(drawn) / settings.trunk.channels
            async with asyncio.timeout(rounds * LONGEST_CALL + SPARE):
                await until_closed(assembly, sent.broadcast)
        recipients, spoken = await _results(assembly, sent.broadcast)
    return Evening(spoken, {recipient.numbers[0]: _of(recipient) for recipient in recipients}, load)


def _programs(folder: Path, serve: int, there: Stage) -> dict[str, Callable[[], float]]:
    line, pbx = line_and_pbx(folder)
    return {
        "serve": partial(cpu.of_process, serve),
        "line": partial(cpu.of_process, line),
        "asterisk": partial(cpu.of_process, pbx),
        "postgres": partial(cpu.of_postgres, folder / "postgres"),
        "neighbourhood": partial(cpu.of_process, there.asterisk),
        "neighbours": partial(cpu.of_process, there.neighbours),
    }


async def _results(assembly: Assembly, broadcast: int) -> tuple[list[RecipientResults], Audio]:
    async with assembly.engine.connect() as connection:
        passes = await passes_sent(connection, broadcast)
        return await results_of(connection, broadcast), next(iter(passes.values()))


def _of(recipient: RecipientResults) -> ReportedAttempt:
    """The call that was answered, or the last one; a full trunk and a lost call are tried again."""
    calls = sorted(recipient.calls, key=lambda call: call.answered_at is not None)
    if not calls:
        return NOT_CALLED
    last = calls[-1]
    return ReportedAttempt(last.outcome, last.answered_at, last.ended_at, last.evidence)
