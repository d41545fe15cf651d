"""How a command says that it could not do what was asked."""

import sys

import typer


class Failed(typer.Exit):
    """The command could not do what was asked, and has said so."""

    def __init__(self) -> None:
        super().__init__(code=1)


def complain(sentence: str) -> None:
    """One sentence on standard error, on one line."""
    sys.stderr.write(" ".join(sentence.split()) + "\n")
