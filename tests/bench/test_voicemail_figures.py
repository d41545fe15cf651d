"""The figures of the voicemail benchmark, from calls that are written down here."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

import pytest

from bench.voicemail.calls import NOT_CALLED, Called, ReportedAttempt, most_restarts
from bench.voicemail.figures import (
    all_reached,
    echo_line,
    first_packet_line,
    first_syllable,
    last_line,
    line_time,
    outcomes_line,
    targets_line,
)
from bench.voicemail.measures import NOTHING, Measures
from bench.voicemail.sides import beep, length
from bench.voicemail.tables import by_greeting, by_kind, silences, wrong
from bench.voicemail.truth import TRUTH, allowed, is_borne_out
from simulation.kinds import Beep, Box, DrawnPerson, Echo, Greeting, Neighbour, NeighbourKind
from simulation.sound.speakers import DrawnVoice

PASS = 20.0
ANSWERED = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
SPEAKER = DrawnVoice("nl", "nl")
HEARD = Measures(0.0, 0.06, 49.0, 1.0, 50.0, whole=True, pieces="80/80", listening=0.5)


class Found(TypedDict, total=False):
    """What was measured otherwise than in `HEARD`."""

    recorded: float
    first_packet: float
    first_sound: float | None
    longest_silence: float
    whole: bool


class Went(Found, total=False):
    """How a call went."""

    seconds: float
    passes: Sequence[Sequence[float]]


def neighbour(
    kind: NeighbourKind,
    *,
    greeting: float = 0.0,
    capacity: float = math.inf,
    suppresses: bool = False,
    stays: bool = False,
    echo: Echo | None = None,
    plays: Box | DrawnPerson | None = None,
) -> Neighbour:
    if plays is None:
        box = Box(0.5, Greeting(SPEAKER, (), -20.0))
        plays = box if greeting else DrawnPerson(SPEAKER, (), -60.0)
    number, language, shape, seed = "+99930000001", "nl", "plain", 1
    return Neighbour(number, kind, language, suppresses, greeting, capacity, stays, echo, shape, plays, seed)


def called(
    who: Neighbour,
    told: str,
    *,
    seconds: float = 50.0,
    passes: Sequence[Sequence[float]] = (),
    **found: Unpack[Found],
) -> Called:
    evidence = {"judgement": told, "passes": passes}
    reported = ReportedAttempt("heard", ANSWERED, ANSWERED + timedelta(seconds=seconds), evidence)
    return Called(who, reported, replace(HEARD, **(Found(recorded=seconds) | found)), PASS)


def box(
    told: str = "machine", *, capacity: float = 60.0, suppresses: bool = False, **went: Unpack[Went]
) -> Called:
    return called(
        neighbour(NeighbourKind.BOX, greeting=10.0, capacity=capacity, suppresses=suppresses), told, **went
    )


def person(told: str = "person", **went: Unpack[Went]) -> Called:
    return called(neighbour(NeighbourKind.HALLO, stays=True), told, **went)


def test_the_truth_table_knows_every_kind() -> None:
    assert set(TRUTH) == set(NeighbourKind)


def test_who_says_nothing_is_silent_and_may_be_a_person_only_by_putting_the_phone_down() -> None:
    assert allowed(neighbour(NeighbourKind.SILENT)) == {"silent"}
    leaves = DrawnPerson(SPEAKER, (), -60.0, leaves_after=1.0)
    assert allowed(neighbour(NeighbourKind.SILENT, plays=leaves)) == {"silent", "person"}


@pytest.mark.parametrize(
    ("kind", "outcome", "whole", "is_so"),
    [
        (NeighbourKind.HALLO, "heard", True, True),
        (NeighbourKind.HALLO, "heard", False, False),
        (NeighbourKind.HALLO, "partial", True, True),
        (NeighbourKind.HALLO, "confirmed", True, False),
        (NeighbourKind.BOX, "heard", True, False),
        (NeighbourKind.BOX, "voicemail", True, True),
        (NeighbourKind.BOX, "voicemail", False, False),
        (NeighbourKind.BOX, "voicemail_partial", False, True),
        (NeighbourKind.SILENT, "silent", False, False),
        (NeighbourKind.PRESSES_BEFORE, "confirmed", False, True),
        (NeighbourKind.PRESSES_AFTER, "heard", True, False),
        (NeighbourKind.FAX, None, False, True),
    ],
)
def test_an_outcome_is_borne_out_by_what_the_called_side_has(
    kind: NeighbourKind, outcome: str | None, whole: bool, is_so: bool
) -> None:
    assert is_borne_out(neighbour(kind), outcome, whole=whole) is is_so


def test_an_outcome_that_claims_too_much_is_counted_and_shown_and_misses_the_target() -> None:
    borne_out = [
        person(),
        replace(box(), reported=replace(box().reported, outcome="voicemail")),
        replace(box(suppresses=True), reported=replace(box().reported, outcome="voicemail")),
    ]
    assert all_reached(borne_out)
    assert outcomes_line(borne_out) == "outcomes: calls=3 not_borne_out=0 <= 0 met"
    claims = [*borne_out, called(neighbour(NeighbourKind.HALLO), "person", whole=False)]
    assert outcomes_line(claims) == "outcomes: calls=4 not_borne_out=1 <= 0 MISSED"
    assert "not borne out: heard" in wrong(claims)
    assert not all_reached(claims)


def test_time_on_the_line_is_the_phones_own_and_ours_only_for_real_mailboxes() -> None:
    ours_is_wrong = replace(box(seconds=50.0, first_packet=1.0, recorded=54.0), reported=NOT_CALLED)
    assert ours_is_wrong.seconds == 55.0
    mailbox = called(
        neighbour(NeighbourKind.VOICEMAIL, greeting=10.0), "machine", seconds=50.0, recorded=20.0
    )
    assert mailbox.seconds == 50.0


@pytest.mark.parametrize(
    ("outcome", "who"),
    [
        ("confirmed", "person"),
        ("partial", "person"),
        ("voicemail_partial", "machine"),
        ("silent", "silent"),
        ("screened", "screener"),
        ("busy", "busy"),
        (None, "no call"),
    ],
)
def test_without_a_judgement_the_outcome_says_who_was_there(outcome: str | None, who: str) -> None:
    assert ReportedAttempt(outcome, None, None, {}).who == who


def test_a_judgement_says_more_than_the_outcome() -> None:
    assert ReportedAttempt("voicemail_partial", None, None, {"judgement": "fax"}).who == "fax"


@pytest.mark.parametrize(("capacity", "can"), [(21.9, False), (22.0, True), (math.inf, True)])
def test_a_box_can_take_the_message_with_two_seconds_to_spare(capacity: float, can: bool) -> None:
    assert box(capacity=capacity).is_machine is can


def test_who_leaves_at_half_is_not_counted_among_the_people_who_stay() -> None:
    assert person().is_person
    assert not called(neighbour(NeighbourKind.LEAVES_AT_HALF), "person").is_person


def test_line_time_is_held_against_the_greeting_and_two_passes() -> None:
    assert box(seconds=55.0).line_time == pytest.approx(1.1)


def test_line_time_of_networks_that_suppress_silence_stands_apart_and_small_boxes_do_not_count() -> None:
    calls = [
        box(seconds=50.0),
        box(seconds=60.0),
        box(suppresses=True, seconds=80.0),
        box(capacity=5.0, seconds=500.0),
    ]
    assert line_time(calls, suppresses=False) == pytest.approx(1.1)
    assert line_time(calls, suppresses=True) == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("passes", "restarts"),
    [
        ([], 0),
        ([True, True], 0),
        ([False, False, True, False, True], 2),
        ([True, False], 0),
        ([False, False, False], 2),
    ],
)
def test_restarts_are_passes_that_were_cut_and_followed_by_another(passes: list[bool], restarts: int) -> None:
    assert most_restarts(passes) == restarts


def test_the_first_syllable_is_the_95th_percentile_of_the_calls_that_heard_anything() -> None:
    calls = [person(first_sound=n / 100) for n in range(1, 101)] + [person(first_sound=None)]
    assert first_syllable(calls) == pytest.approx(950)


def test_what_came_before_the_first_packet_came_before_the_first_sound_too() -> None:
    late = person(first_packet=0.4)
    assert late.first_sound == pytest.approx(0.46)
    assert person().first_sound == pytest.approx(0.06)
    assert first_packet_line([late]) == "first packet: p95=400 ms after the answer, <= 150 MISSED"
    assert first_packet_line([person()]) == "first packet: p95=0 ms after the answer, <= 150 met"


def test_echoing_lines_are_counted_apart() -> None:
    passes = [[0, 3, False], [3, 6, False], [6, 26, True], [27, 47, True]]
    echoing = called(neighbour(NeighbourKind.HALLO, echo=Echo(-12.0, 80.0)), "person", passes=passes)
    calls = [echoing, box(passes=[[0, 1, False]] * 9)]
    assert echo_line(calls) == (
        "echo: calls=1 most_restarts_before_whole=2 <= 3, longest_call_passes=2 <= 2 met"
    )


def test_the_last_line_has_every_figure_under_its_name() -> None:
    calls = [box(seconds=50.0), box("person", seconds=60.0, whole=False), person(longest_silence=1.4)]
    assert last_line(calls) == (
        "voicemail: machines=2 complete=0.500 judged=0.500 people=1 complete=1.000 judged=1.000 "
        "first_syllable_ms_p95=60 longest_silence_s=1.40 line_time_ratio=1.10 line_time_ratio_dtx=nan"
    )


def test_the_targets_tell_machines_from_people_and_what_was_not_measured_is_not_met() -> None:
    line = targets_line([box("person"), person()])
    assert "machines judged >= .97 MISSED" in line
    assert "people judged >= .97 met" in line
    assert "line_time_ratio_dtx <= 1.6 MISSED" in line


@pytest.mark.parametrize(
    ("greeting", "words"),
    [(4.9, " 0 to 5 s"), (5.0, " 5 to 10 s"), (44.0, "30 to 60 s"), (61.0, "more than 60 s")],
)
def test_greetings_are_sorted_into_classes_by_their_length(greeting: float, words: str) -> None:
    assert length(neighbour(NeighbourKind.BOX, greeting=greeting)) == f"keeps after {words}"


def test_boxes_are_told_apart_by_their_beeps() -> None:
    def box_with(*beeps: Beep) -> Neighbour:
        return neighbour(NeighbourKind.BOX, greeting=1.0, plays=Box(0.5, Greeting(SPEAKER, (), -20.0), beeps))

    early, late = Beep(0.05, 1000.0, 0.4, -20.0), Beep(2.0, 1000.0, 0.4, -20.0)
    assert beep(box_with()) == "no beep"
    assert beep(box_with(early)) == "beep at once"
    assert beep(box_with(late)) == "beep after 0.3 to 5 s"
    assert beep(box_with(late, early)) == "two beeps"


def test_the_tables_show_how_each_kind_and_each_greeting_fared() -> None:
    calls = [box(), box("person"), person()]
    assert "0.500  machine 1, person 1" in by_kind(calls)
    assert "| keeps after 10 to 20 s | 2 | 1.00 | 0.50 | 50.0 | 1.00 |" in by_greeting(calls)


def test_a_wrong_call_is_shown_with_what_led_to_it_and_without_its_number() -> None:
    told = wrong([box("person", passes=[[0.1, 3, False], [3, 23, True]]), person()])
    assert told.startswith("wrong: 1 of 2 calls")
    assert "reported person" in told
    assert "0.1-3 3-23*" in told
    assert "+999" not in told


def test_a_neighbour_who_was_never_called_is_wrong_and_harms_no_figure() -> None:
    lost = Called(neighbour(NeighbourKind.BOX, greeting=10.0), NOT_CALLED, NOTHING, PASS)
    assert "reported no call, not whole (no recording), heard nothing" in wrong([lost])
    assert "line_time_ratio=1.00" in last_line([lost, box(seconds=50.0)])
    assert "| 1 | 0.00 | 0.00 | - | - |" in by_greeting([lost])


def test_the_longest_silences_are_named() -> None:
    told = silences([person(longest_silence=1.4), person()])
    assert told.startswith("longest silences, of 2 calls recorded in true time: 1.40 s in ")


def test_a_recording_that_leaves_out_time_is_not_measured_in_time() -> None:
    mailbox = called(
        neighbour(NeighbourKind.VOICEMAIL, greeting=5.0), "machine", first_sound=9.0, longest_silence=9.0
    )
    assert first_syllable([mailbox, person()]) == pytest.approx(60)
    assert "longest_silence_s=1.00" in last_line([mailbox, person()])
