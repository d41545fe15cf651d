"""Phones without a network: neighbours made by hand, something to hear, and a call in audio time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from buurtbel.neighbours import sounds
from buurtbel.neighbours.cast import phones
from buurtbel.neighbours.frames import FRAME, FRAME_SECONDS, Pcm, clip_of
from buurtbel.neighbours.kinds import (
    Box,
    Echo,
    Greeting,
    Kind,
    Neighbour,
    Person,
    Phrase,
    Played,
    Utterance,
)
from buurtbel.neighbours.phone import Phone, Wish
from buurtbel.neighbours.speakers import Speaker
from buurtbel.neighbours.studio import Studio
from prompts.audio import TELEPHONE_RATE, Audio, Samples

LOTTE = Speaker("nl", "nl+f2", 160)
HALLO = Utterance(0.5, "Hallo")
GREETING = Greeting(LOTTE, (Phrase(1.5, 0.4), Phrase(1.1, 0.0)), -20.0)
QUIET_ROOM = -60.0


def neighbour(
    kind: Kind,
    plays: Played,
    *,
    number: str = "+99930000001",
    suppresses: bool = False,
    echo: Echo | None = None,
    capacity: float = float("inf"),
) -> Neighbour:
    greeting = plays.opening_seconds if isinstance(plays, Box) else 0.0
    return Neighbour(
        number, kind, "nl", suppresses, greeting, capacity, True, echo, "made by hand", plays, seed=7
    )


def person(*utterances: Utterance, noise: float = QUIET_ROOM, **more: Any) -> Person:
    return Person(LOTTE, utterances, noise, **more)


def message(seconds: float = 10.0) -> Samples:
    """As loud and as broken up as speech: 1.2 s of sound, 0.3 s of pause."""
    word = sounds.joined([sounds.noise(1.2, -20.0, seed=3), sounds.silence(0.3)])
    return np.resize(word, round(seconds * TELEPHONE_RATE))


@dataclass
class Rehearsal:
    """What happened on one call: what was said, which frames were sent, what the phone wished."""

    phone: Phone
    sent: list[Pcm | None] = field(default_factory=list)
    wishes: list[tuple[float, Wish]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return len(self.sent) * FRAME_SECONDS

    @property
    def said(self) -> Samples:
        silent = np.zeros(FRAME, np.int16)
        frames = [silent if frame is None else frame for frame in self.sent]
        return np.concatenate(frames).astype(np.float32) / 32768

    @property
    def is_over(self) -> bool:
        return (self.seconds, Wish.HANG_UP) in self.wishes

    def level(self, begin: float, end: float) -> float:
        """Mean level in dBov of what was said from one second to another."""
        piece = self.said[round(begin * TELEPHONE_RATE) : round(end * TELEPHONE_RATE)]
        return float(10 * np.log10(np.mean(np.square(piece, dtype=np.float64)) + 1e-12))

    def active_level(self, begin: float, end: float) -> float:
        piece = self.said[round(begin * TELEPHONE_RATE) : round(end * TELEPHONE_RATE)]
        return Audio(piece, TELEPHONE_RATE).level

    def hear(self, heard: Samples) -> "Rehearsal":
        """The phone hears this to its end, unless it hangs up. Keys are pressed at once."""
        return self._run(list(clip_of(heard)))

    def nothing(self, seconds: float) -> "Rehearsal":
        """No audio comes at all."""
        return self._run([None] * round(seconds / FRAME_SECONDS))

    def _run(self, frames: Sequence[Pcm | None]) -> "Rehearsal":
        for frame in frames:
            if self.is_over:
                break
            if frame is not None:
                self.phone.hear(frame)
            self.sent.append(self.phone.say())
            if self.phone.wish:
                self.wishes.append((self.seconds, self.phone.wish))
            if self.phone.wish is Wish.PRESS:
                self.phone.pressed()
        return self


async def rehearsal_of(neighbour: Neighbour, studio: Studio) -> Rehearsal:
    """A first call to this neighbour, just answered."""
    return Rehearsal((await phones([neighbour], studio))[neighbour.digits]())


async def call(studio: Studio, kind: Kind, plays: Played, **more: Any) -> Rehearsal:
    return await rehearsal_of(neighbour(kind, plays, **more), studio)
