"""What every command shares: its settings, its way of answering, and one sentence for each error."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable
from typing import Annotated, Any, TypeVar

import msgspec
import typer
from psycopg.errors import UndefinedColumn, UndefinedTable
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError, OperationalError

from broadcast.errors import BroadcastError
from buurtbel.commands.sentences import Failed, complain
from buurtbel.embedded.errors import EmbeddedError
from buurtbel.errors import SwitchboardError
from buurtbel.settings import Settings
from directory.errors import DirectoryError
from ivr.ari.errors import AriError
from prompts.errors import SpeechError

T = TypeVar("T")
EXPECTED = (BroadcastError, DirectoryError, SpeechError, SwitchboardError, EmbeddedError, AriError)
"""Errors whose text is a sentence for the person at the keyboard."""

WIDE = 180

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; what can be expected to go wrong ends it with one sentence."""
    try:
        return asyncio.run(main)
    except EXPECTED as error:
        complain(str(error))
        raise Failed from None
    except DBAPIError as error:
        sentence = _told_by_the_database(error)
        if sentence is None:
            raise
        complain(sentence)
        raise Failed from None
    except KeyboardInterrupt:
        complain("Stopped.")
        raise typer.Exit(130) from None


def _told_by_the_database(error: DBAPIError) -> str | None:
    """What a person at the keyboard can do about it; None when it is a fault of our own."""
    if isinstance(error.orig, UndefinedTable | UndefinedColumn):
        return "The database is not prepared for this release; start `buurtbel serve`, which does that."
    if isinstance(error, OperationalError):
        return "The database went away; look whether it runs and whether this was done, then try again."
    return None


def settings() -> Settings:
    """The settings; a wrong one ends the command, named as it is written in the environment."""
    try:
        return Settings()
    except SettingsError as error:
        complain(f"The settings cannot be read ({error}); a name has two parts, as in BUURTBEL_TRUNK_URI.")
        raise Failed from None
    except PermissionError as error:
        complain(
            f"{error.filename} cannot be read; do this as the account that runs it, for example with sudo."
        )
        raise Failed from None
    except ValidationError as error:
        first = error.errors()[0]
        name = "BUURTBEL_" + "_".join(str(part) for part in first["loc"]).upper()
        complain(f"The setting {name} is not right ({first['msg']}); correct it and try again.")
        raise Failed from None


def answer(document: object, *, as_json: bool, text: Callable[[], str | Table]) -> None:
    """Print the document, or its text for people."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(document).decode() + "\n")
        return
    console().print(text())


def console() -> Console:
    """For people; where nobody tells how wide it is, wide enough for a table."""
    on = Console(highlight=False, soft_wrap=True)
    return on if on.is_terminal else Console(highlight=False, soft_wrap=True, width=WIDE)


def table(*columns: str, rows: Iterable[Iterable[str]]) -> Table:
    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        drawn.add_column(column)
    for row in rows:
        drawn.add_row(*row)
    return drawn
