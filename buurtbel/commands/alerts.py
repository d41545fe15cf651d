"""`buurtbel send`, `watch` and `report`: an alert from the text to what each person heard."""

import csv
import getpass
import sys
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from broadcast.desk import Draft, Sent
from broadcast.errors import BadAlert
from broadcast.report import Line, Progress, report
from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.follow import follow
from buurtbel.settings import Settings
from buurtbel.switchboard import switchboard


def send(
    network: Annotated[list[str], typer.Option(help="Short name of a network; may be given more than once.")],
    text: Annotated[list[str], typer.Option(help="What people hear, as nl=... ; one for each language.")],
    urgent: Annotated[bool, typer.Option("--urgent", help="Now, day or night.")] = False,
    by: Annotated[str, typer.Option(help="Who sends it.")] = "",
    as_json: Json = False,
) -> None:
    """Ring every member of these networks and speak this message."""

    async def work() -> Sent:
        draft = Draft(network, read_texts(text), urgent, by or getpass.getuser())
        async with switchboard(settings()) as board:
            return await board.desk.send(draft)

    sent = run(work())
    answer(sent, as_json=as_json, text=lambda: _sent_text(sent))


def watch(broadcast: int, as_json: Json = False) -> None:
    """Follow a broadcast until everybody has a final result."""

    async def work() -> Progress:
        async with switchboard(settings()) as board:
            return await follow(board, broadcast, show=not as_json)

    last = run(work())
    if as_json:
        answer(last, as_json=True, text=str)


def show_report(
    broadcast: int,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer with comma-separated values.")] = False,
) -> None:
    """Say what happened to each person."""

    async def work(chosen: Settings) -> list[Line]:
        async with switchboard(chosen) as board, board.engine.connect() as connection:
            return await report(connection, broadcast)

    lines = run(work(settings()))
    if as_csv:
        _write_csv(lines)
    else:
        answer(
            {"broadcast": broadcast, "recipients": lines}, as_json=as_json, text=lambda: report_table(lines)
        )


def read_texts(arguments: Iterable[str]) -> dict[str, str]:
    """`nl=...` arguments as texts by language. Raises BadAlert."""
    texts: dict[str, str] = {}
    for argument in arguments:
        language, equals, text = argument.partition("=")
        if not equals:
            raise BadAlert("Write each text with its language in front of it, for example --text 'nl=...'.")
        if language in texts:
            raise BadAlert(f"There are two texts in {language[:20]!r}; give one for each language.")
        texts[language.strip()] = text
    return texts


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
                line.result if line.state == "final" else f"{line.result} (to go)",
                ", ".join(f"{call.number} {call.outcome or 'being called'}" for call in line.calls),
            )
            for line in lines
        ],
    )


def _write_csv(lines: Iterable[Line]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(
        [
            "name",
            "language",
            "state",
            "result",
            "number",
            "outcome",
            "dialled_at",
            "answered_at",
            "ended_at",
            "cause",
        ]
    )
    for line in lines:
        person = [line.name, line.language, line.state, line.result]
        for call in line.calls:
            times = [t.isoformat() if t else "" for t in (call.dialled_at, call.answered_at, call.ended_at)]
            writer.writerow([*person, call.number, call.outcome or "", *times, call.cause or ""])
        if not line.calls:
            writer.writerow([*person, "", "", "", "", "", ""])


def _sent_text(sent: Sent) -> str:
    seconds = ", ".join(f"{language} {length:.1f} s" for language, length in sent.passes.items())
    told = [
        f"Broadcast {sent.broadcast}: ringing {sent.recipients - sent.without_number} people ({seconds})."
    ]
    if sent.without_number:
        told.append(f"{sent.without_number} members have no number that can be called.")
    if sent.other_language:
        told.append(f"{sent.other_language} members hear the text in another language than their own.")
    return "\n".join([*told, f"Follow it with: buurtbel watch {sent.broadcast}"])
