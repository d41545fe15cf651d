"""Calls that their times tell wrongly or not at all, and their sound rightly; a pass lasts ten seconds."""

import pytest

from broadcast.states import Outcome
from ivr.detection.facts import STILL, HeardSounds
from ivr.detection.far_end import FarEnd
from tests.ivr.told import NEVER, call

UNTIL = 60.0
STREET = HeardSounds(UNTIL, level=-27, range=8, floor=None)
FROM_THE_ANSWER = [(0.1, 10.1), (11.1, 21.1)]
AGAIN = [(6.6, 16.6), (17.6, 27.6)]


def voice(
    floor: float | None = -64.0, beeps: tuple[tuple[float, float], ...] = (), level: float = -19
) -> HeardSounds:
    return HeardSounds(UNTIL, beeps=beeps, level=level, range=35, floor=floor)


@pytest.mark.parametrize(
    ("who", "told", "call"),
    [
        (
            "machine",
            "a word and a beep are a greeting",
            call(talks=[(0.3, 1.3), (3.2, 4.4)], passes=AGAIN, sounds=voice(beeps=((3.2, 4.38),))),
        ),
        (
            "machine",
            "a beep in one go with a word, after which somebody left",
            call(talks=[(0.3, 1.5)], passes=[(0.1, 10.1)], left=11, sounds=voice(beeps=((1.1, 1.5),))),
        ),
        (
            "person",
            "a word and a question that is no tone",
            call(talks=[(0.4, 1.8), (5.8, 6.8)], passes=AGAIN, sounds=voice()),
        ),
        (
            "person",
            "a beep somewhere in the middle of talk proves nothing",
            call(talks=[(0.4, 6.0)], passes=[(7, 17)], left=18, sounds=voice(beeps=((2.0, 2.2),))),
        ),
        (
            "person",
            "shouted at once, and stayed without another word",
            call(talks=[(0.4, 4.6)], passes=AGAIN, sounds=voice(level=-13)),
        ),
        (
            "machine",
            "louder than any shout: a recording up to full scale",
            call(talks=[(0.4, 4.6)], passes=AGAIN, sounds=voice(level=-11)),
        ),
        (
            "machine",
            "as long and loud, but then still as no room is",
            call(talks=[(0.4, 4.6)], passes=AGAIN, sounds=voice(STILL, level=-13)),
        ),
        (
            "person",
            "spoke long at once in a room that is heard",
            call(talks=[(0.4, 4.6)], passes=AGAIN, sounds=voice(-52)),
        ),
        ("machine", "a word, then stillness", call(talks=[(0.4, 1.2)], passes=AGAIN, sounds=voice(STILL))),
        ("person", "a word, then a quiet room", call(talks=[(0.4, 1.2)], passes=AGAIN, sounds=voice(-64))),
        (
            "person",
            "a street whose noise fell below talk for a moment",
            call(talks=[(0.0, 9), (10, 31)], passes=FROM_THE_ANSWER, left=31.2, sounds=STREET),
        ),
        (
            "machine",
            "a greeting in noise, which ends with it",
            call(talks=[(0.0, 9)], passes=AGAIN, sounds=HeardSounds(UNTIL, level=-20, range=12, floor=-63)),
        ),
        (
            "machine",
            "full: talked on and hung up, by chance just after a pass",
            call(talks=[(0.5, NEVER)], passes=[(0.1, 10.1)], cut=[(11.1, 12)], left=12, sounds=voice(None)),
        ),
        (
            "silent",
            "our own voice, however it came and went",
            call(
                talks=[(0.4, 3), (5, 9), (9.7, 14)],
                passes=AGAIN,
                sounds=HeardSounds(UNTIL, level=-30, alike=0.5),
            ),
        ),
        (
            "person",
            "our own voice, and somebody who put the phone down after it",
            call(talks=[(0.4, 10.5)], passes=[(0.1, 10.1)], left=11, sounds=HeardSounds(UNTIL, alike=0.5)),
        ),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_the_sound_tells(who: str, told: str, call: FarEnd) -> None:
    assert call.judgement.who == who, told


def test_talk_after_listening_ended_is_judged_by_its_time() -> None:
    """A beep that came later than anybody listened for."""
    heard = HeardSounds(until=4.0, level=-19, range=35, floor=-64)
    assert call(talks=[(0.3, 1.9), (5.2, 5.6)], passes=AGAIN, sounds=heard).judgement.who == "machine"


def test_who_is_only_likely_to_be_a_person_is_called_again() -> None:
    shouted = call(talks=[(0.4, 4.6)], passes=AGAIN, sounds=voice(level=-13))
    in_a_room = call(talks=[(0.4, 4.6)], passes=AGAIN, sounds=voice(-52))
    assert [shouted.outcome(), in_a_room.outcome()] == [Outcome.PARTIAL, Outcome.PARTIAL]


def test_what_was_heard_is_in_the_evidence() -> None:
    evidence = call(talks=[(0.3, 1.5)], sounds=voice(beeps=((1.1, 1.5),))).evidence()
    assert evidence["sounds"] == {
        "until": UNTIL,
        "beeps": ((1.1, 1.5),),
        "rings": (),
        "level": -19,
        "range": 35,
        "floor": -64.0,
        "alike": 0.0,
    }
