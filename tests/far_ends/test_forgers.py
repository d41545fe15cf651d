"""The judge of forged call-backs sees who was taken for having confirmed, and who was not rung."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from broadcast.results.results import PlacedCall, RecipientResults
from broadcast.states import AttemptState, Outcome, RecipientState, Result
from tests.far_ends.forgers import Street, judge

BEGAN = datetime(2026, 11, 30, 3, tzinfo=UTC)
Ends = list[tuple[Outcome, float]]
AS_IT_SHOULD_BE: Ends = [(Outcome.NO_ANSWER, 0), (Outcome.CALLED_BACK, 20), (Outcome.CONFIRMED, 60)]
NEVER_THERE: Ends = [(Outcome.NO_ANSWER, 0), (Outcome.CALLED_BACK, 20), (Outcome.NO_ANSWER, 60)]


def call(outcome: Outcome, seconds: float) -> PlacedCall:
    at = BEGAN + timedelta(seconds=seconds)
    dialled = None if outcome in {Outcome.CALLED_BACK, Outcome.CONFIRMED_BY_CALLBACK} else at
    return PlacedCall(
        "+99976002000", AttemptState.DONE, at, outcome, dialled, None, at, None, None, {}, uuid4()
    )


def recipients(first: Ends, result: Result) -> dict[str, RecipientResults]:
    """Of the street, whose first victim fared so, and the others as they should."""
    told = {}
    for nth, one in enumerate(Street().victims):
        ends = first if nth == 0 else NEVER_THERE if one.result is Result.CALLED_BACK else AS_IT_SHOULD_BE
        got = result if nth == 0 else one.result
        calls = [call(*end) for end in ends]
        told[one.name] = RecipientResults(
            nth, one.name, "nl", RecipientState.FINAL, got, None, [one.number], calls
        )
    return told


def test_who_was_rung_again_and_confirmed_by_themselves_was_not_forged_away() -> None:
    came = judge(Street(), recipients(AS_IT_SHOULD_BE, Result.CONFIRMED))
    assert (came.victims, came.rung_again, came.confirmed_for_them, came.problems) == (4, 4, 0, [])


def test_who_was_taken_for_having_confirmed_is_told_of() -> None:
    forged = [(Outcome.NO_ANSWER, 0.0), (Outcome.CONFIRMED_BY_CALLBACK, 20.0)]
    came = judge(Street(), recipients(forged, Result.CONFIRMED))
    assert (came.rung_again, came.confirmed_for_them, len(came.problems)) == (3, 1, 1)


def test_who_was_not_rung_again_and_who_was_too_often_is_told_of() -> None:
    assert len(judge(Street(), recipients(AS_IT_SHOULD_BE[:2], Result.CALLED_BACK)).problems) == 2
    twice = [*AS_IT_SHOULD_BE[:2], (Outcome.NO_ANSWER, 60.0), (Outcome.CONFIRMED, 90.0)]
    assert len(judge(Street(), recipients(twice, Result.CONFIRMED)).problems) == 1
