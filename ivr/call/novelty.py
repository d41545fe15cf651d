"""Tells what is new to the other party: a sentence not heard yet on this call, or their own words."""

from collections import Counter
from pathlib import Path

MOST_ROUNDS = 6
"""How often the same sentence is begun while nothing new comes between."""


class Novelty:
    """The record of what is new on one call. Moments are seconds of any one clock."""

    def __init__(self, now: float) -> None:
        self.until = now
        """The end of the last thing that was new; it may be still to come."""
        self.is_speaking = False
        self.is_trusted = False
        """Whether they proved to be an officer, who may hear a sentence as often as their work needs."""
        self._heard: set[Path] = set()
        self._rounds: Counter[Path] = Counter()

    def begin(self, sound: Path, seconds: float, now: float) -> bool:
        """Note that they hear this sound from now on, for so many seconds.

        Returns False when it was begun so often that nobody is there to choose.
        """
        if sound not in self._heard:
            self._heard.add(sound)
            self._rounds.clear()
            self.until = now + seconds
        self._rounds[sound] += 1
        return self.is_trusted or self._rounds[sound] <= MOST_ROUNDS

    def start_speaking(self) -> None:
        self.is_speaking = True

    def stop_speaking(self, now: float) -> None:
        self.is_speaking = False
        self.until = max(self.until, now)
