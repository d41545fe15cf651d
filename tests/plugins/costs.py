"""Says which tests cost most processor time, theirs and that of programs that they start: `--dearest 20`."""

import os
from collections.abc import Generator

import pytest

PROPERTY = "processor"
_BEFORE = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("costs").addoption(
        "--dearest", type=int, default=0, metavar="N", help="name the N tests that cost most processor time"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("dearest") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Dearest(config.getoption("dearest")), "dearest")


def spent() -> float:
    """Seconds of the processor that this process and those that it has waited for have had."""
    return sum(os.times()[:4])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    item.stash[_BEFORE] = spent()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The last report of a test carries along what it cost, also from the worker of a parallel run."""
    report = yield
    if call.when == "teardown":
        report.user_properties.append((PROPERTY, spent() - item.stash[_BEFORE]))
    return report


class Dearest:
    """What each test cost, in the process that sees every report."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._costs: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            self._costs[report.nodeid] = float(str(dict(report.user_properties)[PROPERTY]))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        ordered = sorted(self._costs.items(), key=lambda one: one[1], reverse=True)
        for test, seconds in ordered[: self._most]:
            terminalreporter.write_line(f"{seconds:7.2f} s {test}")
        terminalreporter.write_line(f"{sum(self._costs.values()):7.2f} s of the processor in all tests")
