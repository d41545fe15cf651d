"""What a phone makes of what it hears: speech, quiet, and that a message has come to its end."""

from prompts.audio import TELEPHONE_RATE
from simulation.sound.frames import FRAME_SECONDS, Pcm, is_loud

END_QUIET = 0.8
"""Seconds of quiet that a listener takes for the end of a message: its pauses last 0.35 s at most."""
END_SPEECH = 4.0
"""Seconds of speech that must have been heard before a quiet can be one."""


class Ears:
    """Counts in audio time: seconds pass by `tick`, not by a clock."""

    def __init__(self) -> None:
        self.heard = 0.0
        """Seconds of speech since the answer, or since it was last forgotten."""
        self.ends = 0
        """How often a message came to its end."""
        self.quiet = 0.0
        """Seconds since the last speech."""
        self._since_quiet = 0.0

    def hear(self, frame: Pcm) -> None:
        if is_loud(frame):
            seconds = len(frame) / TELEPHONE_RATE
            self.heard += seconds
            self._since_quiet += seconds
            self.quiet = 0.0

    def tick(self) -> None:
        """20 ms pass. Hearing nothing at all is quiet too."""
        self.quiet += FRAME_SECONDS
        if self.quiet >= END_QUIET and self._since_quiet:
            self.ends += self._since_quiet >= END_SPEECH
            self._since_quiet = 0.0

    def forget(self) -> None:
        """Listen afresh, as after a question."""
        self.heard, self.ends, self._since_quiet = 0.0, 0, 0.0
