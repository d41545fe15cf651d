"""Whether each follow-up was for those who had heard what it follows, and nothing withdrawn was told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.audit import Standing
from tests.chaos.judge import Experience
from tests.chaos.tally import Tally

LATE = 20.0
"""Seconds after which a call that is asked for may tell no withdrawn text; nothing stands still so long."""


@dataclass(frozen=True, slots=True)
class Followed:
    """An alert and what follows it, which was sent by this moment of `time.monotonic`."""

    first: int
    broadcast: int
    kind: str
    by: float

    @property
    def is_correction(self) -> bool:
        """It is for everybody, and the first is told to nobody any more."""
        return self.kind == "correction"


def judge_audience(
    tally: Tally,
    followed: Sequence[Followed],
    experience: Experience,
    standings: Sequence[Standing],
    sounds: Mapping[int, set[str]],
) -> None:
    """Add to the tally who was told what was not for them; `sounds` are those of each broadcast."""
    recipients: dict[int, set[str]] = defaultdict(set)
    for standing in standings:
        recipients[standing.broadcast].add(standing.number)
    for one in followed:
        first, told = sounds[one.first], sounds[one.broadcast]
        if one.is_correction:
            wrong = [
                f"{call.number} heard {one.first}, which {one.broadcast} had replaced"
                for call in experience.told
                if call.placed_at > one.by + LATE and call.sounds & first
            ]
        else:
            heard = {call.number for call in experience.told if call.sounds & first}
            told_to = {call.number for call in experience.told if call.sounds & told}
            wrong = [
                f"{number} heard nothing of {one.first}, which {one.broadcast} follows"
                for number in sorted((recipients[one.broadcast] | told_to) - heard)
            ]
        tally.wrong_audience += len(wrong)
        tally.problems += [f"wrong audience: {words}" for words in wrong]
