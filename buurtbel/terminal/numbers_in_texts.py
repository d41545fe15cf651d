"""Asks whether telephone numbers in a text are right: a wrong one would be rung by a whole town."""

import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from broadcast.alert.own_numbers import OwnNumbers
from buurtbel.terminal.sentences import Failed, complain

NumbersAreRight = Annotated[
    bool,
    typer.Option(
        "--confirm-numbers",
        help="The telephone numbers in the texts were checked; without it you are asked about those that "
        "are not the zone's own.",
    ),
]


def confirm_numbers(texts: Mapping[str, str], own: OwnNumbers) -> None:
    """Go on when every number is the zone's own, or somebody at the terminal types yes to each other one."""
    if not texts:
        return
    from broadcast.alert.review import review_texts, unconfirmed  # noqa: PLC0415 - only who sends

    asked = unconfirmed(review_texts(texts, own))
    if asked and not _is_at_terminal():
        numbers = ", ".join(f"{one.written} ({one.language})" for one in asked)
        complain(
            f"A telephone number in the text is none that is known to be ours: {numbers}; "
            "check it, then send the alert with --confirm-numbers."
        )
        raise Failed
    for one in asked:
        complain(str(one))
        sys.stderr.write("Everybody may ring it. Type yes if it is right: ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().casefold() != "yes":
            complain("Nothing is sent; put the number right, or leave it out.")
            raise Failed


def _is_at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
