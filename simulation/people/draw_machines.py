"""Draws one machine: an answering box with its greeting and beeps, a call screener, a fax."""

import math
from random import Random

from simulation.kinds import Beep, Box, Fax, Greeting, NeighbourKind, Phrase, Screener
from simulation.people.chance import Range, between
from simulation.sound.speakers import SYNTHETIC, DrawnVoice, drawn_speaker
from simulation.sound.words import texts

LENGTHS: tuple[tuple[Range, float], ...] = (
    ((1.0, 3.0), 0.10),
    ((3.0, 10.0), 0.35),
    ((10.0, 25.0), 0.35),
    ((25.0, 45.0), 0.20),
)
"""Seconds of greeting, and how many boxes have one that long."""
LONGEST_PAUSE, USUAL_PAUSE, SHORTEST_PAUSE = 2.0, 0.5, 0.2
CUT_AFTER = 30.0
NORMAL = -20.0
"""dBov."""
APP_VOICEMAIL_STARTS, APP_VOICEMAIL_BEEP = 0.0, Beep(after=0.02, hertz=1000.0, seconds=0.44, level=NORMAL)
"""What Asterisk adds to the greeting of a real mailbox by itself, its sound file `beep` last."""


def draw_box(rng: Random, kind: NeighbourKind, language: str, seconds: float) -> tuple[Box, float]:
    """A box of this kind with a greeting of so many seconds, and how many seconds it can keep."""
    greeting = _greeting(rng, drawn_speaker(rng, language), seconds)
    starts_after, line_noise = between(rng, (0.1, 1.2)), _line_noise(rng)
    if kind is NeighbourKind.VOICEMAIL:
        return Box(APP_VOICEMAIL_STARTS, greeting, (APP_VOICEMAIL_BEEP,)), math.inf
    if kind is NeighbourKind.BOX_FULL:
        last_words = rng.choice(texts(language, "full"))
        return Box(starts_after, greeting, line_noise=line_noise, last_words=last_words), 0.0
    if kind is NeighbourKind.BOX_HANGS_UP:
        return Box(starts_after, greeting, line_noise=line_noise), 0.0
    beeps = _beeps(rng)
    keeps_after = 0.0 if beeps else between(rng, (0.0, 1.5))
    cuts = kind is NeighbourKind.BOX_CUTS
    last_words = rng.choice(texts(language, "goodbye")) if cuts else ""
    box = Box(starts_after, greeting, beeps, keeps_after, line_noise, last_words)
    return box, CUT_AFTER if cuts else math.inf


def draw_screener(rng: Random, language: str) -> Screener:
    return Screener(
        speaker=rng.choice(SYNTHETIC[language]),
        starts_after=between(rng, (0.2, 1.0)),
        question=rng.choice(texts(language, "screener")),
        patience=rng.choice(texts(language, "moment")),
        seconds_to_end=between(rng, (8.0, 15.0)),
        rings=rng.random() < 0.5,
    )


def draw_fax(rng: Random) -> Fax:
    return Fax(between(rng, (0.2, 1.5)), between(rng, (2.6, 4.0)), between(rng, (1.0, 1.5)))


def _greeting(rng: Random, speaker: DrawnVoice, seconds: float) -> Greeting:
    phrases: list[Phrase] = []
    left = seconds
    while True:
        phrase, pause = between(rng, (1.0, 5.5)), round(_pause(rng), 3)
        if left < phrase + pause + 0.8:
            break
        phrases.append(Phrase(phrase, pause))
        left -= phrase + pause
    phrases.append(Phrase(round(left, 3), 0.0))
    look = rng.choice(("loud", "normal", "normal", "quiet", "noisy", "music"))
    level = {"loud": -12.0, "quiet": -34.0}.get(look, NORMAL)
    noise = NORMAL - between(rng, (8.0, 16.0)) if look == "noisy" else None
    music = NORMAL - between(rng, (8.0, 14.0)) if look == "music" else None
    return Greeting(speaker, tuple(phrases), level, noise, music)


def _pause(rng: Random) -> float:
    return rng.triangular(SHORTEST_PAUSE, LONGEST_PAUSE, USUAL_PAUSE)


def _beeps(rng: Random) -> tuple[Beep, ...]:
    shape = rng.choices(("at once", "late", "none", "two"), (0.35, 0.25, 0.25, 0.15))[0]
    late = {"at once": (0.0, 0.1), "late": (0.3, 5.0), "two": (0.0, 2.0)}
    if shape == "none":
        return ()
    beeps = [_beep(rng, late[shape])]
    if shape == "two":
        beeps.append(_beep(rng, (0.15, 1.0)))
    return tuple(beeps)


def _beep(rng: Random, after: Range) -> Beep:
    return Beep(
        after=between(rng, after),
        hertz=between(rng, (425.0, 2000.0)),
        seconds=between(rng, (0.12, 1.0)),
        level=between(rng, (-24.0, -10.0)),
    )


def _line_noise(rng: Random) -> float | None:
    level = between(rng, (-75.0, -60.0))
    return level if rng.random() < 0.5 else None
