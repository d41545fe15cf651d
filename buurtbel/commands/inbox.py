"""`buurtbel report-inbox`: what members reported by phone, heard, claimed and judged."""

import getpass
import io
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import soundfile
import typer
from rich.markup import escape
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast import inbox
from broadcast.alert_from_report import content_of
from broadcast.draft import Draft, Recording
from broadcast.errors import NobodyToCall
from broadcast.states import Worth
from buurtbel.commands.alerts import Texts, Urgent, read_texts, send_draft
from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.database import database
from buurtbel.switchboard import Switchboard
from prompts.audio import decode

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Number = Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="Number of the report.")]
By = Annotated[str, typer.Option(help="Which officer does it.")]
OWN_VOICE = "Everybody hears the reporter's own voice; with --text the reporter stays unknown to them."


@app.command("list")
def list_reports(
    everything: Annotated[bool, typer.Option("--all", help="Also those that were judged.")] = False,
    as_json: Json = False,
) -> None:
    """List the reports that are still to be judged, oldest first."""
    found = _in_one_transaction(lambda connection: inbox.reports(connection, judged=everything))
    answer(
        found,
        as_json=as_json,
        text=lambda: table(
            "report",
            "at",
            "by",
            "network",
            "alert",
            "seconds",
            "state",
            "led to",
            rows=[
                (
                    str(one.id),
                    f"{one.at.astimezone():%d/%m %H:%M}",
                    escape(one.member or one.number or "number withheld"),
                    one.network or "",
                    str(one.broadcast or ""),
                    f"{one.seconds:.0f}",
                    f"{one.worth or one.state}{f' ({escape(one.claimed_by)})' if one.claimed_by else ''}",
                    str(one.led_to or ""),
                )
                for one in found
            ],
        ),
    )


@app.command("play")
def play(
    report: Number,
    to: Annotated[str, typer.Option(help="File to write; - for the standard output.")] = "",
) -> None:
    """Write what was said as a WAV file, to be played by whatever plays sound here."""
    flac = _in_one_transaction(lambda connection: inbox.sound_of(connection, report))
    said = decode(flac)
    wav = io.BytesIO()
    soundfile.write(wav, said.samples, said.rate, format="WAV", subtype="PCM_16")
    if to == "-":
        sys.stdout.buffer.write(wav.getvalue())
        return
    file = Path(to or f"report-{report}.wav")
    file.write_bytes(wav.getvalue())
    answer({"file": str(file), "seconds": said.seconds}, as_json=False, text=lambda: str(file))


@app.command("claim")
def claim(report: Number, by: By = "", as_json: Json = False) -> None:
    """Take up a report, so that nobody else does."""
    name = by or getpass.getuser()
    _in_one_transaction(lambda connection: inbox.claim(connection, report, name))
    answer({"report": report, "claimed_by": name}, as_json=as_json, text=lambda: f"Report {report} is yours.")


@app.command("judge")
def judge(report: Number, worth: Worth, by: By = "", as_json: Json = False) -> None:
    """Say what a report is worth: useful, known, or nothing."""
    name = by or getpass.getuser()
    _in_one_transaction(lambda connection: inbox.judge(connection, report, worth, name))
    answer(
        {"report": report, "worth": worth, "judged_by": name},
        as_json=as_json,
        text=lambda: f"Report {report}: {worth}.",
    )


@app.command("alert")
def alert(
    *,
    report: Number,
    text: Texts = None,
    network: Annotated[
        list[str] | None,
        typer.Option(help="Who is called, instead of the networks of the alert that the report answers."),
    ] = None,
    urgent: Urgent = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Make an alert of a report: what was said in it, or a text; that judges it useful."""

    async def draft(board: Switchboard) -> Draft:
        texts = read_texts(text or ())
        async with board.engine.connect() as connection:
            content = await content_of(connection, report)
        networks = network or content.networks
        if not networks:
            raise NobodyToCall("The reporter is in no network; name those to call with --network.")
        recording = None if texts else Recording(content.audio, content.language)
        return Draft(networks, texts, urgent, by or getpass.getuser(), recording, report)

    send_draft(draft, as_json=as_json, warnings=() if text else [OWN_VOICE])


def _in_one_transaction(work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    async def whole() -> T:
        async with database(settings()) as engine, engine.begin() as connection:
            return await work(connection)

    return run(whole())
