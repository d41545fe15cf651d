"""What is kept of what Asterisk prints."""

from pathlib import Path

import pytest

from embedded.keeping.asterisk_output import AT_MOST, LONGEST_EVENT, REGISTRATION, WITHIN, PbxOutput, mark_in
from embedded.logs import NUMBER

MARK = "5eed"
BEGIN = f"[2026-11-30 03:18:12 {MARK}]"
SHOWN = "[2026-11-30 03:18:12]"
REFUSED = "WARNING[7]: res_pjsip_acl.c:158 apply_acl: Message from 127.0.0.2:5060 did not pass ACL test"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def output(clock: Clock) -> PbxOutput:
    return PbxOutput(MARK, clock=clock)


def told(output: PbxOutput, text: str) -> list[str]:
    return output.feed(text.encode()) + output.rest()


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        (f"{BEGIN} ERROR[7]: pbx.c:12 f: Oh.", f"{SHOWN} ERROR[7]: pbx.c:12 f: Oh."),
        (
            f"{BEGIN} WARNING[7][C-00000012]: a/b.c:1 f: Extension 0470123456 is unknown",
            f"{SHOWN} WARNING[7][C-00000012]: a/b.c:1 f: Extension {NUMBER} is unknown",
        ),
        (
            f"{BEGIN} VERBOSE[7]: res_pjsip/pjsip_configuration.c:1563 f: Endpoint trunk is now Reachable",
            f"{SHOWN} VERBOSE[7]: res_pjsip/pjsip_configuration.c:1563 f: Endpoint trunk is now Reachable",
        ),
        (f"{BEGIN} VERBOSE[7]: pbx.c:1 f: Spawn extension (inbound, 0470123456, 2) exited", None),
        (f"{BEGIN} VERBOSE[7]: pbx.c:1 f: Mia: Endpoint trunk is now Reachable, she says", None),
        ("Could not find option 'x'", "| Could not find option 'x'"),
        ("", None),
    ],
)
def test_warnings_errors_and_the_coming_and_going_of_the_trunk_are_kept(
    output: PbxOutput, printed: str, line: str | None
) -> None:
    assert told(output, printed + "\n") == ([line] if line else [])


def test_an_event_with_line_ends_and_escapes_in_it_is_one_line(output: PbxOutput) -> None:
    forged = "[2026-11-30 03:18:13] ERROR[1]: pbx.c:1 f: forged"
    lines = told(
        output, f"{BEGIN} ERROR[7]: a.c:1 f: From 'x\n{forged}\r\n\x1b[2Jy'\n{BEGIN} ERROR[7]: a.c:2 f: b\n"
    )
    assert lines == [
        rf"{SHOWN} ERROR[7]: a.c:1 f: From 'x\n{forged}\r\n\x1b[2Jy'",
        f"{SHOWN} ERROR[7]: a.c:2 f: b",
    ]


def test_a_forged_event_that_comes_alone_is_seen_to_be_none(output: PbxOutput) -> None:
    output.rest()
    assert told(output, "[2026-11-30 03:18:13] ERROR[1]: pbx.c:1 f: forged\n")[0].startswith("| [")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_may_come_in_pieces_of_any_size(output: PbxOutput, size: int) -> None:
    printed = f"{BEGIN} ERROR[7]: a.c:1 f: één\ntwee\n{BEGIN} ERROR[7]: a.c:2 f: drie\n".encode()
    pieces = [printed[at : at + size] for at in range(0, len(printed), size)]
    lines = [line for piece in pieces for line in output.feed(piece)] + output.rest()
    assert lines == [rf"{SHOWN} ERROR[7]: a.c:1 f: één\ntwee", f"{SHOWN} ERROR[7]: a.c:2 f: drie"]


def test_what_is_no_text_is_written_out(output: PbxOutput) -> None:
    assert output.feed(BEGIN.encode() + b" ERROR[7]: a.c:1 f: \xff\xfe\n") + output.rest() == [
        rf"{SHOWN} ERROR[7]: a.c:1 f: \xff\xfe"
    ]


def test_a_flood_is_told_by_its_first_lines_and_its_count(output: PbxOutput, clock: Clock) -> None:
    flood = f"{BEGIN} {REFUSED}\n" * 5000 + f"{BEGIN} ERROR[7]: other.c:1 f: Something else.\n"
    lines = told(output, flood)
    assert lines == [f"{SHOWN} {REFUSED}"] * AT_MOST + [f"{SHOWN} ERROR[7]: other.c:1 f: Something else."]
    clock.now += WITHIN
    assert output.rest() == [
        f"{5000 - AT_MOST} more like this were left out, from res_pjsip_acl.c:158 apply_acl:"
    ]
    assert told(output, f"{BEGIN} {REFUSED}\n") == [f"{SHOWN} {REFUSED}"]


def test_an_event_without_end_takes_no_memory(output: PbxOutput) -> None:
    output.feed(f"{BEGIN} ERROR[7]: a.c:1 f: ".encode())
    for _ in range(100):
        output.feed(b"x" * LONGEST_EVENT + b"\n")
        output.feed(b"y" * LONGEST_EVENT)
    [line] = output.rest()
    assert len(line) < LONGEST_EVENT
    assert len(output._line) + len(output._event) <= LONGEST_EVENT


def test_the_mark_is_found_where_asterisk_was_told_it(tmp_path: Path) -> None:
    conf = tmp_path / "logger.conf"
    conf.write_text("; x\n[general]\ndateformat = %F %T 00ff\nqueue_log = no\n")
    assert mark_in(conf) == "00ff"
    conf.write_text("[general]\ndateformat = %F %T\n")
    assert mark_in(conf) == ""


def test_without_a_mark_each_line_is_an_event() -> None:
    lines = told(PbxOutput(""), f"{SHOWN} ERROR[7]: a.c:1 f: b\n{SHOWN} ERROR[7]: a.c:1 f: c\n")
    assert lines == [f"{SHOWN} ERROR[7]: a.c:1 f: b", f"{SHOWN} ERROR[7]: a.c:1 f: c"]


def test_what_came_of_registering_last_is_kept_in_mind_also_when_it_is_left_out(output: PbxOutput) -> None:
    assert output.last(REGISTRATION) == ""
    for nth in range(AT_MOST + 5):
        told(
            output,
            f"{BEGIN} WARNING[7]: {REGISTRATION}:1246 schedule_retry: Temporal response '{400 + nth}'\n",
        )
    told(
        output, f"{BEGIN} WARNING[7]: a.c:1 f: {REGISTRATION}:1246 schedule_retry: Temporal response '401'\n"
    )
    told(output, f"x\n[2026-11-30 03:18:12] WARNING[7]: {REGISTRATION}:1 f: '401'\n")
    last = output.last(REGISTRATION)
    assert last == f"{SHOWN} WARNING[7]: {REGISTRATION}:1246 schedule_retry: Temporal response '424'"
    assert output.last("a.c") == ""
