"""`buurtbel report-inbox watch`: reports as they come, and what becomes of them."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from tests.buurtbel.commands.test_recorded_alerts import report_from
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import phone


@pytest.mark.parametrize("words", [(), pytest.param(("--json",), marks=pytest.mark.thorough)])
def test_reports_are_shown_that_wait_that_come_and_that_are_taken(
    town: Town, typed: Typed, words: tuple[str, ...]
) -> None:
    town.add()
    waiting = report_from(town, phone(10))
    command = [sys.executable, "-m", "buurtbel", "report-inbox", "watch", *words]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process,
        ExitStack() as stack,
    ):
        assert process.stdout is not None
        stack.callback(process.kill)
        first = process.stdout.readline()
        coming = report_from(town, phone(16))
        second = process.stdout.readline()
        typed("report-inbox", "claim", waiting, "--by", "Maes")
        third = process.stdout.readline()
    if words:
        told = [json.loads(line) for line in (first, second, third)]
        assert [(one["id"], one["state"]) for one in told] == [
            (int(waiting), "new"),
            (int(coming), "new"),
            (int(waiting), "claimed"),
        ]
    else:
        assert first.startswith(f"report {waiting} | ")
        assert first.endswith("| 7 s | new\n")
        assert second.startswith(f"report {coming} | ")
        assert third.endswith("claimed (Maes)\n")
