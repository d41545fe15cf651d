"""The judges of the hostile suite see what they are there to see, and the packets can be drawn again."""

import os
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.hostile.attack import PROGRAMS, Attack, Verdict
from tests.hostile.canary import Canaries
from tests.hostile.far_ends import FarEnds
from tests.hostile.forged_callbacks import ForgedCallBacks
from tests.hostile.held_lines import HeldLines
from tests.hostile.intruder import DONE, Intruder
from tests.hostile.logs import Logs
from tests.hostile.packets import FORGED, Packets
from tests.hostile.sending import Sent
from tests.hostile.tally import Tally

OURSELVES = Intruder("ourselves", os.geteuid(), os.getegid())
NUMBER = "32475123456"
ALL_THREE = FarEnds(3, 3)
HELD = HeldLines(5.0, 32)
CALLED_BACK = ForgedCallBacks(12, 4, 4)


def canaries(place: Path) -> Canaries:
    return Canaries(place / "an-attack", (os.geteuid(), os.getegid()))


def test_a_canary_that_nobody_touched_sings(tmp_path: Path) -> None:
    mine = canaries(tmp_path)
    mine.file().read_bytes()
    list(mine.folder().iterdir())
    assert mine.changed() == []


@pytest.mark.parametrize(
    "touch",
    [
        lambda file, folder: file.write_text(""),
        lambda file, folder: file.chmod(0o644),
        lambda file, folder: file.unlink(),
        lambda file, folder: folder.chmod(0o755),
        lambda file, folder: (folder / "more").touch(),
        lambda file, folder: (folder / "inside").write_text("x"),
    ],
)
def test_a_canary_that_was_touched_is_told_of(tmp_path: Path, touch: Callable[[Path, Path], object]) -> None:
    mine = canaries(tmp_path)
    touch(mine.file(), mine.folder())
    assert len(mine.changed()) == 1


@pytest.mark.parametrize(
    "line",
    [
        f"calling +{NUMBER} now",
        "calling 0475 12 34 56",
        "from 0032-475-123.456",
        f"id {NUMBER}99",
        "sip:475123456@127.0.0.1",
        "sip:%34%37%35%31%32%33%34%35%36@127.0.0.1",
    ],
)
def test_a_number_in_a_log_is_found_however_it_is_written(tmp_path: Path, line: str) -> None:
    log = tmp_path / "line.log"
    log.write_text(f"2026-11-30 03:00:00 INFO all is well\n{line}\n")
    assert Logs.of(tmp_path).with_numbers([NUMBER]) == [f"{log}:2"]


def test_moments_processes_and_other_peoples_numbers_are_no_number_that_was_used(tmp_path: Path) -> None:
    (tmp_path / "line.log").write_text(
        "2026-11-30 03:00:00,475123 INFO pid 1234567: 32475123 and 99910000001\n"
    )
    assert Logs.of(tmp_path).with_numbers([NUMBER]) == []


@pytest.mark.parametrize("control", ["\x1b[2J", "\x00", "\r", "\x07", "\x9b31m", "\u2028"])
def test_what_a_terminal_would_obey_is_found(tmp_path: Path, control: str) -> None:
    log = tmp_path / "messages.log"
    log.write_text(f"all is\twell\nall is {control} lost\n", newline="")
    assert len(Logs.of(tmp_path).with_controls()) == 1


def test_a_line_that_a_packet_wrote_is_found(tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    log.write_text(f"a packet said x\\n{FORGED}: yes\n{FORGED}: yes\n")
    assert Logs.of(tmp_path).forged() == [f"{log}:2"]


def test_packets_are_drawn_again_by_their_seed(tmp_path: Path) -> None:
    def some(seed: int) -> list[bytes]:
        return list(islice(Packets(Random(seed), "127.0.0.1:5060", [NUMBER], "/nowhere"), 300))

    assert some(7) == some(7)
    assert some(7) != some(8)


def test_what_an_attacker_may_is_told_apart_from_what_they_may_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("word")
    came = OURSELVES.do(["read", str(file)], ["find", str(file), "word"], ["read", str(tmp_path / "none")])
    assert came == [DONE, DONE, "No such file or directory"]


def test_what_was_planted_goes_and_what_was_there_comes_back(tmp_path: Path) -> None:
    file, target = str(tmp_path / "file"), str(tmp_path / "target")
    Path(file).write_text("word")
    OURSELVES.do(["aside", file], ["link", file, target])
    assert Path(file).is_symlink()
    OURSELVES.do(["back", file])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert Path(file).read_text() == "word"


def verdicts(*problems: str) -> list[Verdict]:
    some = Attack("links", "must not", "nobody", "links", lambda at: None, PROGRAMS)
    return [Verdict(some, []), Verdict(some, list(problems))]


GOOD = Tally(verdicts(), sent=Sent(10), far_ends=ALL_THREE, held_lines=HELD, forged=CALLED_BACK)
"""A run in which all was tried and repelled."""


@pytest.mark.parametrize(
    "came",
    [
        replace(GOOD, sent=Sent(9)),
        replace(GOOD, sent=Sent(10, lost=1)),
        replace(GOOD, verdicts=verdicts("it got through")),
        replace(GOOD, verdicts=verdicts()[:1]),
        replace(GOOD, problems=["an alert went wrong"]),
        replace(GOOD, log_kb=101),
        replace(GOOD, numbers_in_logs=1),
        replace(GOOD, files_changed=1),
        replace(GOOD, root_processes=1),
        replace(GOOD, far_ends=FarEnds(2, 2)),
        replace(GOOD, far_ends=FarEnds(3, 2)),
        replace(GOOD, far_ends=FarEnds(3, 3, ["a stranger was rung"])),
        replace(GOOD, held_lines=HeldLines()),
        replace(GOOD, held_lines=HeldLines(5.1, 32)),
        replace(GOOD, held_lines=HeldLines(3.0, 31)),
        replace(GOOD, forged=ForgedCallBacks()),
    ],
    ids=str,
)
def test_a_run_with_anything_wrong_does_not_hold(came: Tally) -> None:
    assert not came.holds(10, 2, 100, far_ends=3)


def test_a_run_in_which_all_was_tried_and_repelled_holds() -> None:
    assert replace(GOOD, log_kb=100).holds(10, 2, 100, far_ends=3)


def test_what_the_far_ends_came_to_is_read_from_what_was_written() -> None:
    told = FarEnds.told(["WRONG 404: it rang", "far_ends=3 as_expected=2"])
    assert told == FarEnds(3, 2, ["404: it rang"])
    assert FarEnds.told(["Traceback", "Oops"]).problems == ["the far ends were not rung: Traceback Oops"]


def test_how_long_an_alert_waited_for_held_lines_is_read_from_what_was_written() -> None:
    told = HeldLines.told(["noise", str(HELD)])
    assert told == HELD
    assert told.holds
    assert HeldLines.told(["urgent_first_dial_s=inf callers=32"]).problems
    assert not HeldLines.told([]).holds


def test_what_forged_call_backs_came_to_is_read_from_what_was_written() -> None:
    told = ForgedCallBacks.told(["noise", str(CALLED_BACK)])
    assert told == CALLED_BACK
    assert told.holds
    for wrong in (
        ForgedCallBacks(12, 4, 3),
        ForgedCallBacks(12, 4, 4, 1),
        ForgedCallBacks(7, 4, 4),
        ForgedCallBacks.told(["WRONG somebody was not rung", str(CALLED_BACK)]),
        ForgedCallBacks.told([]),
        ForgedCallBacks(),
    ):
        assert not wrong.holds
