"""What a line of a log may hold."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.logs import LONGEST_LINE, NUMBER, plain_line


@pytest.mark.parametrize(
    "number",
    [
        "0470123456",
        "+32470123456",
        "0032470123456",
        "0470 12 34 56",
        "0470/12.34.56",
        "+32 (0)14 53 96 00",
        "539600",
        "014 - 53 96 00",
        "%30%34%37%30%31%32%33%34%35%36",
        "%2530%2534%2537%2530123456",
        "%2B32470123456",
        "0470%20123%2d456",
        "0470\x1b[31m123\x00456",
        "0470\n123\r\n456",
        "0470\\n123456",
        "0470\u200b123\u2013456\u00a078",
        "٠٤٧٠١٢٣٤٥٦",
        "32.14.53.96.20",
        "2026-11-30-123456",
        "032.014.539.600",
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "sip:{}@10.0.0.1:5060", "<tel:{}>;tag=a", "called {}, busy", "x{}y"]
)
def test_a_number_is_out_of_the_line_however_it_is_written(number: str, around: str) -> None:
    assert plain_line(around.format(number)) == around.format(NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30 03:13:31,123 INFO buurtbel.serve.supervisor: Buurtbel serves.",
        "2026-11-30T03:13:31.123456",
        "[2026-11-30 03:18:12] WARNING[1234567][C-0000001a]: pbx.c:4432 f: PJSIP/trunk-00000012 is gone",
        "attempt 3f1e4f5a-1234-4321-9876-012345678901 is lost",
        "10482931-4812-4821-8123-123456789012",
        "from 127.0.0.2:15060 to 192.168.100.200:5060",
        "networks 10.0.0.0/8, 192.0.2.99",
        "line process 1234567 (pid 4194303) on port 65535",
        'job "tend (interval[0:00:01], next run at: 2026-11-30 21:07:03 UTC)" was missed by 0:00:01.234567',
        "missed by 1 day, 23:59:59.999999, next",
        "12 calls, 345 heard, 6 lost after 40.5 s",
        "Broadcast 12345 went to De Bist, 2260 Westerlo.",
    ],
)
def test_times_ids_addresses_processes_and_small_figures_stay(text: str) -> None:
    assert plain_line(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\ntwo\r\nthree\n", r"one\ntwo\r\nthree"),
        ("\x1b[2Jowned\x07", r"\x1b[2Jowned\x07"),
        ("nul\x00 del\x7f c1\x9b", r"nul\x00 del\x7f c1\x9b"),
        ("turned \u202eround\u2028 and \udcff", r"turned \u202eround\u2028 and \udcff"),
        ("Élodie zegt „dag” 👋", "Élodie zegt „dag” 👋"),
    ],
)
def test_what_moves_a_cursor_or_ends_a_line_is_written_out(text: str, line: str) -> None:
    assert plain_line(text) == line


def test_of_a_long_text_both_ends_are_kept() -> None:
    line = plain_line("begin " + "x" * 100_000 + " end")
    assert len(line) == LONGEST_LINE
    assert line.startswith("begin x")
    assert line.endswith("x end")
    assert " [...] " in line


WRITTEN = st.lists(
    st.one_of(
        st.text(),
        st.sampled_from(
            ["+32", "0470", "12", " ", "/", ".", "-", "%30", "%20", "\x1b[1m", "\n", "\\x00", "10.0.0.1"]
        ),
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    "text",
    [
        "0:47:01.234567 89",
        "0:47:01.234567/89",
        "0:47:01.234567-8",
        "0:47:01.234567 (89)",
        "0:47:01.2345678",
        "0:47:61.234567",
        "047:01.234567",
        "+0:47:01.234567",
    ],
)
def test_a_number_that_begins_like_a_duration_is_a_number(text: str) -> None:
    assert "2345" not in plain_line(text)


def test_brackets_around_a_part_of_a_number_hide_nothing() -> None:
    assert plain_line("call (014) 53-96-00") == f"call ({NUMBER}"


@given(WRITTEN)
def test_whatever_comes_is_one_printable_line_without_a_number_and_stays_as_it_is(text: str) -> None:
    line = plain_line(text)
    assert line.isprintable()
    assert len(line) <= LONGEST_LINE
    assert plain_line(line) == line
    assert not re.search(r"\d{9}", re.sub(r"\\U[0-9a-f]{8}", "", line))
