"""Draws one person: what they say into the message, what they press, and when they put the phone down."""

import math
from random import Random

from simulation.kinds import DrawnPerson, NeighbourKind, Press, Utterance
from simulation.people.chance import between
from simulation.sound.speakers import SYNTHETIC, drawn_speaker
from simulation.sound.words import texts

ROOM, STREET = (-70.0, -52.0), (-40.0, -25.0)
"""dBov of what is around a person, on average."""
TALKATIVE = frozenset({NeighbourKind.TALKS, NeighbourKind.SHOUTS})
"""They say nothing in particular, so a human recording can speak for them."""
SHOUT = -14.0
"""dBov."""
SOON, LATER = (0.2, 2.5), (3.0, 15.0)
"""Seconds from noticing that the message is over to putting the phone down: soon, or in the second time."""


def draw_person(rng: Random, kind: NeighbourKind, language: str) -> DrawnPerson:
    speaker = drawn_speaker(rng, language) if kind in TALKATIVE else rng.choice(SYNTHETIC[language])
    in_street = kind is NeighbourKind.STREET
    return DrawnPerson(
        speaker=speaker,
        utterances=_utterances(rng, kind, language),
        noise=between(rng, STREET if in_street else ROOM),
        in_street=in_street,
        presses=_presses(rng, kind),
        leaves_after=_patience(rng),
        leaves_at=between(rng, (5.0, 10.0)) if kind is NeighbourKind.LEAVES_AT_HALF else math.inf,
    )


def _utterances(rng: Random, kind: NeighbourKind, language: str) -> tuple[Utterance, ...]:
    match kind:
        case NeighbourKind.SILENT | NeighbourKind.PRESSES_BEFORE:
            return ()
        case NeighbourKind.TALKS:
            return _talk(rng)
        case NeighbourKind.SHOUTS:
            after, seconds = between(rng, (0.2, 1.5)), between(rng, (3.0, 6.0))
            return (Utterance(after, talk_seconds=seconds, level=SHOUT, unbroken=True),)
        case NeighbourKind.ASKS:
            times = rng.choice((1, 2))
            questions = (
                Utterance(between(rng, (0.8, 4.0)), rng.choice(texts(language, "asks"))) for _ in range(times)
            )
            return (_hallo(rng, language), *questions)
        case _:
            return (_hallo(rng, language),)


def _hallo(rng: Random, language: str) -> Utterance:
    return Utterance(between(rng, (0.2, 2.0)), rng.choice(texts(language, "hallo")))


def _talk(rng: Random) -> tuple[Utterance, ...]:
    """Bursts over the first 5 to 20 s, and one or two later."""
    until, at = between(rng, (5.0, 20.0)), 0.0
    bursts: list[Utterance] = []
    while at < until:
        burst = Utterance(between(rng, (0.5, 4.0)), talk_seconds=between(rng, (1.0, 5.0)))
        bursts.append(burst)
        at += burst.after + burst.talk_seconds
    later = (
        Utterance(between(rng, (4.0, 12.0)), talk_seconds=between(rng, (1.0, 3.0)))
        for _ in range(rng.choice((1, 2)))
    )
    return (*bursts, *later)


def _presses(rng: Random, kind: NeighbourKind) -> tuple[Press, ...]:
    in_quiet = Press(between(rng, (0.1, 2.0)), in_quiet=True)
    match kind:
        case NeighbourKind.PRESSES_BEFORE:
            return (Press(between(rng, (0.3, 1.5)), in_quiet=False),)
        case NeighbourKind.PRESSES_DURING:
            return (Press(between(rng, (3.0, 12.0)), in_quiet=False),)
        case NeighbourKind.PRESSES_AFTER:
            return (in_quiet,)
        case NeighbourKind.REPEATS:
            return (Press(between(rng, (3.0, 12.0)), in_quiet=False), in_quiet)
        case _:
            return ()


def _patience(rng: Random) -> float:
    """70 % leave soon after the message, 20 % in its second time, 10 % wait for the caller."""
    soon, later = between(rng, SOON), between(rng, LATER)
    return rng.choices((soon, later, math.inf), (0.7, 0.2, 0.1))[0]
