"""Counts the tests of each tier, says so in the runner's last line, and fails a run that skipped anything."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

TIERS = ("unit", "fake_ari", "real_asterisk")
PROPERTY = "tier"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tiers")
    group.addoption("--tally-to", type=Path, metavar="FILE", help="leave this run's counts for a later run")
    group.addoption(
        "--tally-from", type=Path, metavar="FILE", help="add an earlier run's counts; no tier may be empty"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Tally(config), "tally")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test carries its tier along in its report, also from the worker of a parallel run."""
    for item in items:
        item.user_properties.append((PROPERTY, tier_of(item)))


def tier_of(item: pytest.Item) -> str:
    """The tier is where the truth comes from: a real Asterisk, a fake one, or none."""
    if item.get_closest_marker("pbx"):
        return "real_asterisk"
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    fixtures = getattr(item, "fixturenames", ())
    on_fake = (
        "fake" in parameters or "fake_ari" in fixtures or hasattr(getattr(item, "module", None), "FakeAri")
    )
    return "fake_ari" if on_fake else "unit"


class Tally:
    """What ran, in the process that sees every report."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.counts: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped or hasattr(report, "wasxfail"):
            self.counts["skipped"] += 1
        elif report.when == "call" and report.passed:
            self.counts[str(dict(report.user_properties)[PROPERTY])] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.counts["skipped"] += 1

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Judge before pytest's own closing line, speak after it."""
        earlier: Path | None = self.config.getoption("tally_from")
        if earlier:
            self.counts.update(json.loads(earlier.read_text()))
        complaint = self.complaint(every_tier=earlier is not None)
        if complaint and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        later: Path | None = self.config.getoption("tally_to")
        if later:
            later.parent.mkdir(parents=True, exist_ok=True)
            later.write_text(json.dumps(self.counts))
        yield
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal:
            terminal.write_line(f"{self.line()}{complaint}", red=bool(complaint))

    def complaint(self, *, every_tier: bool) -> str:
        """Why this run does not count as passed, or nothing."""
        empty = [tier for tier in TIERS if every_tier and not self.counts[tier]]
        reasons = [f"{tier} ran no test" for tier in empty]
        if self.counts["skipped"]:
            reasons.append("no test may be skipped or expected to fail")
        return f" FAILED: {', '.join(reasons)}" if reasons else ""

    def line(self) -> str:
        return "tests: " + " ".join(f"{name}={self.counts[name]}" for name in (*TIERS, "skipped"))
