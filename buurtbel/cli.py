"""The command `buurtbel`: which commands there are, and how anything that goes wrong ends in one sentence."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from buurtbel.commands.sentences import complain


@dataclass(frozen=True, slots=True)
class Where:
    """Where a command is, and its line in the list of commands."""

    module: str
    name: str
    help: str
    hidden: bool = False


COMMANDS: Mapping[str, Where] = {
    "serve": Where("running", "serve", "Run Buurtbel on this machine until it is told to stop."),
    "demo": Where("demo", "demo", "Ring a simulated neighbourhood and judge what it heard."),
    "doctor": Where("doctor", "doctor", "Look whether everything that an alert needs is there."),
    "network": Where("directory", "network", "Networks: list them, add one, enter a charter's approval."),
    "member": Where("directory", "member", "Members: import a list, list them."),
    "send": Where("alerts", "send", "Ring every member of these networks and speak this message."),
    "stop": Where("alerts", "stop", "Take an alert back: nobody is rung any more."),
    "watch": Where("results", "watch", "Follow a broadcast until everybody has a final result."),
    "report": Where("results", "show_report", "Say what happened to each person."),
    "report-inbox": Where("inbox", "app", "What members reported by phone: list, play, claim, judge, alert."),
    "officer": Where("officers", "app", "Officers who may send by phone: list, add, networks, pin, remove."),
    "node": Where("nodes", "node", "Nodes: list them; drain one before it is stopped, let it call again."),
    "line": Where("running", "line", "Serve this node's calls; `serve` starts it and starts it again.", True),
    "pbx": Where("running", "pbx", "Run our Asterisk alone, from the same settings (for containers).", True),
    "healthy": Where("running", "healthy", "Whether a line waits for calls (for containers).", True),
    "neighbourhood": Where(
        "running", "neighbourhood", "Run the simulated telephone network: the dialled number decides.", True
    ),
}


class Late(TyperGroup):
    """Loads a command when it is run, so that nobody waits for what the other commands need."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, placeholder, rest = super().resolve_command(ctx, args)
        return name, _load(COMMANDS[name]) if name else placeholder, rest


def _load(where: Where) -> Any:
    found = getattr(import_module(f"buurtbel.commands.{where.module}"), where.name)
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer(add_completion=False, rich_markup_mode=None)
        found.command()(function)
    command = get_command(found)
    command.help = where.help
    return command


def _placeholder() -> None:
    """Stands in the list of commands until one of them is run."""


app = typer.Typer(
    cls=Late,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Buurtbel rings a whole neighbourhood, speaks an alert, and knows what each person heard.",
)
for _name, _where in COMMANDS.items():
    app.command(_name, help=_where.help, hidden=_where.hidden)(_placeholder)


def main() -> None:
    """Run the command line; whatever goes wrong ends in one sentence and a non-zero exit."""
    try:
        code = app(standalone_mode=False, prog_name="buurtbel")
        if sys.stdout is not None:  # as it is where somebody closed it before we began
            sys.stdout.flush()
    except BrokenPipeError:
        code = _go_unheard()
    except typer.Abort:
        complain("Stopped.")
        code = 130
    except typer.TyperException as error:
        code = _explain(error)
    except Exception as error:  # noqa: BLE001 - the last place that can turn a fault into a sentence
        # The first line only: a database names the values of a row, numbers among them, in the next ones.
        what = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        complain(f"Something went wrong that should not ({what}); please report it with what you did.")
        code = 70
    raise SystemExit(code)


def _go_unheard() -> int:
    """Who reads our answer has read enough, as `head` has: what is left of it goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _explain(error: typer.TyperException) -> int:
    """What was typed wrong and who knows better; for a command without its subcommand, all of its help."""
    message = error.format_message()
    typed: typer.Context | None = getattr(error, "ctx", None)
    if "\n" in message:
        sys.stderr.write(message + "\n")
    elif typed is not None:
        complain(f"{message.rstrip('.')}; `{typed.command_path} --help` tells what it takes.")
    else:
        complain(message)
    return error.exit_code
