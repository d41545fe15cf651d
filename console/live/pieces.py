"""The pieces of pages that change while they are open: an alert, the list of reports, the head."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from broadcast.results.results import Progress
from broadcast.results.screen_alerts import SeenAlert
from broadcast.states import BroadcastState, Outcome, Result
from console.words.words import Words


@dataclass(frozen=True, slots=True)
class LargeNumber:
    """One large number, told apart by its word and its shape too."""

    name: str
    n: int
    shape: str
    words: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of the bar, in hundredths of it."""

    name: str
    at: float
    width: float


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Calls that reached nobody."""

    busy: int
    unanswered: int
    failed: int


_FAILED = (
    Outcome.DEAD_NUMBER,
    Outcome.REDIRECTED,
    Outcome.CONGESTION,
    Outcome.TRUNK_DOWN,
    Outcome.TRUNK_REFUSED,
    Outcome.TRUNK_AT_FAULT,
    Outcome.INCOMPATIBLE,
    Outcome.UNKNOWN,
    Outcome.LOST,
    Outcome.REFUSED,
)
_UNANSWERED = (Outcome.NO_ANSWER, Outcome.REJECTED)


def alert_values(words: Words, found: SeenAlert, token: str) -> dict[str, object]:
    """What the pieces of an alert's page need."""
    seen = found.progress
    return {
        "seen": seen,
        "token": token,
        "names": found.networks,
        "is_running": seen.state is BroadcastState.RUNNING and seen.stopped_at is None,
        "elapsed": (seen.now - seen.started_at).total_seconds(),
        "code": None if seen.code_withdrawn_at else seen.code,
        "figures": list(_figures(words, seen)),
        "bar": list(_bar(seen)),
        "calls": _calls(seen.outcomes),
        "reached": sum(count for result, count in seen.results.items() if result.is_reached),
    }


def in_a_sentence(words: Words, seen: Progress) -> str:
    """For who does not see the figures."""
    return words.say(
        "{confirmed} confirmed, {heard} heard it, {voicemail} voicemail, {to_go} to go.",
        confirmed=seen.results.get(Result.CONFIRMED, 0),
        heard=seen.results.get(Result.HEARD, 0),
        voicemail=seen.results.get(Result.VOICEMAIL, 0),
        to_go=seen.to_go,
    )


def _figures(words: Words, seen: Progress) -> Iterator[LargeNumber]:
    got = seen.results
    yield LargeNumber("confirmed", got.get(Result.CONFIRMED, 0), "✔", words.say("confirmed"))
    yield LargeNumber("heard", got.get(Result.HEARD, 0), "●", words.say("heard"))
    if back := got.get(Result.CALLED_BACK, 0):
        yield LargeNumber("called-back", back, "↩", words.say("called back"))
    yield LargeNumber("voicemail", got.get(Result.VOICEMAIL, 0), "◐", words.say("voicemail"))
    yield LargeNumber("partial", got.get(Result.PARTIAL, 0), "◔", words.say("in part"))
    yield LargeNumber("nothing", got.get(Result.NOTHING, 0), "✖", words.say("not reached"))
    yield LargeNumber("to-go", seen.to_go, "○", words.say("to go"))


def _bar(seen: Progress) -> Iterator[Slice]:
    at, of = 0.0, max(1, seen.recipients)
    for result in reversed(Result):
        width = 100 * seen.results.get(result, 0) / of
        if width:
            yield Slice(result.value.replace("_", "-"), round(at, 2), round(width, 2))
        at += width


def _calls(outcomes: Mapping[Outcome, int]) -> CallCounts:
    return CallCounts(
        busy=outcomes.get(Outcome.BUSY, 0),
        unanswered=sum(outcomes.get(one, 0) for one in _UNANSWERED),
        failed=sum(outcomes.get(one, 0) for one in _FAILED),
    )
