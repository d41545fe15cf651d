"""`buurtbel doctor`: is everything ready for the next alert?"""

import asyncio
import sys
from typing import Annotated

import typer

from buurtbel.commands.common import Json, answer, run, settings, table, told
from buurtbel.settings.settings import Settings
from buurtbel.status.doctor import Finding, examine, line_at_work
from buurtbel.status.nagios import for_nagios
from buurtbel.terminal.names import this_account
from buurtbel.terminal.sentences import Failed, complain
from directory.actor import Actor
from prompts.languages import LANGUAGES


def doctor(
    call: Annotated[
        str | None,
        typer.Option(help="Place one test call to this number, and say what was answered."),
    ] = None,
    language: Annotated[str, typer.Option(help="In which language the test call speaks.")] = "nl",
    nagios: Annotated[
        bool,
        typer.Option("--nagios", help="Answer with one line and the exit code that Nagios and its kin take."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Look whether everything that an alert needs is there."""
    actor, chosen = this_account(), settings()
    number = None if call is None else _number(call, language, chosen)

    async def work() -> list[Finding]:
        calling = None if number is None else asyncio.create_task(_tried(chosen, actor, number, language))
        findings = [finding async for finding in examine(chosen)]
        return findings if calling is None else [*findings, await calling]

    findings = run(work())
    if nagios:
        line, code = for_nagios(findings)
        sys.stdout.write(f"{line}\n")
        raise typer.Exit(code)
    answer(
        {"ok": all(finding.ok for finding in findings), "findings": findings},
        as_json=as_json,
        text=lambda: table(
            "", "what", "says", rows=[("ok" if f.ok else "NO", f.what, f.says) for f in findings]
        ),
    )
    wrong = ", ".join(finding.what for finding in findings if not finding.ok)
    if wrong:
        complain(f"Not everything is ready for an alert: look at {wrong}.")
        raise Failed


def _number(text: str, language: str, chosen: Settings) -> str:
    """The number to call, checked before anything is looked at."""
    from buurtbel.status.trial import number_to_try  # noqa: PLC0415 - only who calls

    if language not in LANGUAGES:
        complain(f"A test call speaks {', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}; name one of them.")
        raise Failed
    with told():
        return number_to_try(text, chosen.trunk)


async def _tried(chosen: Settings, actor: Actor, number: str, language: str) -> Finding:
    """The test call, once it is over; without a line nobody is called."""
    from buurtbel.database.address import database  # noqa: PLC0415 - only who calls
    from buurtbel.errors import BuurtbelError  # noqa: PLC0415 - as above
    from buurtbel.status.trial import try_number  # noqa: PLC0415 - as above

    try:
        async with database(chosen) as engine:
            line = await line_at_work(engine)
            if line.ok:
                came = await try_number(engine, actor, number, language)
                return Finding("test call", came.ok, came.says)
            why = line.says
    except BuurtbelError as error:
        why = str(error)
    return Finding("test call", False, f"No test call was placed: {why}")
