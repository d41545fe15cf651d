"""Who does something by a command: an account of this machine, and the name of the person at it."""

import getpass
import os
from typing import Annotated

import typer

from buurtbel.terminal.refusals import sentence_of
from buurtbel.terminal.sentences import Failed, complain
from directory.actor import Actor, Kind, Role, account
from directory.errors import BadName

By = Annotated[
    str | None,
    typer.Option(help="Name of who does it, if it is not that of the account.", show_default=False),
]


def who(by: str | None) -> Actor:
    """With the name given with --by, else that of the account; ends the command when it is none.

    Asked for before the settings are read: a command of root is another account from then on.
    """
    try:
        return account(os.getuid(), getpass.getuser() if by is None else by)
    except BadName as wrong:
        told = sentence_of(wrong)
        complain(told if by is not None else f"{told} Give a name with --by.")
    except (KeyError, OSError):
        complain("Nobody knows the name of this account; give yours with --by.")
    raise Failed


def this_account() -> Actor:
    """Who does what keeps no name but in the journal, which knows accounts by their number.

    Asked for before the settings are read, too.
    """
    return Actor(Kind.ACCOUNT, os.getuid(), Role.ADMINISTRATOR, networks=None)
