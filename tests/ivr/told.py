"""Calls told as times, in seconds since the answer; the far end hears of them as the PBX reports them."""

from collections.abc import Callable, Sequence
from functools import partial

from ivr.detection.fact_recorder import TALK_ENDS_AFTER
from ivr.detection.facts import HeardSounds
from ivr.detection.far_end import FarEnd
from ivr.detection.thresholds import Thresholds

NEVER = float("inf")
"""The end of talk that was never reported, or of a hold that stayed."""
SETTLED = Thresholds().settled
Times = Sequence[tuple[float, float]]


def call(
    *,
    talks: Times = (),
    passes: Times = (),
    cut: Times = (),
    keys: str = "",
    left: float | None = None,
    held: Times = (),
    sounds: HeardSounds | None = None,
) -> FarEnd:
    """A call that is over: stretches of talk, whole passes and passes that were cut, as start and end.

    Talk that starts before 0 is only reported by its end.
    """
    far_end = FarEnd()
    happened: list[tuple[float, Callable[[], object]]] = []
    for start, end in talks:
        if start >= 0.0:
            happened.append((start, partial(far_end.recorder.talk_started, start)))
        if end != NEVER:
            reported = end + TALK_ENDS_AFTER
            lasted = end - start
            happened.append((reported, partial(far_end.recorder.talk_ended, reported, lasted)))
            happened.append((end + SETTLED, partial(far_end.start_again, end + SETTLED)))
    for whole, those in ((True, passes), (False, cut)):
        for start, end in those:
            happened.append((start, partial(far_end.recorder.pass_started, start)))
            happened.append((end, partial(far_end.recorder.pass_ended, end, whole=whole)))
    for start, end in held:
        happened.append((start, partial(far_end.recorder.held, start)))
        if end != NEVER:
            happened.append((end, partial(far_end.recorder.resumed, end)))
    happened += [(5.0, partial(far_end.recorder.key, digit, 5.0)) for digit in keys]
    if left is not None:
        happened.append((left, partial(far_end.recorder.left, left)))
    # At one moment what ends comes before what begins.
    for _, happens in sorted(happened, key=lambda event: event[0]):
        happens()
    far_end.facts.sounds = sounds
    return far_end


def says(far_end: FarEnd, start: float, end: float) -> bool:
    """One stretch of talk; tells whether the message starts again when the quiet after it has settled."""
    far_end.recorder.talk_started(start)
    far_end.recorder.talk_ended(end + TALK_ENDS_AFTER, end - start)
    return far_end.start_again(end + far_end.thresholds.settled)


def spoken(far_end: FarEnd, start: float, end: float, *, whole: bool = True) -> None:
    """One pass."""
    far_end.recorder.pass_started(start)
    far_end.recorder.pass_ended(end, whole=whole)
