"""The command `buurtbel`: which commands there are, and how anything that goes wrong ends in one sentence."""

import gc
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from buurtbel.terminal.sentences import complain


@dataclass(frozen=True, slots=True)
class Where:
    """Where a command is, and its line in the list of commands."""

    module: str
    name: str
    help: str
    hidden: bool = False


COMMANDS: Mapping[str, Where] = {
    "serve": Where("running", "serve", "Run Buurtbel on this machine until it is told to stop."),
    "doctor": Where("doctor", "doctor", "Look whether everything that an alert needs is there."),
    "network": Where(
        "directory", "network", "List the networks, add one, or enter that a charter was approved."
    ),
    "member": Where(
        "directory",
        "member",
        "Import a member list, list who is in a network, revive dead numbers, export or erase a person.",
    ),
    "send": Where("alerts", "send", "Ring every member of these networks and speak this message."),
    "follow-up": Where(
        "alerts",
        "follow_up",
        "Tell those of an earlier alert what comes after it: all clear, a correction, or more.",
    ),
    "say": Where("say", "app", "Show, play or write what is heard of a text, before anybody is called."),
    "list": Where("results", "list_broadcasts", "List the broadcasts, newest first, with their figures."),
    "watch": Where("results", "watch", "Follow a broadcast until everybody has a final result."),
    "results": Where("results", "show_results", "Say what happened to each person."),
    "report": Where("results", "show_results", "The older word for `results`.", True),
    "trace": Where("results", "trace", "Tell one call's life in order, from the log and the database."),
    "stop": Where("alerts", "stop", "Take an alert back: nobody is rung any more."),
    "add": Where(
        "alerts", "add", "Call more people for an alert that is under way: a network, or its streets."
    ),
    "pause": Where("alerts", "pause", "Let nothing new be dialled for an alert until it is resumed."),
    "resume": Where("alerts", "resume", "Let an alert that was paused go on where it was."),
    "pace": Where(
        "alerts", "pace", "Slow an alert down while it runs, or let it go as fast as it can again."
    ),
    "withdraw-code": Where(
        "alerts", "withdraw_code", "Take back the code with which strangers hear an alert; its calls go on."
    ),
    "report-inbox": Where(
        "inbox",
        "app",
        "List what members reported by phone; hear, claim, judge it, or make an alert of it.",
    ),
    "officer": Where(
        "officers", "app", "List, add and remove the officers who may send by phone, and say who is on duty."
    ),
    "console": Where(
        "screen.console",
        "app",
        "Serve the screen alone; say who signs in there: invite, list, sign out, remove.",
    ),
    "journal": Where(
        "journal", "app", "List what people did, export it, and verify that nobody changed it since."
    ),
    "pronunciation": Where(
        "pronunciation", "app", "List, add and remove how the names of streets, families and shops are said."
    ),
    "node": Where(
        "nodes", "node", "List the machines that call, drain one before it is stopped, or let it call again."
    ),
    "backup": Where(
        "keeping.backup", "backup", "Save the whole database into one file that can be brought back anywhere."
    ),
    "restore": Where(
        "keeping.restore", "restore", "Bring a backup back, without calling anybody again for what ran then."
    ),
    "move-database": Where(
        "keeping.restore", "move_database", "Move everything from the embedded database to a shared one."
    ),
    "demo": Where("demo", "demo", "Ring a simulated neighbourhood and judge what it heard."),
    "neighbourhood": Where(
        "running", "neighbourhood", "Run the simulated telephone network: the dialled number decides."
    ),
    "line": Where("running", "line", "Serve this node's calls; `serve` starts it and starts it again.", True),
    "pbx": Where("running", "pbx", "Run our Asterisk alone, from the same settings (for containers).", True),
    "healthy": Where("running", "healthy", "Whether a line waits for calls (for containers).", True),
}


class WholeHelp(TyperGroup):
    """Cuts no sentence in its list of commands."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.help or "") for name, one in commands if one is not None and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class Late(WholeHelp):
    """Loads a command when it is run, so that nobody waits for what the other commands need."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, placeholder, rest = super().resolve_command(ctx, args)
        return name, _load(COMMANDS[name]) if name else placeholder, rest


def _load(where: Where) -> Any:
    # Nothing of what is imported is ever garbage: looking for it costs a sixth of the time.
    gc.disable()
    found = getattr(import_module(f"buurtbel.commands.{where.module}"), where.name)
    gc.freeze()
    gc.enable()
    if not isinstance(found, typer.Typer):
        function, found = found, typer.Typer(add_completion=False, rich_markup_mode=None)
        found.command()(function)
    else:
        found.info.cls = WholeHelp
    command = get_command(found)
    command.help = where.help
    return command


def _placeholder() -> None:
    """Stands in the list of commands until one of them is run."""


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - nobody else asks for it

        sys.stdout.write(f"buurtbel {version('buurtbel')}\n")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Options of `buurtbel` itself, before any command."""


app = typer.Typer(
    cls=Late,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Buurtbel rings a whole neighbourhood, speaks an alert, and knows what each person heard.",
)
app.callback(help=app.info.help)(_options)
for _name, _where in COMMANDS.items():
    app.command(_name, help=_where.help, hidden=_where.hidden)(_placeholder)


def main() -> None:
    """Run the command line; whatever goes wrong ends in one sentence and a non-zero exit."""
    # With threads of its own it hangs a process that forks while one of them is at work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
    if typed is not None and message == typed.get_help():
        sys.stderr.write(message + "\n")
    elif typed is not None:
        complain(f"{message.rstrip('.')}; `{typed.command_path} --help` tells what it takes.")
    else:
        complain(message)
    return error.exit_code
