"""`buurtbel list`, `watch`, `results` and `trace`: which broadcasts there were, and what people heard."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from broadcast.engine.nodes import trunk_fault
from broadcast.listing import Listed, broadcasts
from broadcast.results.results import newest_broadcast, progress, results_of
from broadcast.results.thread import got_of_others, thread_of
from broadcast.results.trace import attempt_traced, call_traced
from broadcast.states import BroadcastState
from broadcast.watching.pictures import AWAY
from broadcast.watching.watched import Watched
from buurtbel.commands.common import Json, answer, run, settings
from buurtbel.database.address import database
from buurtbel.serve.call_logs import call_logs
from buurtbel.settings.settings import Settings
from buurtbel.status.follow import follow, follow_as_json
from buurtbel.status.progress import steered_says
from buurtbel.status.trace import Trace, merged
from buurtbel.terminal.names import this_account
from buurtbel.terminal.results import BroadcastResults, calls_table, listing, results_table, write_csv
from buurtbel.terminal.sentences import UNTIL_MENDED, Failed, complain
from buurtbel.terminal.trace import trace_table

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

LOOK_AGAIN_AFTER = 5.0
"""Seconds between two looks at what hinders the calls of a broadcast that is watched."""
Number = Annotated[
    int | None,
    typer.Argument(min=1, max=2**31 - 1, help="Number that `send` gave it; the newest if not given."),
]


def list_broadcasts(
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many to list.")] = 20,
    as_json: Json = False,
) -> None:
    """List the broadcasts, newest first, with how many people got what."""
    chosen = settings()

    async def work() -> tuple[list[Listed], str | None]:
        async with database(chosen) as engine, engine.connect() as connection:
            return await broadcasts(connection, newest=last), await trunk_fault(connection)

    found, fault = run(work())
    if fault:
        complain(f"Calls wait: {fault}")
    answer(found, as_json=as_json, text=lambda: listing(found, chosen.clock))


def watch(
    broadcast: Number = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document a line, one for each change.")
    ] = False,
) -> None:
    """Follow a broadcast until everybody has a final result."""
    actor, chosen = this_account(), settings()

    async def work() -> None:
        async with database(chosen) as engine:
            number = broadcast
            if number is None:
                async with engine.connect() as connection:
                    number = await newest_broadcast(connection)
            telling = asyncio.create_task(_tell_what_hinders(chosen, engine, number))
            try:
                watched = Watched(engine)
                if as_json:
                    await follow_as_json(watched, actor, number)
                else:
                    await follow(watched, actor, number, chosen.clock)
            finally:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    run(work())


async def _tell_what_hinders(chosen: Settings, engine: "AsyncEngine", broadcast: int) -> None:
    """Say on standard error why nobody is rung, at once and when that changes: the alert waits for ever.

    A fault of the trunk stands in what is followed.
    """
    from buurtbel.status.doctor import hindrance  # noqa: PLC0415 - looking up is quicker without it

    async with engine.connect() as connection:
        if (await progress(connection, broadcast)).state is BroadcastState.CLOSED:
            return
    told = None
    while True:
        try:
            async with engine.connect() as connection:
                fault = await trunk_fault(connection)
            hindered_by = await hindrance(chosen, engine)
        except AWAY:
            fault, hindered_by = None, None
            complain("The database does not answer; what is shown is of before, until it does.")
        if hindered_by not in (None, told, fault):
            complain(UNTIL_MENDED.format(hindered_by))
        told = hindered_by
        await asyncio.sleep(LOOK_AGAIN_AFTER)


def show_results(
    broadcast: Number = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer with comma-separated values.")] = False,
    by_call: Annotated[
        bool,
        typer.Option(
            "--calls", help="Show what was heard on each call, second by second; `trace` tells more of one."
        ),
    ] = False,
) -> None:
    """Say what happened to each person."""
    chosen = settings()
    found = run(_results(chosen, broadcast))
    if found.trunk_fault:
        complain(f"Calls wait: {found.trunk_fault}")
    if found.unwritten:
        complain(f"{found.unwritten} people are still being written and are not shown yet; ask again soon.")
    if held_back := steered_says(found.steered, found.expires_at, now=found.now, clock=chosen.clock):
        complain(f"Broadcast {found.broadcast}: {held_back}.")
    if found.code_withdrawn_at:
        complain("The code of this alert was withdrawn: the line does not know it any more.")
    if found.replaced_by is not None:
        complain(f"Broadcast {found.replaced_by} is said in place of this one.")
    if as_csv:
        write_csv(found, chosen.clock)
        return
    shown: Callable[[BroadcastResults, ZoneInfo], str] = calls_table if by_call else results_table
    answer(
        {
            "broadcast": found.broadcast,
            "trunk_fault": found.trunk_fault,
            "unwritten": found.unwritten,
            "code_withdrawn_at": found.code_withdrawn_at,
            "steered": found.steered,
            "expires_at": found.expires_at,
            "others": found.others,
            "recipients": [
                msgspec.to_builtins(one) | {"others": found.got.get(one.recipient, {})}
                for one in found.recipients
            ],
        },
        as_json=as_json,
        text=lambda: shown(found, chosen.clock),
    )


async def _results(chosen: Settings, broadcast: int | None) -> BroadcastResults:
    async with database(chosen) as engine, engine.connect() as connection:
        number = await newest_broadcast(connection) if broadcast is None else broadcast
        seen = await progress(connection, number)
        recipients = await results_of(connection, number)
        others = [one for one in await thread_of(connection, number) if one.broadcast != number]
        got = await got_of_others(connection, number, [one.broadcast for one in others])
    return BroadcastResults(
        number,
        recipients,
        seen.unwritten,
        seen.trunk_fault,
        seen.code_withdrawn_at,
        steered=seen.steered,
        expires_at=seen.expires_at,
        now=seen.now,
        replaced_by=seen.replaced_by,
        others=others,
        got=got,
    )


def trace(
    attempt: Annotated[
        str | None,
        typer.Argument(help="Id of an attempt, or how it begins; `results --calls` shows them."),
    ] = None,
    call: Annotated[
        str | None,
        typer.Option(
            metavar="CHANNEL",
            help="Channel of any other call, as line.log has it: to an officer, a test call, a call to us.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell one call's life in order, from this machine's log and the database, each line with its source."""
    if (attempt is None) == (call is None):
        complain("Give an attempt, or --call with a channel; `buurtbel trace --help` tells what it takes.")
        raise Failed
    chosen = settings()

    async def work() -> Trace:
        async with database(chosen) as engine, engine.connect() as connection:
            if attempt is not None:
                found = await attempt_traced(connection, attempt)
            else:
                assert call is not None
                found = await call_traced(connection, call.strip())
        return merged(found, call_logs(chosen.data_dir), chosen.node)

    found = run(work())
    for lack in found.lacks:
        complain(lack)
    answer(_document(found), as_json=as_json, text=lambda: trace_table(found, chosen.clock))


def _document(found: Trace) -> dict[str, object]:
    call = found.call
    return {
        "call": call.id,
        "kind": call.kind,
        "broadcast": call.broadcast,
        "number": call.number,
        "names": call.names,
        "node": call.node,
        "began_at": call.began_at,
        "events": found.events,
        "lacks": found.lacks,
    }
