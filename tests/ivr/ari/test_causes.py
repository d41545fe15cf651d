"""Why nobody answered and whose fault it was: every row of the table, and all that stands beside it."""

import pytest

from broadcast.rules.retry import FOR_THE_TRUNK
from broadcast.states import Outcome
from ivr.ari.causes import outcome_of

TABLE = [
    ("302 moved", 23, 302, Outcome.REDIRECTED),
    ("302 moved, of which Asterisk makes nothing", 0, 302, Outcome.REDIRECTED),
    ("300 several choices", 0, 300, Outcome.REDIRECTED),
    ("305 use another proxy", 0, 305, Outcome.TRUNK_REFUSED),
    ("486 busy here", 17, 486, Outcome.BUSY),
    ("600 busy everywhere", 17, 600, Outcome.BUSY),
    ("480 not available", 19, 480, Outcome.NO_ANSWER),
    ("404 not found", 1, 404, Outcome.DEAD_NUMBER),
    ("485 ambiguous", 1, 485, Outcome.DEAD_NUMBER),
    ("604 exists nowhere", 1, 604, Outcome.DEAD_NUMBER),
    ("410 changed", 22, 410, Outcome.DEAD_NUMBER),
    ("484 malformed", 28, 484, Outcome.DEAD_NUMBER),
    ("401 unauthorized", 21, 401, Outcome.TRUNK_REFUSED),
    ("407 proxy wants a password", 21, 407, Outcome.TRUNK_REFUSED),
    ("402 pay first", 127, 402, Outcome.TRUNK_REFUSED),
    ("433 nobody anonymous", 127, 433, Outcome.TRUNK_REFUSED),
    ("483 too many hops", 19, 483, Outcome.TRUNK_REFUSED),
    ("603 decline", 21, 603, Outcome.REJECTED),
    ("607 unwanted", 21, 607, Outcome.REJECTED),
    ("608 rejected on the way", 21, 608, Outcome.REJECTED),
    ("699, whatever that is", 127, 699, Outcome.REJECTED),
    ("503 trunk full", 34, 503, Outcome.CONGESTION),
    ("500 server error", 38, 500, Outcome.TRUNK_DOWN),
    ("502 bad gateway", 27, 502, Outcome.TRUNK_DOWN),
    ("504 gateway timeout", 102, 504, Outcome.TRUNK_DOWN),
    ("501 not implemented", 29, 501, Outcome.TRUNK_DOWN),
    ("580, whatever that is", 127, 580, Outcome.TRUNK_DOWN),
    ("488 no common codec", 58, 488, Outcome.INCOMPATIBLE),
    ("606 no common codec", 58, 606, Outcome.INCOMPATIBLE),
]
OF_A_PERSON = {
    *(*range(300, 305), *range(306, 400)),
    *(404, 410, 480, 484, 485, 486),
    *range(600, 606),
    *range(607, 700),
}
"""Statuses that say something of a person though nothing rang."""
AFTER_RINGING = OF_A_PERSON | {403, 408, 487}


@pytest.mark.parametrize(
    ("cause", "sip", "outcome"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_each_row_of_the_table_whether_it_rang_or_not(cause: int, sip: int, outcome: Outcome) -> None:
    assert {outcome_of(cause, sip, rang=rang) for rang in (True, False)} == {outcome}


@pytest.mark.parametrize(
    ("sip", "cause", "rang", "did_not_ring"),
    [
        (403, 21, Outcome.REJECTED, Outcome.TRUNK_REFUSED),
        (408, 18, Outcome.NO_ANSWER, Outcome.TRUNK_DOWN),
        (487, 16, Outcome.NO_ANSWER, Outcome.TRUNK_DOWN),
        (None, 18, Outcome.NO_ANSWER, Outcome.TRUNK_DOWN),
        (None, 19, Outcome.NO_ANSWER, Outcome.TRUNK_DOWN),
        (None, 21, Outcome.REJECTED, Outcome.TRUNK_REFUSED),
    ],
)
def test_what_is_a_persons_once_it_rang_is_the_trunks_before(
    sip: int | None, cause: int, rang: Outcome, did_not_ring: Outcome
) -> None:
    assert outcome_of(cause, sip, rang=True) is rang
    assert outcome_of(cause, sip, rang=False) is did_not_ring


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (0, Outcome.TRUNK_DOWN),
        (1, Outcome.DEAD_NUMBER),
        (3, Outcome.TRUNK_DOWN),
        (5, Outcome.TRUNK_DOWN),
        (16, Outcome.NO_ANSWER),
        (17, Outcome.BUSY),
        (20, Outcome.NO_ANSWER),
        (22, Outcome.DEAD_NUMBER),
        (23, Outcome.REDIRECTED),
        (27, Outcome.TRUNK_DOWN),
        (28, Outcome.DEAD_NUMBER),
        (29, Outcome.TRUNK_DOWN),
        (31, Outcome.NO_ANSWER),
        (34, Outcome.CONGESTION),
        (38, Outcome.TRUNK_DOWN),
        (41, Outcome.TRUNK_DOWN),
        (42, Outcome.CONGESTION),
        (43, Outcome.CONGESTION),
        (44, Outcome.CONGESTION),
        (47, Outcome.CONGESTION),
        (57, Outcome.TRUNK_DOWN),
        (58, Outcome.INCOMPATIBLE),
        (88, Outcome.INCOMPATIBLE),
        (102, Outcome.TRUNK_DOWN),
        (127, Outcome.TRUNK_DOWN),
        (999, Outcome.TRUNK_DOWN),
    ],
)
def test_without_a_sip_status_the_cause_decides(cause: int, outcome: Outcome) -> None:
    assert {outcome_of(cause, sip) for sip in (None, 0, 200, 700)} == {outcome}


def test_every_definite_answer_has_a_definite_outcome() -> None:
    """Whatever Asterisk makes of it, and whatever nobody has thought of yet."""
    outcomes = {
        outcome_of(cause, sip, rang=rang)
        for cause in range(128)
        for sip in (None, *range(300, 700))
        for rang in (True, False)
    }
    assert outcomes == {
        Outcome.BUSY,
        Outcome.CONGESTION,
        Outcome.DEAD_NUMBER,
        Outcome.INCOMPATIBLE,
        Outcome.NO_ANSWER,
        Outcome.REDIRECTED,
        Outcome.REJECTED,
        Outcome.TRUNK_DOWN,
        Outcome.TRUNK_REFUSED,
    }


@pytest.mark.parametrize(("rang", "of_a_person"), [(False, OF_A_PERSON), (True, AFTER_RINGING)])
def test_no_person_is_judged_by_a_status_that_says_nothing_of_them(rang: bool, of_a_person: set[int]) -> None:
    judged = {sip for sip in range(300, 700) if outcome_of(127, sip, rang=rang) not in FOR_THE_TRUNK}
    assert judged == of_a_person


def test_the_sip_status_is_believed_before_the_cause() -> None:
    assert outcome_of(21, 486) is Outcome.BUSY
    assert outcome_of(19, 404) is Outcome.DEAD_NUMBER
    assert outcome_of(21, 480) is Outcome.NO_ANSWER


@pytest.mark.parametrize("sip", [403, 480, 489, 500, 503, 580])
def test_a_cause_that_only_the_network_can_have_given_is_finer_than_a_vague_status(sip: int) -> None:
    assert outcome_of(17, sip) is Outcome.BUSY
    assert outcome_of(1, sip, rang=False) is Outcome.DEAD_NUMBER


def test_when_we_stopped_a_call_nothing_counts_but_whether_it_rang() -> None:
    assert outcome_of(21, 603, our_timeout=True) is Outcome.NO_ANSWER
    assert outcome_of(19, 480, rang=False, our_timeout=True) is Outcome.TRUNK_DOWN
