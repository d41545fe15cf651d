"""`buurtbel demo`: the main job on simulated people, judged."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from buurtbel.commands.common import console, run, settings, table
from buurtbel.commands.sentences import Failed
from buurtbel.demo.judge import Verdict
from buurtbel.demo.run import SHORTER, alert_elsewhere, run_here

DEMO_FOLDER = Path("/var/tmp/buurtbel-demo")  # noqa: S108
"""Not below a home folder: PostgreSQL and Asterisk run under accounts of their own and must reach it."""


def demo(
    folder: Annotated[Path, typer.Option(help="Where it works; emptied first.")] = DEMO_FOLDER,
    recordings: Annotated[Path | None, typer.Option(help="Where the phones' recordings lie.")] = None,
    external: Annotated[
        bool, typer.Option("--external", help="Use a server and a neighbourhood that run already.")
    ] = False,
) -> None:
    """Ring a simulated neighbourhood and hold what happened against what its phones are scripted to do."""
    if external:
        chosen = settings()
        where = recordings or chosen.data_dir / "neighbourhood" / "recordings"
        print_waits(os.environ)
        verdicts = run(alert_elsewhere(chosen, where))
    else:
        os.environ.update(SHORTER | {"BUURTBEL_DATA_DIR": str(folder.absolute())})
        where = recordings or folder.absolute() / "neighbourhood" / "recordings"
        print_waits(SHORTER)
        verdicts = run(run_here(settings(), os.environ, where))
    print_verdicts(verdicts, where)
    if not all(verdict.as_scripted for verdict in verdicts):
        raise Failed


def print_waits(environment: Mapping[str, str]) -> None:
    """Say where the demo differs from the product."""
    waits = " ".join(f"{name}={environment[name]}" for name in SHORTER if name in environment) or "none"
    console().print(f"Settings for the demo only: {waits}")


def print_verdicts(verdicts: list[Verdict], recordings: Path) -> None:
    screen = console()
    screen.print(
        table(
            "name",
            "language",
            "result",
            "calls",
            "phone heard",
            "as scripted",
            rows=[
                (
                    escape(verdict.line.name),
                    verdict.line.language,
                    verdict.line.result.value,
                    ", ".join(str(call.outcome) for call in verdict.line.calls),
                    verdict.heard,
                    "yes" if verdict.as_scripted else "NO: " + escape("; ".join(verdict.problems)),
                )
                for verdict in verdicts
            ],
        )
    )
    scripted = sum(verdict.as_scripted for verdict in verdicts)
    screen.print(f"demo: members={len(verdicts)} as_scripted={scripted} recordings={recordings}")
