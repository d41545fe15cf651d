"""`buurtbel demo`: the main job on simulated people, judged."""

import asyncio
import os
import pwd
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from buurtbel.commands.common import run, settings, table, told
from buurtbel.demo.asterisk import laid_out
from buurtbel.demo.interruption import Interrupted, Interruption, interruptible
from buurtbel.demo.judge import Verdict, whole_recording
from buurtbel.demo.leftovers import NEIGHBOURHOOD, end_leftovers
from buurtbel.demo.place import DemoFolder, held, own_folder
from buurtbel.demo.ports import DemoPorts
from buurtbel.demo.run import SHORTER, alert_elsewhere, own_settings, run_here
from buurtbel.demo.steps import Steps
from buurtbel.errors import DemoFailed
from buurtbel.settings.settings import Settings
from buurtbel.terminal.sentences import Failed, complain, shown
from embedded.account import SERVES, account_for
from embedded.errors import EmbeddedError
from embedded.rights import become

COLUMNS = ("name", "language", "result", "calls", "phone heard", "as scripted")
PLAYERS = ("aplay", "paplay", "pw-play", "play")
"""Programs that play a sound file, the likeliest first."""
KEPT = ("BUURTBEL_PBX_ROOT", "BUURTBEL_SPEECH_ENGINE", "BUURTBEL_SPEECH_ZONE")
"""The only settings of the person at the keyboard that a demo of its own heeds: no trunk, no database."""
SETTINGS_FILE = "buurtbel.env"


def demo(
    folder: Annotated[
        Path | None,
        typer.Option(help="Where it works, emptied first; /var/tmp/buurtbel-demo-USER if not given."),
    ] = None,
    recordings: Annotated[Path | None, typer.Option(help="Where the phones' recordings lie.")] = None,
    external: Annotated[
        bool, typer.Option("--external", help="Use a server and a neighbourhood that run already.")
    ] = False,
) -> None:
    """Ring a simulated neighbourhood and hold what happened against what its phones are scripted to do."""
    interruption, steps = interruptible(), Steps()
    try:
        if external:
            verdicts, where = _on_what_runs(recordings, interruption, steps)
        else:
            root = run(interruption.ends(_asterisk(steps)))
            with told():
                _give_up_root()
            place = (folder or own_folder()).absolute()
            verdicts, where = _on_its_own(place, recordings, root, interruption, steps)
        interruption.check()
    except Interrupted:
        interruption.close()
        raise typer.Exit(130) from None
    except (DemoFailed, EmbeddedError) as error:
        complain(str(error))
        raise Failed from None
    print_verdicts(verdicts, where)
    if not all(verdict.as_scripted for verdict in verdicts):
        raise Failed


def _on_what_runs(
    recordings: Path | None, interruption: Interruption, steps: Steps
) -> tuple[list[Verdict], Path]:
    chosen = settings()
    where = recordings or chosen.data_dir / "neighbourhood" / "recordings"
    steps.tell(waits(os.environ))
    return run(interruption.ends(alert_elsewhere(chosen, where, steps))), where


def _give_up_root() -> None:
    """It was needed to lay out Asterisk, and no more: go on as the account that serves."""
    if os.geteuid() == 0:
        become(pwd.getpwuid(account_for(SERVES).uid))


def _on_its_own(
    folder: Path, recordings: Path | None, root: Path, interruption: Interruption, steps: Steps
) -> tuple[list[Verdict], Path]:
    where = recordings.absolute() if recordings else folder / NEIGHBOURHOOD / "recordings"
    with held(folder) as place:
        ports = DemoPorts.taken()
        chosen = _settings(place, ports, root)
        steps.tell(waits(SHORTER))
        interruption.check()
        try:
            verdicts = run(
                interruption.ends(run_here(chosen, os.environ, place, ports, recordings=where, steps=steps))
            )
        finally:
            # Now nothing is being started any more, as it could be until here in another thread.
            asyncio.run(end_leftovers(folder, root))
    return verdicts, where


async def _asterisk(steps: Steps) -> Path:
    chosen = os.environ.get("BUURTBEL_PBX_ROOT")
    if chosen:
        return Path(chosen)
    async with steps.doing("Laying out Asterisk (once, about a minute)", mostly_over=True):
        return await laid_out()


def _settings(place: DemoFolder, ports: DemoPorts, root: Path) -> Settings:
    """The demo's own: a trunk or a database of a product that is installed here must not be reached."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    chosen = kept | own_settings(place.folder, ports, root)
    file = place.write(SETTINGS_FILE, "".join(f"{name}={value}\n" for name, value in chosen.items()))
    for name in [name for name in os.environ if name.startswith("BUURTBEL_")]:
        del os.environ[name]
    os.environ.update(chosen | {"BUURTBEL_ENV_FILE": str(file)})
    os.chdir(place.folder)
    return settings()


def waits(environment: Mapping[str, str]) -> str:
    """Where the demo differs from the product."""
    shorter = " ".join(f"{name}={environment[name]}" for name in SHORTER if name in environment) or "none"
    return f"Settings for the demo only: {shorter}."


def print_verdicts(verdicts: list[Verdict], recordings: Path) -> None:
    lines = [verdict_table(verdicts)]
    if example := whole_recording(verdicts, recordings):
        lines.append(shown(how_to_hear(*example)))
    scripted = sum(verdict.as_scripted for verdict in verdicts)
    lines.append(shown(f"demo: members={len(verdicts)} as_scripted={scripted} recordings={recordings}"))
    sys.stdout.write("\n".join(lines) + "\n")


def verdict_table(verdicts: list[Verdict]) -> str:
    return table(
        *COLUMNS,
        rows=[
            (
                verdict.recipient.name,
                verdict.recipient.language,
                verdict.recipient.result.value,
                ", ".join(str(call.outcome) for call in verdict.recipient.calls),
                verdict.heard,
                "yes" if verdict.as_scripted else "NO: " + "; ".join(verdict.problems),
            )
            for verdict in verdicts
        ],
    )


def how_to_hear(name: str, file: Path) -> str:
    """A command that plays it here, or where it lies when nothing here can play it."""
    player = next((player for player in PLAYERS if shutil.which(player)), None)
    if player is None:
        return f"demo: What the phone of {name} heard is in {file}; any player plays it."
    return f"demo: Hear what the phone of {name} heard: {player} {shlex.quote(str(file))}"
