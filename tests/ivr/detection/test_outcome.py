"""What a call proved, told as calls that are over; a pass lasts ten seconds."""

import pytest

from broadcast.states import Outcome
from ivr.detection.far_end import FarEnd
from tests.ivr.told import NEVER, call

HALLO = (0.3, 1.2)
GREETING = (0.5, 6.0)


@pytest.mark.parametrize(
    ("what_happened", "call", "outcome"),
    [
        ("1 was pressed", call(passes=[(0, 10)], keys="1"), Outcome.CONFIRMED),
        ("1 was pressed over the message", call(cut=[(0, 3)], keys="1"), Outcome.CONFIRMED),
        ("1 was pressed after 2", call(cut=[(0, 3)], passes=[(3, 13)], keys="21"), Outcome.CONFIRMED),
        ("1 was pressed over a long greeting", call(talks=[GREETING], keys="1"), Outcome.CONFIRMED),
        ("1 was pressed and nothing was played", call(keys="1"), Outcome.CONFIRMED),
        ("another key, and the whole message", call(passes=[(0, 10)], keys="5"), Outcome.HEARD),
        ("another key, and a part of it", call(cut=[(0, 4)], keys="5", left=4), Outcome.PARTIAL),
        (
            "a talker who pressed a key stayed",
            call(talks=[(0, 5)], passes=[(0, 10)], keys="2"),
            Outcome.HEARD,
        ),
        ("said hallo and stayed", call(talks=[HALLO], passes=[(0, 10)], left=10.5), Outcome.HEARD),
        ("said hallo and left", call(talks=[HALLO], cut=[(0, 4)], left=4), Outcome.PARTIAL),
        ("picked up and left", call(cut=[(0, 2)], left=2), Outcome.PARTIAL),
        ("left before a word was said", call(left=0.1), Outcome.PARTIAL),
        ("said nothing at all", call(passes=[(0, 10), (11, 21)]), Outcome.SILENT),
        (
            "a box with its greeting",
            call(talks=[GREETING], cut=[(0, 6.6)], passes=[(6.6, 16.6), (17.6, 27.6)]),
            Outcome.VOICEMAIL,
        ),
        (
            "a box in three pieces and a beep",
            call(
                talks=[(0.2, 1.8), (2.6, 4), (4.8, 5.1)], cut=[(0, 6.9)], passes=[(6.9, 16.9), (17.9, 27.9)]
            ),
            Outcome.VOICEMAIL,
        ),
        (
            "a box that hung up",
            call(talks=[GREETING], cut=[(0, 6.6), (6.6, 12)], left=12),
            Outcome.VOICEMAIL_PARTIAL,
        ),
        (
            "a box whose greeting was longer than the pass",
            call(talks=[(0.5, 14)], passes=[(0, 10)], cut=[(11, 15.6), (15.6, 20)], left=14.5),
            Outcome.VOICEMAIL_PARTIAL,
        ),
        (
            "a box that is full after the message",
            call(talks=[GREETING, (17, 20)], cut=[(0, 6.6), (17.6, 20.5)], passes=[(6.6, 16.6)], left=20.5),
            Outcome.VOICEMAIL,
        ),
        (
            "a noisy street in which the message was played whole",
            call(talks=[(0.5, NEVER)], passes=[(0, 10), (11, 21)], left=22),
            Outcome.HEARD,
        ),
        (
            "said hallo, heard it whole, and was speaking while hanging up",
            call(talks=[HALLO, (10.2, NEVER)], passes=[(0, 10)], cut=[(11, 13)], left=13),
            Outcome.HEARD,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_outcome_says_what_was_proved(what_happened: str, call: FarEnd, outcome: Outcome) -> None:
    assert call.outcome() is outcome
