"""What the phones of the simulated neighbourhood do, and what must come of calling people who have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broadcast.policy import RetryPolicy
from broadcast.rules.retry import Finished, Tried, decide
from broadcast.states import Outcome, Result

WHOLE = float("inf")


@dataclass(frozen=True, slots=True)
class Part:
    """One behaviour: how its calls end, in order (the last one again and again), and what is heard."""

    outcomes: Sequence[Outcome]
    hears: float | None = None
    """Seconds of the message, from its first word, that the last answered call must have heard."""


PARTS: Mapping[str, Part] = {
    "10": Part([Outcome.CONFIRMED], hears=2.0),
    "11": Part([Outcome.CONFIRMED], hears=WHOLE),
    "12": Part([Outcome.HEARD], hears=WHOLE),
    "13": Part([Outcome.CONFIRMED], hears=WHOLE),
    "14": Part([Outcome.PARTIAL], hears=1.0),
    "15": Part([Outcome.SILENT], hears=WHOLE),
    "16": Part([Outcome.BUSY]),
    "17": Part([Outcome.NO_ANSWER]),
    "18": Part([Outcome.BUSY, Outcome.CONFIRMED], hears=2.0),
    "19": Part([Outcome.REJECTED]),
    "20": Part([Outcome.DEAD_NUMBER]),
    "21": Part([Outcome.CONGESTION, Outcome.CONGESTION, Outcome.CONFIRMED], hears=2.0),
    "22": Part([Outcome.DEAD_NUMBER]),
    "23": Part([Outcome.VOICEMAIL], hears=WHOLE),
}


def part_of(number: str) -> Part:
    """What the phone behind this simulated number does."""
    return PARTS[number.removeprefix("+999")[:2]]


@dataclass(frozen=True, slots=True)
class Scripted:
    """What must come of calling somebody."""

    result: Result
    calls: Sequence[tuple[str, Outcome]]


def play_out(numbers: Sequence[str], policy: RetryPolicy) -> Scripted:
    """Follow the script of these phones by the product's own rules, without waiting."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    expires_at = now + timedelta(days=1)
    tried: list[Tried] = []
    while True:
        decision = decide(numbers, tried, policy, now=now, expires_at=expires_at)
        if isinstance(decision, Finished):
            return Scripted(decision.result, [(call.number, call.outcome) for call in tried])
        outcomes = part_of(decision.number).outcomes
        before = sum(call.number == decision.number for call in tried)
        now = max(now, decision.at) + timedelta(seconds=1)
        tried.append(Tried(decision.number, outcomes[min(before, len(outcomes) - 1)], now))
