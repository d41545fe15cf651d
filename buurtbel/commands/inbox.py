"""`buurtbel report-inbox`: what members reported by phone, heard, claimed and judged."""

import io
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.draft import Draft
from broadcast.responses import inbox
from broadcast.responses.answer import answer_draft
from broadcast.states import Worth
from broadcast.watching.watched import Watched
from buurtbel.assembly import Assembly
from buurtbel.commands.common import Json, answer, run, settings, table, told
from buurtbel.commands.sending import (
    DryRun,
    Recording,
    RecordingLanguage,
    Texts,
    TypedMessage,
    Urgent,
    read_texts,
    send_draft,
)
from buurtbel.database.address import database
from buurtbel.terminal.files import to_write
from buurtbel.terminal.names import By, this_account, who
from buurtbel.terminal.numbers_in_texts import NumbersAreRight, confirm_numbers
from buurtbel.terminal.sentences import Failed, complain
from buurtbel.times import day_and_time

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Number = Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="Number of the report.")]
OWN_VOICE = "Everybody hears the reporter's own voice; with --text the reporter stays unknown to them."


@app.command("list")
def list_reports(
    everything: Annotated[bool, typer.Option("--all", help="Also those that were judged.")] = False,
    as_json: Json = False,
) -> None:
    """List the reports that are still to be judged, oldest first."""
    clock = settings().clock
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
            "answer",
            rows=[
                (
                    str(one.id),
                    day_and_time(one.at, clock),
                    _reporter(one),
                    one.network or "",
                    str(one.broadcast or ""),
                    f"{one.seconds:.0f}",
                    _standing(one),
                    str(one.led_to or ""),
                    str(one.answered_with or ""),
                )
                for one in found
            ],
        ),
    )


@app.command("watch")
def watch(
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document a line, one for each change.")
    ] = False,
) -> None:
    """Show reports as they come, those that wait first; Ctrl-C ends it."""
    actor, chosen = this_account(), settings()

    async def work() -> None:
        shown: dict[int, inbox.Report] = {}
        async with database(chosen) as engine, aclosing(Watched(engine).reports(actor)) as pictures:
            async for waiting in pictures:
                for one in waiting:
                    if shown.get(one.id) != one:
                        shown[one.id] = one
                        _tell_of(one, chosen.clock, as_json=as_json)

    run(work())


def _tell_of(report: inbox.Report, clock: ZoneInfo, *, as_json: bool) -> None:
    """One line, at once."""
    line = (
        msgspec.json.encode(report).decode() if as_json else " | ".join(filter(None, _words(report, clock)))
    )
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _words(report: inbox.Report, clock: ZoneInfo) -> list[str]:
    return [
        f"report {report.id}",
        day_and_time(report.at, clock),
        _reporter(report),
        report.network or "",
        f"on alert {report.broadcast}" if report.broadcast else "",
        f"{report.seconds:.0f} s",
        _standing(report),
    ]


def _reporter(report: inbox.Report) -> str:
    return report.member or report.number or "number withheld"


def _standing(report: inbox.Report) -> str:
    return (
        f"{report.worth or report.state}{f' ({report.claimed_by})' if report.claimed_by else ''}"
        f"{', a tone alone' if report.only_tone else ''}"
        f"{', one too many to ring for' if report.beyond_limit else ''}"
    )


@app.command("play")
def play(
    report: Number,
    to: Annotated[str, typer.Option(help="File to write; - for the standard output.")] = "",
) -> None:
    """Write what was said as a WAV file, to be played by whatever plays sound here."""
    if to == "-":
        if sys.stdout is None or sys.stdout.isatty():
            complain(
                "The standard output is no pipe and no file; pipe it to what plays sound, or leave out -."
            )
            raise Failed
        _, wav = _played(report)
        sys.stdout.buffer.write(wav)
        return
    name = to or f"report-{report}.wav"
    with to_write(name) as file:
        seconds, wav = _played(report)
        file.write(wav)
    answer({"file": name, "seconds": seconds}, as_json=False, text=lambda: name)


def _played(report: int) -> tuple[float, bytes]:
    """How long it was spoken, and what was said as a WAV file."""
    import soundfile  # noqa: PLC0415 - only who plays a sound

    from prompts.audio import decode  # noqa: PLC0415 - only who plays a sound

    said = decode(_in_one_transaction(lambda connection: inbox.sound_of(connection, report)))
    wav = io.BytesIO()
    soundfile.write(wav, said.samples, said.rate, format="WAV", subtype="PCM_16")
    return said.seconds, wav.getvalue()


@app.command("claim")
def claim(report: Number, by: By = None, as_json: Json = False) -> None:
    """Take up a report, so that nobody else does."""
    actor = who(by)
    _in_one_transaction(lambda connection: inbox.claim(connection, actor, report))
    answer(
        {"report": report, "claimed_by": actor.name},
        as_json=as_json,
        text=lambda: f"Report {report} is yours.",
    )


@app.command("judge")
def judge(
    report: Number,
    worth: Annotated[Worth, typer.Argument(help="What it is worth to the police.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say what a report is worth: useful, known, or nothing."""
    actor = who(by)
    _in_one_transaction(lambda connection: inbox.judge(connection, actor, report, worth))
    answer(
        {"report": report, "worth": worth, "judged_by": actor.name},
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
    numbers_are_right: NumbersAreRight = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make an alert of a report: what was said in it, or a text; that judges it useful."""
    actor = who(by)
    with told():
        texts = read_texts(text or ())

    async def draft(assembly: Assembly) -> Draft:
        return await assembly.desk.draft_from_report(
            report, urgent=urgent, texts=texts, networks=network or ()
        )

    if not numbers_are_right:
        confirm_numbers(texts, settings().own_numbers)
    send_draft(actor, draft, as_json=as_json, warnings=() if text else [OWN_VOICE])


@app.command("answer")
def tell_reporter(
    *,
    report: Number,
    text: Texts = None,
    recording: Recording = None,
    recording_language: RecordingLanguage = "nl",
    urgent: Urgent = False,
    dry_run: DryRun = False,
    numbers_are_right: NumbersAreRight = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Ring the reporter of a report, where they told it, and nobody else: nobody learns who told us."""
    command = "buurtbel report-inbox answer"
    said = TypedMessage.typed(text, recording, recording_language, command=command)

    async def draft(assembly: Assembly) -> Draft:
        kept = await said.kept(assembly)
        async with assembly.engine.connect() as connection:
            return await answer_draft(connection, report, urgent=urgent, texts=said.texts, recording=kept)

    said.send(draft, by=by, dry_run=dry_run, numbers_are_right=numbers_are_right, as_json=as_json)


def _in_one_transaction(work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    async def whole() -> T:
        async with database(settings()) as engine, engine.begin() as connection:
            return await work(connection)

    return run(whole())
