"""The command `buurtbel`."""

import typer

from buurtbel.commands import alerts, demo, directory, doctor, running
from buurtbel.commands.common import complain

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Buurtbel rings a whole neighbourhood, speaks an alert, and knows what each person heard.",
)
app.command()(running.serve)
app.command(hidden=True)(running.line)
app.command(hidden=True)(running.pbx)
app.command(hidden=True)(running.neighbourhood)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.add_typer(directory.network, name="network")
app.add_typer(directory.member, name="member")
app.command()(alerts.send)
app.command()(alerts.watch)
app.command("report")(alerts.show_report)


def main() -> None:
    """Run the command line; whatever goes wrong ends in one sentence and a non-zero exit."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last place that can turn a fault into a sentence
        complain(
            f"Something went wrong that should not ({type(error).__name__}: {error}); "
            "please report it with what you did."
        )
        raise SystemExit(70) from None
