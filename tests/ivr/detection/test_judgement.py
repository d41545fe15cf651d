"""Who it was, told as calls that a police officer could picture; a pass lasts ten seconds."""

import pytest

from broadcast.states import Outcome
from ivr.detection.far_end import FarEnd
from ivr.detection.judgement import Who
from tests.ivr.told import NEVER, call

HALLO = (0.3, 1.1)
TWO_PASSES = [(6.6, 16.6), (17.6, 27.6)]
FROM_THE_ANSWER = [(0.1, 10.1), (11.1, 21.1)]


@pytest.mark.parametrize(
    ("who", "told", "call"),
    [
        ("person", "pressed a key over a greeting of a box", call(talks=[(0.5, 6)], keys="5")),
        ("person", "said hallo and put the phone down", call(talks=[HALLO], cut=[(0.1, 4)], left=4)),
        (
            "person",
            "said hallo and waited until we hung up",
            call(talks=[HALLO], passes=FROM_THE_ANSWER),
        ),
        (
            "person",
            "asked twice who it was and left after the message",
            call(talks=[HALLO, (3, 4.2)], passes=[(0.1, 10.1)], left=11),
        ),
        (
            "person",
            "shouted, listened, and put the phone down in the quiet after the message",
            call(talks=[(0.5, 5)], cut=[(0.1, 5.6)], passes=[(5.6, 15.6)], left=17),
        ),
        (
            "person",
            "shouted, and put the phone down during the second time",
            call(talks=[(0.5, 5)], cut=[(0.1, 5.6), (16.6, 22)], passes=[(5.6, 15.6)], left=22),
        ),
        (
            "person",
            "chatted with somebody all the time",
            call(
                talks=[(0.5, 3), (6, 9), (13, 16), (20, 24)],
                cut=[(0.1, 3.6), (3.6, 9.6), (9.6, 16.6)],
                passes=[(16.6, 26.6)],
            ),
        ),
        (
            "person",
            "stood in a street whose noise never ended",
            call(talks=[(0.2, NEVER)], passes=FROM_THE_ANSWER, left=24),
        ),
        (
            "person",
            "said hallo, thanked at the end, and put the phone down in the same breath",
            call(talks=[HALLO, (21.4, NEVER)], passes=[(0.1, 20.1)], cut=[(21.1, 22.3)], left=22.3),
        ),
        ("silent", "said nothing", call(passes=FROM_THE_ANSWER)),
        ("silent", "said nothing and put the phone down", call(passes=[(0.1, 10.1)], left=11)),
        (
            "machine",
            "a greeting, then nothing",
            call(talks=[(0.5, 6)], cut=[(0.1, 6.6)], passes=TWO_PASSES),
        ),
        (
            "machine",
            "a greeting with pauses, a beep five seconds later",
            call(
                talks=[(0.5, 3), (4.8, 6), (11, 11.4)],
                cut=[(0.1, 3.6), (3.6, 6.6), (6.6, 12)],
                passes=[(12, 22), (23, 33)],
            ),
        ),
        (
            "machine",
            "a greeting of a second and a half and a beep three seconds later",
            call(talks=[(0.5, 2.0), (5.0, 5.4)], passes=[*FROM_THE_ANSWER, (22.1, 32.1)]),
        ),
        (
            "machine",
            "a greeting, and after the message that it is full",
            call(talks=[(0.5, 6), (17, 19)], cut=[(0.1, 6.6), (17.6, 19.8)], passes=[(6.6, 16.6)], left=19.8),
        ),
        (
            "machine",
            "a greeting, thirty seconds of memory, and goodbye",
            call(
                talks=[(0.5, 6), (36.2, 37.5)],
                cut=[(0.1, 6.6), (28.6, 38)],
                passes=TWO_PASSES,
                left=38,
            ),
        ),
        (
            "machine",
            "a greeting, and gone as the last word was spoken",
            call(talks=[(0.5, 6)], cut=[(0.1, 6.6)], passes=[(6.6, 16.6)], left=16.6),
        ),
        (
            "screener",
            "asked who it was, said one moment, and nobody came",
            call(
                talks=[(0.5, 5), (16.5, 18)],
                cut=[(0.1, 5.6)],
                passes=[(5.6, 15.6), (16.6, 26.6)],
            ),
        ),
        (
            "screener",
            "asked who it was, then rang on",
            call(
                talks=[(0.5, 5), (16.5, 18), (19, 20), (23, 24), (27, 28)],
                cut=[(0.1, 5.6)],
                passes=[(5.6, 15.6)],
                left=32,
            ),
        ),
        (
            "person",
            "asked who it was, rang, and somebody came in the rhythm of the ringing and listened",
            call(
                talks=[(0.5, 5), (16.5, 18), (19, 20), (23, 24), (27, 28)],
                cut=[(0.1, 5.6), (5.6, 29.8)],
                passes=[(29.8, 49.8), (50.8, 70.8)],
            ),
        ),
        (
            "fax",
            "a tone of three seconds, then bursts every three seconds",
            call(
                talks=[(1, 4), (6, 7.2), (9, 10.2), (12, 13.2), (15, 16.2)],
                cut=[(0.1, 4.6), (4.6, 7.8), (7.8, 10.8)],
                passes=[(10.8, 20.8)],
                left=35,
            ),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_it_was(who: str, told: str, call: FarEnd) -> None:
    assert call.judgement.who == Who(who), call.judgement.reason


def test_every_call_is_judged_with_a_reason() -> None:
    assert call().judgement.reason == "nothing was heard"
    assert call(talks=[HALLO], left=2).judgement.reason == "said a word and listened"


@pytest.mark.parametrize(
    ("told", "call"),
    [
        (
            "a box that is full, without a word, a moment after the message",
            call(talks=[(0.5, 5)], cut=[(0.1, 6.8)], passes=[(6.8, 32.8)], left=35.1),
        ),
        (
            "a box that greeted with a word, and was full without one",
            call(talks=[(0.5, 1.6)], passes=FROM_THE_ANSWER, cut=[(22.1, 31.7)], left=31.7),
        ),
        (
            "left in the middle of the second time after a greeting, or a shout",
            call(talks=[(0.5, 5)], cut=[(0.1, 6.8), (17.8, 25)], passes=[(6.8, 16.8)], left=25),
        ),
        (
            "a network's greeting, then a person's",
            call(talks=[(0.5, 4), (7.5, 11), (12, 12.4)], passes=[(14.2, 24.2), (25.2, 35.2)]),
        ),
        (
            "a long hallo, or a greeting without a beep, and nobody left",
            call(talks=[(0.5, 1.5)], passes=TWO_PASSES),
        ),
        ("sound without end, and nobody put the phone down", call(talks=[(0.5, NEVER)], passes=TWO_PASSES)),
        (
            "an echo, and gone at some moment",
            call(
                talks=[(0.3, 10.3), (11.3, 21.3)],
                passes=FROM_THE_ANSWER,
                cut=[(22.1, 29)],
                left=29,
            ),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nobody_is_said_to_have_heard_it_who_may_be_a_machine(told: str, call: FarEnd) -> None:
    assert call.outcome() is not Outcome.HEARD, call.judgement


def test_what_was_not_watched_all_the_time_is_proved_by_a_key_or_by_who_leaves_after_the_message() -> None:
    stays, leaves, presses = (
        call(talks=[HALLO], passes=FROM_THE_ANSWER),
        call(talks=[HALLO], passes=FROM_THE_ANSWER[:1], left=11),
        call(talks=[HALLO], passes=FROM_THE_ANSWER, keys="5"),
    )
    assert stays.outcome() is Outcome.HEARD
    for one in (stays, leaves, presses):
        one.facts.is_complete = False
    assert [one.outcome() for one in (stays, leaves, presses)] == [
        Outcome.PARTIAL,
        Outcome.HEARD,
        Outcome.HEARD,
    ]
