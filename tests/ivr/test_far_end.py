"""Who was at the other end, told from timing: people, boxes, echo, and events late, double or missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.states import Outcome
from ivr.far_end import FarEnd, Thresholds

PASS = 10.0
"""Seconds that one pass of these tests lasts."""
Talks = list[tuple[float, float]]
NEVER = -1.0
"""An end that was not reported."""


def line(*, talks: Talks = (), passes: Talks = (), cut: Talks = (), keys: str = "") -> FarEnd:  # type: ignore[assignment]
    """A call that is over: stretches of talk, whole passes and passes that were cut, as start and end."""
    far_end = FarEnd()
    for start, end in talks:
        far_end.talk_started(start)
        if end != NEVER:
            far_end.talk_ended(end)
    for whole, those in ((True, passes), (False, cut)):
        for start, end in those:
            far_end.pass_ended(start, end, whole=whole)
    for digit in keys:
        far_end.key(digit, 5.0)
    return far_end


HALLO = (0.3, 1.2)
GREETING = (0.5, 6.0)


@pytest.mark.parametrize(
    ("what_happened", "call", "outcome"),
    [
        ("1 was pressed", line(passes=[(0, 10)], keys="1"), Outcome.CONFIRMED),
        ("1 was pressed over the message", line(cut=[(0, 3)], keys="1"), Outcome.CONFIRMED),
        ("1 was pressed after 2", line(cut=[(0, 3)], passes=[(3, 13)], keys="21"), Outcome.CONFIRMED),
        ("1 was pressed over a long greeting", line(talks=[GREETING], keys="1"), Outcome.CONFIRMED),
        ("1 was pressed and nothing was played", line(keys="1"), Outcome.CONFIRMED),
        ("another key, and the whole message", line(passes=[(0, 10)], keys="5"), Outcome.HEARD),
        ("another key, and a part of it", line(cut=[(0, 4)], keys="5"), Outcome.PARTIAL),
        (
            "a talker who pressed a key stayed",
            line(talks=[(0, 5)], passes=[(0, 10)], keys="2"),
            Outcome.HEARD,
        ),
        ("said hallo and stayed", line(talks=[HALLO], passes=[(0, 10)]), Outcome.HEARD),
        ("said hallo and left", line(talks=[HALLO], cut=[(0, 4)]), Outcome.PARTIAL),
        ("picked up and left", line(cut=[(0, 2)]), Outcome.PARTIAL),
        ("left before a word was said", line(), Outcome.PARTIAL),
        ("said nothing at all", line(passes=[(0, 10), (11, 21)]), Outcome.SILENT),
        (
            "a box with its greeting",
            line(talks=[GREETING], cut=[(0, 6)], passes=[(6, 16)]),
            Outcome.VOICEMAIL,
        ),
        (
            "a box in three pieces and a beep",
            line(talks=[(0, 1), (2, 3), (4, 4.5)], cut=[(0, 4.5)], passes=[(4.5, 14.5)]),
            Outcome.VOICEMAIL,
        ),
        (
            "a box that hung up",
            line(talks=[GREETING], cut=[(0, 6), (6, 12)]),
            Outcome.VOICEMAIL_PARTIAL,
        ),
        (
            "a box whose greeting was longer than the pass",
            line(talks=[(0.5, 14)], passes=[(0, 10)], cut=[(11, 14), (14, 20)]),
            Outcome.VOICEMAIL_PARTIAL,
        ),
        (
            "a box that is full after the message",
            line(talks=[GREETING, (17, 20)], cut=[(0, 6)], passes=[(6, 16)]),
            Outcome.VOICEMAIL,
        ),
        (
            "silence first, then a greeting, then gone: what came before a greeting is on no recording",
            line(talks=[(12, 17)], passes=[(0, 10)], cut=[(11, 17)]),
            Outcome.VOICEMAIL_PARTIAL,
        ),
        (
            "talk that never ended, as on a network that does not report silence",
            line(talks=[(0.5, NEVER)], passes=[(0, 10), (11, 21)]),
            Outcome.VOICEMAIL_PARTIAL,
        ),
        (
            "a long greeting, then talk that never ended",
            line(talks=[(0.5, 4), (5, NEVER)], cut=[(0, 4)], passes=[(4, 14), (15, 25)]),
            Outcome.VOICEMAIL_PARTIAL,
        ),
        (
            "said hallo, heard it whole, and was speaking while hanging up",
            line(talks=[HALLO, (10.2, NEVER)], passes=[(0, 10)], cut=[(11, 13)]),
            Outcome.HEARD,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_outcome_says_what_was_proved(what_happened: str, call: FarEnd, outcome: Outcome) -> None:
    assert call.outcome() is outcome


@pytest.mark.parametrize(
    ("talks", "is_long"),
    [
        ([HALLO], False),
        ([(0.3, 1.2), (2.0, 2.9)], False),
        ([(0.0, 1.8)], True),
        ([(0.0, 1.3), (2.0, 3.2)], True),
        ([(0.0, 0.2), (1.0, 1.2), (2.0, 2.2)], True),
        ([], False),
    ],
)
def test_a_persons_greeting_is_short_and_a_boxs_is_long(talks: Talks, is_long: bool) -> None:
    assert line(talks=talks).talked_long is is_long


def test_the_message_starts_again_whenever_a_long_talker_falls_quiet() -> None:
    box = FarEnd()
    box.talk_started(0.5)
    assert box.talk_ended(4.0)
    box.talk_started(4.5)
    assert box.talk_ended(5.0), "its beep"


def test_a_person_who_says_hallo_is_not_started_again_on() -> None:
    person = FarEnd()
    person.talk_started(0.5)
    assert not person.talk_ended(1.4)


def test_after_three_restarts_one_pass_runs_to_its_end_whatever_is_heard_and_then_it_may_restart_again() -> (
    None
):
    echo = FarEnd()
    restarts = []
    for n in range(10):
        echo.talk_started(2.0 * n)
        restarts.append(echo.talk_ended(2.0 * n + 1.9))
    assert restarts == [True] * 3 + [False] * 7
    echo.pass_ended(6, 16, whole=False)
    assert not echo.talk_ended(20.5)
    echo.pass_ended(16, 26, whole=True)
    echo.talk_started(26.5)
    assert echo.talk_ended(27)


def test_a_key_ends_the_restarts() -> None:
    person = FarEnd()
    person.talk_started(0)
    person.key("5", 3.0)
    assert not person.talk_ended(4.0)


@pytest.mark.parametrize("end_is_lost", [False, True])
def test_events_that_come_twice_count_once(end_is_lost: bool) -> None:
    once, twice = FarEnd(), FarEnd()
    for far_end, times in ((once, 1), (twice, 2)):
        for _ in range(times):
            far_end.talk_started(1.0)
        restarts = [far_end.talk_ended(4.0) for _ in range(times)]
        assert sum(restarts) == 1
        for _ in range(times):
            far_end.talk_started(6.0)
        if not end_is_lost:
            for _ in range(times):
                far_end.talk_ended(7.0)
    assert once.talks == twice.talks
    assert once.evidence() == twice.evidence()


def test_an_end_of_talk_whose_beginning_never_came_means_nothing() -> None:
    far_end = FarEnd()
    assert not far_end.talk_ended(5.0)
    assert far_end.talks == []


def test_an_end_that_is_dated_before_its_beginning_is_talk_of_no_length() -> None:
    far_end = FarEnd()
    far_end.talk_started(5.0)
    far_end.talk_ended(4.0)
    assert [(talk.start, talk.end) for talk in far_end.talks] == [(5.0, 5.0)]


def test_two_undisturbed_passes_are_enough_and_one_is_not() -> None:
    assert not line(passes=[(0, 10)]).is_done
    assert line(passes=[(0, 10), (11, 21)]).is_done
    assert not line(talks=[(0, 12)], passes=[(0, 10), (12, 22)]).is_done


def test_talk_that_never_ends_after_a_greeting_ends_after_four_passes_at_the_latest() -> None:
    talks = [(0.0, 3.0), (3.5, NEVER)]
    passes = [(3.0 + 11 * n, 13.0 + 11 * n) for n in range(4)]
    assert not line(talks=talks, passes=passes[:3]).is_done
    assert line(talks=talks, passes=passes).is_done


def test_the_evidence_tells_times_and_how_many_keys_but_never_which() -> None:
    far_end = line(talks=[(0.333, 1.2), (5, NEVER)], passes=[(0, 10)], cut=[(11, 12.5)], keys="471")
    assert far_end.evidence() == {
        "talk": [[0.33, 1.2], [5, None]],
        "passes": [[0, 10, True], [11, 12.5, False]],
        "keys": 3,
    }


@given(
    st.lists(
        st.tuples(st.sampled_from(["starts", "ends", "whole", "cut", "key"]), st.floats(0.0, 60.0)),
        max_size=60,
    )
)
def test_no_order_of_events_makes_it_restart_for_ever_or_claim_what_was_not_played(events) -> None:
    far_end = FarEnd(thresholds=Thresholds())
    in_a_row = 0
    for kind, at in events:
        match kind:
            case "starts":
                far_end.talk_started(at)
            case "ends":
                in_a_row += far_end.talk_ended(at)
            case "key":
                far_end.key("5", at)
            case _:
                far_end.pass_ended(at, at + PASS, whole=kind == "whole")
                in_a_row = 0 if kind == "whole" else in_a_row
        assert in_a_row <= 3
    if not any(kind == "whole" for kind, _ in events):
        assert far_end.outcome() in {Outcome.PARTIAL, Outcome.VOICEMAIL_PARTIAL}
        assert not far_end.is_done
