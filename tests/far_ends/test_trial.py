"""The judge of the odd far ends sees what differs: outcomes, calls, and a message with a hole in it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from broadcast.results.results import PlacedCall, RecipientResults
from broadcast.states import AttemptState, Outcome, RecipientState, Result
from prompts.audio import Audio, joined
from tests.far_ends.registry import CONFIRMED, OF_THE_TRUNK, Expected, FarEnd
from tests.far_ends.sounds import babble, quiet
from tests.far_ends.trial import problems_of_calls, problems_of_results, whole_passes

STOPPED = datetime(2026, 11, 30, 3, tzinfo=UTC)
MESSAGE = babble(4.0, seed=11)
HOLED = joined([Audio(MESSAGE.samples[:12_000], MESSAGE.rate), Audio(MESSAGE.samples[20_000:], MESSAGE.rate)])


async def nothing(_call: object) -> None: ...


def recipient(
    *outcomes: Outcome, result: Result = Result.NOTHING, ended: timedelta = timedelta(0)
) -> RecipientResults:
    at = STOPPED - timedelta(minutes=1) + ended
    calls = [
        PlacedCall("+1", AttemptState.DONE, at, one, at, None, at, None, None, {}, uuid4())
        for one in outcomes
    ]
    return RecipientResults(1, "Far end 001", "nl", RecipientState.FINAL, result, None, ["+1"], calls)


@pytest.mark.parametrize(
    ("passes", "heard"),
    [
        (0, quiet(5.0)),
        (0, HOLED),
        (1, joined([HOLED, quiet(1.0), MESSAGE])),
        (2, joined([MESSAGE, quiet(1.0), MESSAGE, HOLED])),
        (2, joined([MESSAGE] * 3)),
    ],
)
def test_whole_passes_are_counted_as_far_as_wanted(passes: int, heard: Audio) -> None:
    assert whole_passes(MESSAGE, heard, at_most=2) == passes


@pytest.mark.parametrize(
    ("expected", "came", "wrong"),
    [
        (CONFIRMED, recipient(Outcome.CONFIRMED, result=Result.CONFIRMED), []),
        (CONFIRMED, recipient(Outcome.PARTIAL, Outcome.CONFIRMED), ["ended as partial"]),
        (OF_THE_TRUNK, recipient(Outcome.TRUNK_DOWN, Outcome.TRUNK_DOWN), []),
        (OF_THE_TRUNK, recipient(Outcome.TRUNK_DOWN, result=Result.PARTIAL), ["is judged partial"]),
        (OF_THE_TRUNK, recipient(Outcome.NO_ANSWER, ended=timedelta(minutes=2)), []),
    ],
    ids=["as expected", "another outcome", "the trunk's fault", "judged by the trunk", "ended by the stop"],
)
def test_outcomes_are_held_against_what_is_expected(
    expected: Expected, came: RecipientResults, wrong: list[str]
) -> None:
    assert problems_of_results(FarEnd("001", "Does something.", expected, nothing), came, STOPPED) == wrong


def test_calls_that_did_not_come_are_told() -> None:
    one = FarEnd("001", "Does something.", CONFIRMED, nothing)
    assert problems_of_calls(one, [], MESSAGE) == ["got 0 INVITEs"]
