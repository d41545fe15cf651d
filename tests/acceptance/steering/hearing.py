"""What one telephone heard on one call, from its recording, held against what it should have heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from prompts.audio import Audio, read
from prompts.comparator import compare

WHOLE = 0.95
"""How many of its pieces were found of a sound that was heard to its end, on a machine with much to do."""
SOME = 0.2
"""And of one of which something was heard. Words that two texts have in common are less."""
IN_ORDER = 0.5
"""Seconds by which what is said next may seem to begin earlier."""


@dataclass(frozen=True, eq=False)
class Text:
    """What an alert says to somebody."""

    name: str
    whole: Audio
    """One pass, with who is calling and the keys."""
    body: Audio
    """What no other alert says."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some of what no other alert says, and not all of a pass."""

    text: Text


@dataclass(frozen=True, eq=False)
class Sentence:
    """A fixed one."""

    name: str
    sound: Audio


Heard = Text | Part | Sentence


class Tape:
    """The recording of a call that is over."""

    def __init__(self, file: Path, since: float = 0.0) -> None:
        """`since`: seconds from its beginning before which nothing is listened to."""
        self.file = file
        self._since = since

    @cached_property
    def sound(self) -> Audio:
        whole = read(self.file)
        return Audio(whole.samples[round(self._since * whole.rate) :], whole.rate)

    def begins_at(self, text: Text) -> float | None:
        """Seconds from the beginning of the recording to the first word; None when it is not heard whole."""
        found = compare(text.whole, self.sound)
        return found.offset_s if found.found >= WHOLE * found.active else None

    def differs(self, expected: Sequence[Heard], others: Sequence[Text]) -> list[str]:
        """What is not as expected, in words: each of these in this order, and none of the `others`."""
        if not self.sound.samples.size:
            return [f"nothing instead of {_told(expected)}"] if expected else []
        problems, until = [], -IN_ORDER
        for one in expected:
            share, at = self._share_of(one)
            if share < (SOME if isinstance(one, Part) else WHOLE):
                problems.append(f"{share:.0%} of {_told([one])}")
            elif isinstance(one, Part) and self._share_of(one.text)[0] >= WHOLE:
                problems.append(f"all of {one.text.name}")
            elif at is not None and at < until - IN_ORDER:
                problems.append(f"{_told([one])} too early")
            until = at if at is not None else until
        problems += [
            f"{share:.0%} of {text.name}"
            for text in others
            if (share := self._share_of_body(text)[0]) >= SOME
        ]
        return problems

    def _share_of(self, one: Heard) -> tuple[float, float | None]:
        """How much of it was heard, and where it begins."""
        match one:
            case Text(whole=sound) | Sentence(sound=sound):
                found = compare(sound, self.sound)
                return found.found / found.active, found.offset_s
            case Part(text=text):
                return self._share_of_body(text)

    def _share_of_body(self, text: Text) -> tuple[float, float | None]:
        found = compare(text.body, self.sound)
        return found.found / found.active, found.offset_s


def _told(some: Sequence[Heard]) -> str:
    names = [f"a part of {one.text.name}" if isinstance(one, Part) else one.name for one in some]
    return ", then ".join(names) or "nothing"
