"""Why nobody answered: every row of the table, and what stands beside it."""

import pytest

from broadcast.states import Outcome
from ivr.ari.causes import outcome_of

TABLE = [
    ("486 busy here", 17, 486, Outcome.BUSY),
    ("600 busy everywhere", 17, 600, Outcome.BUSY),
    ("480 not available", 19, 480, Outcome.NO_ANSWER),
    ("483 too many hops", 19, 483, Outcome.NO_ANSWER),
    ("408 timeout", 18, 408, Outcome.NO_ANSWER),
    ("487 taken back", 16, 487, Outcome.NO_ANSWER),
    ("404 not found", 1, 404, Outcome.DEAD_NUMBER),
    ("485 ambiguous", 1, 485, Outcome.DEAD_NUMBER),
    ("604 exists nowhere", 1, 604, Outcome.DEAD_NUMBER),
    ("410 changed", 22, 410, Outcome.DEAD_NUMBER),
    ("484 malformed", 28, 484, Outcome.DEAD_NUMBER),
    ("401 unauthorized", 21, 401, Outcome.REJECTED),
    ("403 forbidden", 21, 403, Outcome.REJECTED),
    ("407 proxy wants a password", 21, 407, Outcome.REJECTED),
    ("603 decline", 21, 603, Outcome.REJECTED),
    ("607 unwanted", 21, 607, Outcome.REJECTED),
    ("608 rejected on the way", 21, 608, Outcome.REJECTED),
    ("503 trunk full", 34, 503, Outcome.CONGESTION),
    ("500 server error", 38, 500, Outcome.TRUNK_DOWN),
    ("502 bad gateway", 27, 502, Outcome.TRUNK_DOWN),
    ("504 gateway timeout", 102, 504, Outcome.TRUNK_DOWN),
    ("488 no common codec", 58, 488, Outcome.TRUNK_DOWN),
    ("606 no common codec", 58, 606, Outcome.TRUNK_DOWN),
    ("501 not implemented", 29, 501, Outcome.TRUNK_DOWN),
]


@pytest.mark.parametrize(
    ("cause", "sip", "outcome"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_each_row_of_the_table(cause: int, sip: int, outcome: Outcome) -> None:
    assert outcome_of(cause, sip) is outcome


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (1, Outcome.DEAD_NUMBER),
        (3, Outcome.TRUNK_DOWN),
        (16, Outcome.NO_ANSWER),
        (17, Outcome.BUSY),
        (18, Outcome.NO_ANSWER),
        (19, Outcome.NO_ANSWER),
        (20, Outcome.NO_ANSWER),
        (21, Outcome.REJECTED),
        (22, Outcome.DEAD_NUMBER),
        (27, Outcome.TRUNK_DOWN),
        (28, Outcome.DEAD_NUMBER),
        (29, Outcome.TRUNK_DOWN),
        (31, Outcome.NO_ANSWER),
        (34, Outcome.CONGESTION),
        (38, Outcome.TRUNK_DOWN),
        (41, Outcome.TRUNK_DOWN),
        (42, Outcome.CONGESTION),
        (44, Outcome.CONGESTION),
        (47, Outcome.CONGESTION),
        (58, Outcome.TRUNK_DOWN),
        (102, Outcome.TRUNK_DOWN),
    ],
)
def test_without_a_sip_status_the_cause_decides(cause: int, outcome: Outcome) -> None:
    assert outcome_of(cause, None) is outcome


def test_the_sip_status_is_believed_before_the_cause() -> None:
    assert outcome_of(21, 486) is Outcome.BUSY
    assert outcome_of(19, 404) is Outcome.DEAD_NUMBER


def test_when_we_stopped_the_ringing_nothing_else_counts() -> None:
    assert outcome_of(21, 603, our_timeout=True) is Outcome.NO_ANSWER


@pytest.mark.parametrize(
    ("cause", "sip", "outcome"),
    [
        (0, None, Outcome.UNKNOWN),
        (5, None, Outcome.UNKNOWN),
        (24, None, Outcome.NO_ANSWER),
        (43, None, Outcome.CONGESTION),
        (57, None, Outcome.TRUNK_DOWN),
        (79, None, Outcome.TRUNK_DOWN),
        (88, None, Outcome.TRUNK_DOWN),
        (111, None, Outcome.TRUNK_DOWN),
        (127, None, Outcome.UNKNOWN),
        (999, None, Outcome.UNKNOWN),
        (127, 580, Outcome.TRUNK_DOWN),
        (127, 699, Outcome.REJECTED),
        (127, 489, Outcome.UNKNOWN),
        (17, 489, Outcome.BUSY),
        (17, 580, Outcome.BUSY),
    ],
)
def test_what_no_table_lists_counts_by_its_class(cause: int, sip: int | None, outcome: Outcome) -> None:
    assert outcome_of(cause, sip) is outcome
