"""One phone on one call, in audio time: handed what it hears, and asked for what it says, 20 ms at a time."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from simulation.kinds import Echo
from simulation.phones.ears import Ears
from simulation.phones.line import EchoPath, VoiceGate
from simulation.sound.frames import FRAME_SECONDS, Pcm


class Wish(Enum):
    """What a phone wants that audio cannot do."""

    HANG_UP = auto()
    PRESS = auto()
    """The next key of its number. The phone goes on when `pressed` is told."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say a clip to its end."""

    clip: Pcm


@dataclass(frozen=True, slots=True)
class Wait:
    """Say nothing until something holds, or for so many seconds."""

    seconds: float = math.inf
    until: Callable[[], bool] = lambda: False


class PhoneStep(Enum):
    PRESS = auto()
    KEEP = auto()
    """A box begins to keep what it hears."""
    FULL = auto()
    """A box keeps no more."""


Script = Iterator[Say | Wait | PhoneStep]
"""What a phone does, step by step; at its end it hangs up."""

Role = Callable[[Ears], Script]
"""How a script is made for a call: it may look at what the phone hears."""


class Phone:
    """`background` is a clip that is heard under everything it says, over and over."""

    def __init__(
        self, role: Role, background: Pcm, *, echo: Echo | None = None, suppresses: bool = False
    ) -> None:
        self.wish: Wish | None = None
        self.kept_from: float | None = None
        """Seconds of audio after which a box began to keep."""
        self.kept_until: float | None = None
        self._ears = Ears()
        self._script = role(self._ears)
        self._background = background
        self._echo = EchoPath(echo) if echo else None
        self._gate = VoiceGate() if suppresses else None
        self._ticks = 0
        self._saying: Iterator[Pcm] = iter(())
        self._waiting: Wait | None = None
        self._waits_until = 0.0

    @property
    def seconds(self) -> float:
        """How long it has been asked for audio."""
        return self._ticks * FRAME_SECONDS

    def hear(self, frame: Pcm) -> None:
        self._ears.hear(frame)
        if self._echo:
            self._echo.hear(frame)

    def say(self) -> Pcm | None:
        """The next 20 ms; None when its network sends nothing. Do not ask a phone that has a wish."""
        frame = self._mixed(self._next())
        self._ticks += 1
        self._ears.tick()
        if self._gate and not self._gate.lets(frame):
            return None
        return frame

    def pressed(self) -> None:
        """The key was pressed; the phone listens afresh."""
        self._ears.forget()
        self.wish = None

    def _next(self) -> Pcm | None:
        """The next frame of what it says itself."""
        while self.wish is None:
            if (frame := next(self._saying, None)) is not None:
                return frame
            if self._waiting and self._ticks < self._waits_until and not self._waiting.until():
                return None
            self._waiting = None
            self._take_step(next(self._script, None))
        return None

    def _take_step(self, step: Say | Wait | PhoneStep | None) -> None:
        match step:
            case Say(clip):
                self._saying = iter(clip)
            case Wait(seconds):
                self._waiting, self._waits_until = step, self._ticks + seconds / FRAME_SECONDS
            case PhoneStep.PRESS:
                self.wish = Wish.PRESS
            case PhoneStep.KEEP:
                self.kept_from = self.seconds
            case PhoneStep.FULL:
                self.kept_until = self.seconds
            case None:
                self.wish = Wish.HANG_UP

    def _mixed(self, said: Pcm | None) -> Pcm:
        around: Pcm = self._background[self._ticks % len(self._background)]
        if said is None and self._echo is None:
            return around
        mixed = around.astype(np.float32)
        if said is not None:
            mixed += said
        if self._echo:
            mixed += self._echo.next()
        return np.clip(mixed, -32768, 32767).astype(np.int16)
