"""Phones without a network: neighbours made by hand, something to hear, and a call in audio time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np

from prompts.audio import TELEPHONE_RATE, Audio, Samples
from simulation.kinds import (
    Box,
    DrawnPerson,
    Echo,
    Greeting,
    Neighbour,
    NeighbourKind,
    Phrase,
    Played,
    Press,
    Utterance,
)
from simulation.people.cast import phones
from simulation.phones.phone import Phone, Wish
from simulation.sound import sounds
from simulation.sound.frames import FRAME, FRAME_SECONDS, Pcm, clip_of
from simulation.sound.speakers import DrawnVoice
from simulation.sound.studio import Studio

LOTTE = DrawnVoice("nl", "nl+f2", 160)
HALLO = Utterance(0.5, "Hallo")
GREETING = Greeting(LOTTE, (Phrase(1.5, 0.4), Phrase(1.1, 0.0)), -20.0)
QUIET_ROOM = -60.0


def neighbour(
    kind: NeighbourKind,
    plays: Played,
    *,
    number: str = "+99930000001",
    suppresses: bool = False,
    echo: Echo | None = None,
    capacity: float = inf,
) -> Neighbour:
    greeting = plays.opening_seconds if isinstance(plays, Box) else 0.0
    return Neighbour(
        number, kind, "nl", suppresses, greeting, capacity, True, echo, "made by hand", plays, seed=7
    )


def person(
    *utterances: Utterance,
    noise: float = QUIET_ROOM,
    in_street: bool = False,
    presses: tuple[Press, ...] = (),
    leaves_after: float = inf,
    leaves_at: float = inf,
) -> DrawnPerson:
    return DrawnPerson(LOTTE, utterances, noise, in_street, presses, leaves_after, leaves_at)


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
        return np.concatenate(frames).astype(np.float32) / np.float32(32768)

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


async def call(
    studio: Studio,
    kind: NeighbourKind,
    plays: Played,
    *,
    suppresses: bool = False,
    echo: Echo | None = None,
    capacity: float = inf,
) -> Rehearsal:
    made = neighbour(kind, plays, suppresses=suppresses, echo=echo, capacity=capacity)
    return await rehearsal_of(made, studio)
