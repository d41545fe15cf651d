"""By which talk and quiet decide whether the message begins anew, and when enough was said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seconds, unless said otherwise."""

    unbroken: float = 1.05
    """Talk without a pause that is longer than most people's hallo; from the start of that talk."""
    stretches: int = 2
    """Stretches of talk since the answer that are more than a hallo: a word and a beep."""
    restarts_in_a_row: int = 3
    """Restarts without a whole pass, after which only `certain` quiet starts it again, once."""
    settled: float = 1.8
    """Quiet after talk: longer than most pauses inside a greeting, and by now a box without a beep keeps."""
    certain: float = 5.2
    """Quiet after which no greeting goes on and no beep comes: it may then begin once more."""
    greeting: float = 3.0
    """Talk that is over so soon after the answer, and not long, disturbs no pass: a person's hallo."""
    kept: float = 8.0
    """A pass without talk that is longer than any wait for a beep: whoever is there has got it."""
    endless: float = 60.0
    """Since the answer: no greeting goes on for so long, so that passes count whatever is heard."""
