"""`buurtbel watch` and `report`: what becomes of a broadcast, and what each person heard."""

import csv
import sys
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from broadcast.report import Line, Progress, evidence_of, report
from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.database import database
from buurtbel.follow import follow
from buurtbel.settings import Settings

Number = Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="Number that `send` gave it.")]


def watch(broadcast: Number, as_json: Json = False) -> None:
    """Follow a broadcast until everybody has a final result."""

    async def work() -> Progress:
        async with database(settings()) as engine:
            return await follow(engine, broadcast, show=not as_json)

    last = run(work())
    if as_json:
        answer(last, as_json=True, text=str)


def show_report(
    broadcast: Number,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer with comma-separated values.")] = False,
    by_call: Annotated[
        bool, typer.Option("--calls", help="What was heard on each call, second by second.")
    ] = False,
) -> None:
    """Say what happened to each person."""

    async def work(chosen: Settings) -> list[Line]:
        async with database(chosen) as engine, engine.connect() as connection:
            return await report(connection, broadcast)

    lines = run(work(settings()))
    if as_csv:
        _write_csv(lines)
    else:
        answer(
            {"broadcast": broadcast, "recipients": lines},
            as_json=as_json,
            text=lambda: calls_table(lines) if by_call else report_table(lines),
        )


def report_table(lines: Iterable[Line]) -> Table:
    return table(
        "name",
        "language",
        "result",
        "calls",
        rows=[
            (
                escape(line.name),
                line.language,
                _standing(line),
                ", ".join(f"{call.number} {call.outcome or 'being called'}" for call in line.calls),
            )
            for line in lines
        ],
    )


def _standing(line: Line) -> str:
    """What they got, and what is still to come."""
    notes = ["to go"] if line.state != "final" else []
    notes += [f"left on {line.left_on}"] if line.left_on else []
    return f"{line.result} ({', '.join(notes)})" if notes else str(line.result.value)


def calls_table(lines: Iterable[Line]) -> Table:
    """Each call with what was proved on it; times in seconds since the answer."""
    return table(
        "name",
        "number",
        "outcome",
        "because",
        "message (* whole)",
        "they spoke",
        "keys",
        rows=[
            (
                escape(line.name),
                call.number,
                call.outcome or "being called",
                ": ".join(filter(None, (told.judgement, told.reason))),
                " ".join(f"{_span(*one[:2])}{'*' * one[2]}" for one in told.passes),
                " ".join(_span(*one) for one in told.talk),
                _moments(told.keys),
            )
            for line in lines
            for call in line.calls
            for told in [evidence_of(call)]
        ],
    )


def _moments(keys: list[float] | int) -> str:
    return str(keys) if isinstance(keys, int) else " ".join(f"{at:.1f}" for at in keys)


def _span(start: float, end: float | None) -> str:
    return f"{start:.1f}-{'' if end is None else f'{end:.1f}'}"


def _write_csv(lines: Iterable[Line]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(
        [
            "name",
            "language",
            "state",
            "result",
            "left_on",
            "number",
            "outcome",
            "dialled_at",
            "answered_at",
            "ended_at",
            "cause",
            "judgement",
            "reason",
        ]
    )
    for line in lines:
        person = [line.name, line.language, line.state, line.result, line.left_on or ""]
        for call in line.calls:
            times = [t.isoformat() if t else "" for t in (call.dialled_at, call.answered_at, call.ended_at)]
            told = evidence_of(call)
            row = [call.number, call.outcome or "", *times, call.cause or "", told.judgement, told.reason]
            writer.writerow([*person, *row])
        if not line.calls:
            writer.writerow([*person, *[""] * 8])
