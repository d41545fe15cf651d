"""What becomes of the file of a log, and how a process writes to it."""

import logging
import os
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from embedded.logs import NUMBER, BoundedLog, PlainFormatter, read_line


def test_a_file_stays_below_its_limit_and_one_older_one_is_kept(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "a.log", limit=1000)
    for number in range(1000):
        log.append(f"event {number}")
    log.close()
    assert {file.name for file in tmp_path.iterdir()} == {"a.log", "a.log.1"}
    assert all(file.stat().st_size <= 1000 for file in tmp_path.iterdir())
    older, newer = ((tmp_path / name).read_text().splitlines() for name in ("a.log.1", "a.log"))
    assert [*older, *newer] == [f"event {n}" for n in range(1000 - len(older) - len(newer), 1000)]


def test_as_many_older_files_are_kept_as_wanted(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "a.log", limit=5, kept=3)
    for word in ("one", "two", "three", "four", "five"):
        log.append(word)
    assert [(tmp_path / f"a.log{end}").read_text() for end in ("", ".1", ".2", ".3")] == [
        "five\n",
        "four\n",
        "three\n",
        "two\n",
    ]


def test_a_line_that_is_longer_than_the_limit_stands_alone(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "a.log", limit=10)
    log.append("a line of more than ten")
    log.append("b")
    assert (tmp_path / "a.log").read_text() == "b\n"
    assert (tmp_path / "a.log.1").read_text() == "a line of more than ten\n"


def test_only_its_owner_reads_a_log_also_one_of_an_earlier_release(tmp_path: Path) -> None:
    for name in ("new", "old"):
        file = tmp_path / name
        if name == "old":
            file.touch(mode=0o644)
        BoundedLog(file).append("x")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_was_put_away_is_begun_again(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    log = BoundedLog(file)
    log.append("one")
    file.unlink()
    log.append("two")
    file.rename(tmp_path / "elsewhere")
    log.append("three")
    assert file.read_text() == "three\n"
    assert (tmp_path / "elsewhere").read_text() == "two\n"


def test_a_log_that_is_begun_anew_keeps_what_was_said_and_no_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    for _ in range(2):
        BoundedLog(file).begin_anew()
        assert [each.name for each in tmp_path.iterdir()] == ["a.log"]
    BoundedLog(file).append("one")
    for _ in range(2):
        BoundedLog(file).begin_anew()
        assert (file.read_text(), (tmp_path / "a.log.1").read_text()) == ("", "one\n")


def test_a_log_follows_no_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "a.log").symlink_to(victim)
    log = BoundedLog(tmp_path / "a.log")
    log.append("x")
    assert victim.read_text() == "precious"
    (tmp_path / "a.log").unlink()
    log.append("y")
    assert (tmp_path / "a.log").read_text() == "y\n"


def test_a_pipe_or_folder_in_place_of_a_log_stops_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder", "missing/a.log"):
        BoundedLog(tmp_path / name).append("x")
    assert os.read(reader, 100) == b""
    os.close(reader)


def test_a_full_disk_is_no_fault_of_the_caller_and_leaves_no_half_line(tmp_path: Path) -> None:
    """A file size limit stands for the disk: the write is cut short, and the next ones fail."""
    script = f"""
import resource, signal
from pathlib import Path
from embedded.logs import BoundedLog
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = BoundedLog(Path({str(tmp_path / "a.log")!r}))
log.append("one")
resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
log.append("too long for it")
log.append("four")
log.append("five")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.append("room again")
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert (tmp_path / "a.log").read_text() == "one\nfour\nroom again\n"


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], text=True, check=False, stderr=subprocess.PIPE)


SAYS = """
import asyncio, logging, sys, threading, warnings
from pathlib import Path
from embedded.logs import BoundedLog, log_to
log_to(TO)
log = logging.getLogger("buurtbel.test")
"""


def lines_of(path: Path, script: str) -> list[str]:
    done = run(SAYS.replace("TO", f"BoundedLog(Path({str(path)!r}))") + script)
    kept = path.read_text()
    assert done.stderr == kept
    return kept.splitlines()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("log.info('Called %s.', '0470 12 34 56')", ["INFO buurtbel.test: Called [number]."]),
        ("logging.getLogger('procrastinate').info('x')\nlogging.getLogger('apscheduler.x').info('y')", []),
        ("log.info('%d', 'no figure 0470123456')", ["INFO buurtbel.test: something could not be told"]),
        ("warnings.warn('old 0470123456', DeprecationWarning)", ["WARNING py.warnings: "]),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError:\n    log.exception('Oh.')",
            ["ERROR buurtbel.test: Oh.\\nTraceback"],
        ),
        (
            "raise ValueError('0470123456\\x1b[2J')",
            ["CRITICAL embedded.logs: A fault that nobody caught.\\nTraceback"],
        ),
        ("raise KeyboardInterrupt", ["INFO embedded.logs: Stopped from the keyboard."]),
        (
            "thread = threading.Thread(target=lambda: int('0470123456x'))\nthread.start()\nthread.join()",
            ["CRITICAL embedded.logs: A fault that nobody caught.\\nTraceback"],
        ),
        (
            "class Odd:\n    def __del__(self): raise ValueError('0470123456')\nOdd()",
            ["CRITICAL embedded.logs: A fault that nobody caught.\\nTraceback"],
        ),
        (
            "async def main():\n    asyncio.get_running_loop().call_soon(int, '0470123456 x')\n"
            "    await asyncio.sleep(0.01)\nasyncio.run(main())",
            ["ERROR asyncio: Exception in callback"],
        ),
    ],
    ids=[
        "said",
        "others",
        "a wrong record",
        "warning",
        "trace",
        "uncaught",
        "ctrl-c",
        "thread",
        "del",
        "asyncio",
    ],
)
def test_what_a_process_says_is_one_plain_line_for_each_event(
    tmp_path: Path, script: str, told: list[str]
) -> None:
    lines = lines_of(tmp_path / "a.log", script)
    assert len(lines) == len(told)
    assert all(words in line for words, line in zip(told, lines, strict=True))
    assert not any("0470123456" in line or "0470 12" in line or "\x1b" in line for line in lines)
    assert all(line.startswith("20") for line in lines)


def test_each_process_begins_its_log_anew_and_keeps_the_former(tmp_path: Path) -> None:
    for word in ("first", "second", "third"):
        lines_of(tmp_path / "a.log", f"log.info('{word}')")
    assert (tmp_path / "a.log").read_text().endswith("third\n")
    former = (tmp_path / "a.log.1").read_text().splitlines()
    assert [line.split(": ")[-1] for line in former] == ["first", "second"]
    assert len(list(tmp_path.iterdir())) == 2


def test_many_short_lives_leave_what_was_said_before_them(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    for number in range(40):
        log = BoundedLog(file, limit=200, kept=2)
        log.begin_anew()
        log.append(f"life {number}")
        log.close()
    said = [line for end in (".2", ".1", "") for line in (tmp_path / f"a.log{end}").read_text().splitlines()]
    assert said == [f"life {number}" for number in range(40 - len(said), 40)]
    assert len(said) > 30
    assert all(each.stat().st_size <= 200 for each in tmp_path.iterdir())


def test_a_log_that_is_begun_anew_is_not_added_to_somebody_elses_file(tmp_path: Path) -> None:
    victim, file = tmp_path / "victim", tmp_path / "a.log"
    victim.write_text("precious")
    (tmp_path / "a.log.1").symlink_to(victim)
    BoundedLog(file).append("one")
    BoundedLog(file).begin_anew()
    assert (victim.read_text(), file.read_text()) == ("precious", "")
    assert (tmp_path / "a.log.1").read_text() == "one\n"
    assert not (tmp_path / "a.log.1").is_symlink()


def test_what_a_process_says_on_stderr_goes_into_its_log_when_nobody_watches(tmp_path: Path) -> None:
    file = tmp_path / "line.log"
    said = "sys.stderr.write('Bel 0470123456.\\nen '); sys.stderr.write('dan\\n'); log.info('once')"
    done = run(SAYS.replace("TO", f"BoundedLog(Path({str(file)!r})), stderr=False") + said)
    assert done.stderr == ""
    assert [line.split(": ")[-1] for line in file.read_text().splitlines()] == [
        "Bel [number].",
        "en dan",
        "once",
    ]


def test_a_process_without_a_log_of_its_own_says_it_to_stderr() -> None:
    done = run(SAYS.replace("TO", "None") + "log.info('0470123456')")
    assert done.stderr.endswith("INFO buurtbel.test: [number]\n")


def test_what_a_process_is_at_stands_in_brackets_and_is_read_again() -> None:
    record = logging.LogRecord("ivr.pbx", logging.INFO, "f", 1, "To %s: gone [x]: y.", ("0470123456",), None)
    for about in ("", "broadcast=7 channel=buurtbel-1732921000.12"):
        line = PlainFormatter(about=partial(str, about)).format(record)
        read = read_line(line + "\n")
        assert read is not None
        assert (read.level, read.name, read.about) == ("INFO", "ivr.pbx", about)
        assert read.text == f"To {NUMBER}: gone [x]: y."
        assert read.at.timestamp() == pytest.approx(record.created, abs=0.001)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "what an interpreter said",
        "2026-02-30T03:04:05.123+00:00 INFO x: the thirtieth of February",
        "2026-11-30T03:04:05.123+01:00 INFO x: of another zone",
        "2026-11-30T03:04:05.123+00:00 INFO x [channel=1]",
        "2026-11-30T03:04:05.123+00:00 INFO x [a] [b]: two brackets",
        "2026-11-30 03:04:05,123 INFO x: of an earlier release",
        "x 2026-11-30T03:04:05.123+00:00 INFO x [channel=1]: not at its beginning",
        "٢٠٢٦-11-30T03:04:05.123+00:00 INFO x: other figures",
    ],
)
def test_what_is_no_event_of_ours_is_not_read_as_one(line: str) -> None:
    assert read_line(line) is None


def test_what_somebody_else_said_does_not_say_what_we_are_at() -> None:
    """Ids in a message are words of that message."""
    record = logging.LogRecord("x", logging.INFO, "f", 1, "said\n2026 INFO x [channel=%s]: y", ("1",), None)
    read = read_line(PlainFormatter(about=lambda: "channel=2").format(record))
    assert read is not None
    assert (read.about, read.text) == ("channel=2", r"said\n2026 INFO x [channel=1]: y")


def test_the_formatter_tells_a_trace_in_the_line_of_its_event() -> None:
    try:
        int("+32 470 12 34 56 x")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "Oh.", (), sys.exc_info())
    line = PlainFormatter().format(record).partition(" ERROR x: ")[2]
    assert line.startswith(r"Oh.\nTraceback (most recent call last):\n")
    assert line.endswith(f"ValueError: invalid literal for int() with base 10: '{NUMBER} x'")
