"""What is kept of a call to show why it was judged so: times and levels, never which keys were pressed."""

from collections.abc import Iterable
from dataclasses import asdict

from ivr.detection.facts import Facts, Stretch, rings
from ivr.detection.judgement import Judgement


def evidence(facts: Facts, judgement: Judgement, *, echo: int) -> dict[str, object]:
    """As JSON: times in seconds since the answer; `echo` stretches of talk were our own voice coming back."""
    return {
        "talk": _times(facts.talks),
        "passes": [[round(p.start, 2), _rounded(p.end), p.whole] for p in facts.passes],
        "keys": [round(at, 2) for at, _ in facts.keys],
        "left": _rounded(facts.left),
        "held": _times(facts.holds),
        "ringback": _times(rings(facts)),
        "echo": echo,
        "sounds": None if facts.sounds is None else asdict(facts.sounds),
        "judgement": judgement.who.value,
        "reason": judgement.reason,
    }


def _times(stretches: Iterable[Stretch]) -> list[list[float | None]]:
    return [[round(one.start, 2), _rounded(one.end)] for one in stretches]


def _rounded(moment: float | None) -> float | None:
    return None if moment is None else round(moment, 2)
