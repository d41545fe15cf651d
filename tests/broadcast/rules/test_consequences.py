"""The table of outcomes as a whole."""

from broadcast.policy import RetryPolicy
from broadcast.rules.retry import CONSEQUENCES, Then
from broadcast.states import Outcome
from tests.broadcast.rules.test_retry_properties import NOT_COUNTED, NOT_OURS


def test_every_outcome_has_its_row_and_every_wait_is_a_setting() -> None:
    assert set(CONSEQUENCES) == set(Outcome)
    assert {row.wait for row in CONSEQUENCES.values() if row.wait} <= set(RetryPolicy.model_fields)


def test_only_calls_that_somebody_could_have_noticed_use_up_a_try() -> None:
    free = {outcome for outcome, row in CONSEQUENCES.items() if not row.counted}
    assert free == NOT_COUNTED


def test_only_a_call_that_was_taken_back_or_was_not_ours_is_ignored() -> None:
    ignored = {outcome for outcome, row in CONSEQUENCES.items() if row.then is Then.IGNORE}
    assert ignored == NOT_OURS
