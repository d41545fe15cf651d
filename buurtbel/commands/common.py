"""What every command shares: its settings, its way of answering, and one sentence for each error."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
import typer

from buurtbel.errors import BuurtbelError, WrongSetting
from buurtbel.settings.env_file import NAMED_BY, read_env_file
from buurtbel.settings.reading import environment_of_settings, read_settings
from buurtbel.settings.settings import Settings
from buurtbel.terminal.plain_table import table as table  # noqa: PLC0414 - handed on
from buurtbel.terminal.refusals import sentence_of
from buurtbel.terminal.sentences import Failed, complain, shown
from directory.refusals import Refusal
from embedded.errors import EmbeddedError
from embedded.rights import become_owner_of
from ivr.ari.errors import AriError
from prompts.errors import SpeechError

if TYPE_CHECKING:  # each costs a tenth of a second, which not every command needs
    from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
EXPECTED = (SpeechError, BuurtbelError, EmbeddedError, AriError)
"""Errors whose text is a sentence for the person at the keyboard."""


_TOLD: set[str] = set()
"""Files that this process was said not to read, each once."""

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; what can be expected to go wrong ends it with one sentence."""
    with told():
        return asyncio.run(main)


@contextmanager
def told() -> Iterator[None]:
    """End the command with one sentence for what can be expected to go wrong."""
    try:
        yield
    except Refusal as refusal:
        complain(sentence_of(refusal))
        raise Failed from None
    except EXPECTED as error:
        complain(str(error))
        raise Failed from None
    except KeyboardInterrupt:
        complain("Stopped.")
        raise typer.Exit(130) from None
    except Exception as error:
        from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

        sentence = _told_by_the_database(error) if isinstance(error, DBAPIError) else None
        if sentence is None:
            raise
        complain(sentence)
        raise Failed from None


def _told_by_the_database(error: "DBAPIError") -> str | None:
    """What a person at the keyboard can do about it; None when it is a fault of our own."""
    from psycopg.errors import UndefinedColumn, UndefinedTable  # noqa: PLC0415
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    if isinstance(error.orig, UndefinedTable | UndefinedColumn):
        return "The database is not prepared for this release; start `buurtbel serve`, which does that."
    if isinstance(error, OperationalError):
        return "The database went away; look whether it runs and whether this was done, then try again."
    return None


def settings(*, stay_root: bool = False) -> Settings:
    """The settings; a wrong one ends the command with one sentence, a file that was passed over costs one.

    Root goes on as the account that the data folder belongs to, unless told to stay: files that a person has
    named are opened before.
    """
    chosen = _settings()
    if os.geteuid() == 0 and not stay_root:
        with told():
            # To be read again by an account that need not be able to read our file.
            os.environ.update(environment_of_settings())
            become_owner_of(chosen.data_dir)
    return chosen


def _settings() -> Settings:
    try:
        file = read_env_file(os.environ.get(NAMED_BY))
        chosen = read_settings(file=file)
    except WrongSetting as wrong:
        complain(str(wrong))
        raise Failed from None
    if file.passed_over and file.passed_over not in _TOLD:
        _TOLD.add(file.passed_over)
        complain(file.passed_over)
    return chosen


def answer(document: object, *, as_json: bool, text: Callable[[], str]) -> None:
    """Print the document, or its text for people."""
    answered = msgspec.json.encode(document).decode() if as_json else shown(text())
    sys.stdout.write(answered + "\n")
