"""Who gets a follow-up, told as what Jan got of the first alert when it was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.rules.follow_ups import (
    ENDS_THE_FIRST,
    GOT_IT,
    InTheFirst,
    Joins,
    goes_first,
    joins,
    may_be_for,
    rings_on,
    standings,
    usual,
)
from broadcast.states import FollowUpKind, Result, Whom

ALL_CLEAR, CORRECTION, MORE = FollowUpKind.ALL_CLEAR, FollowUpKind.CORRECTION, FollowUpKind.MORE
HEARD, UNCONFIRMED, ALL = Whom.HEARD, Whom.UNCONFIRMED, Whom.ALL
NOW, LATER, NOT = Joins.NOW, Joins.LATER, Joins.NOT
FINAL, WAITS, TALKS = (True, False), (False, False), (False, True)
"""Called no more; between two calls; rung or spoken to in this moment."""

TABLE = [
    # An all-clear: who heard it, or whose box did; the others were never alarmed.
    (ALL_CLEAR, HEARD, Result.CONFIRMED, FINAL, NOW),
    (ALL_CLEAR, HEARD, Result.HEARD, FINAL, NOW),
    (ALL_CLEAR, HEARD, Result.CALLED_BACK, FINAL, NOW),
    (ALL_CLEAR, HEARD, Result.VOICEMAIL, FINAL, NOW),
    (ALL_CLEAR, HEARD, Result.VOICEMAIL, WAITS, NOW),
    (ALL_CLEAR, HEARD, Result.PARTIAL, FINAL, NOT),
    (ALL_CLEAR, HEARD, Result.NOTHING, FINAL, NOT),
    (ALL_CLEAR, HEARD, Result.NOTHING, WAITS, NOT),
    (ALL_CLEAR, HEARD, Result.NOTHING, TALKS, LATER),
    (ALL_CLEAR, HEARD, Result.VOICEMAIL, TALKS, LATER),
    (ALL_CLEAR, UNCONFIRMED, Result.CONFIRMED, FINAL, NOT),
    (ALL_CLEAR, UNCONFIRMED, Result.HEARD, FINAL, NOW),
    (ALL_CLEAR, UNCONFIRMED, Result.NOTHING, WAITS, NOW),
    (ALL_CLEAR, ALL, Result.NOTHING, WAITS, NOW),
    (ALL_CLEAR, ALL, Result.NOTHING, TALKS, LATER),
    # More: the first goes on, and whoever waits for it hears it first.
    (MORE, HEARD, Result.CONFIRMED, FINAL, NOW),
    (MORE, HEARD, Result.VOICEMAIL, FINAL, NOW),
    (MORE, HEARD, Result.VOICEMAIL, WAITS, LATER),
    (MORE, HEARD, Result.NOTHING, WAITS, LATER),
    (MORE, HEARD, Result.NOTHING, TALKS, LATER),
    (MORE, HEARD, Result.PARTIAL, FINAL, NOT),
    (MORE, ALL, Result.NOTHING, FINAL, NOW),
    (MORE, ALL, Result.NOTHING, WAITS, LATER),
    (MORE, UNCONFIRMED, Result.CALLED_BACK, FINAL, NOW),
    (MORE, UNCONFIRMED, Result.CONFIRMED, FINAL, NOT),
    # A correction: everybody, at once.
    (CORRECTION, ALL, Result.NOTHING, FINAL, NOW),
    (CORRECTION, ALL, Result.NOTHING, TALKS, NOW),
    (CORRECTION, HEARD, Result.CONFIRMED, FINAL, NOW),
    (CORRECTION, HEARD, Result.PARTIAL, FINAL, NOW),
    (CORRECTION, HEARD, Result.VOICEMAIL, WAITS, NOW),
    (CORRECTION, HEARD, Result.NOTHING, WAITS, NOW),
    (CORRECTION, HEARD, Result.NOTHING, TALKS, NOW),
    (CORRECTION, HEARD, Result.NOTHING, FINAL, NOT),
]


@pytest.mark.parametrize(("kind", "whom", "result", "state", "joined"), TABLE)
def test_who_joins_and_when(
    kind: FollowUpKind, whom: Whom, result: Result, state: tuple[bool, bool], joined: Joins
) -> None:
    assert joins(kind, whom, InTheFirst(result, *state)) is joined


@pytest.mark.parametrize("result", Result)
def test_who_got_anything_of_a_wrong_text_is_called_first(result: Result) -> None:
    assert goes_first(CORRECTION, result) is (result is not Result.NOTHING)
    assert not goes_first(ALL_CLEAR, result)
    assert not goes_first(MORE, result)


@pytest.mark.parametrize(
    ("kind", "whom", "may"),
    [
        *((kind, whom, True) for kind in (ALL_CLEAR, MORE) for whom in (HEARD, UNCONFIRMED, ALL)),
        (CORRECTION, HEARD, True),
        (CORRECTION, ALL, True),
        (CORRECTION, UNCONFIRMED, False),
        *((kind, Whom.REPORTER, False) for kind in (ALL_CLEAR, MORE, CORRECTION)),
        (FollowUpKind.ANSWER, Whom.REPORTER, True),
        (FollowUpKind.ANSWER, HEARD, False),
    ],
)
def test_nobody_who_may_have_heard_a_wrong_text_is_left_out(
    kind: FollowUpKind, whom: Whom, may: bool
) -> None:
    assert may_be_for(kind, whom) is may


@pytest.mark.parametrize("kind", FollowUpKind)
def test_each_kind_has_people_whom_it_is_for_when_nobody_says(kind: FollowUpKind) -> None:
    assert may_be_for(kind, usual(kind))


@pytest.mark.parametrize(
    ("kind", "whom", "on"),
    [(CORRECTION, HEARD, True), (CORRECTION, ALL, True), (ALL_CLEAR, HEARD, False), (ALL_CLEAR, ALL, True)],
)
def test_a_telephone_that_rings_rings_on_where_who_heard_nothing_is_told_too(
    kind: FollowUpKind, whom: Whom, on: bool
) -> None:
    assert rings_on(kind, whom) is on


# However a first alert goes on with somebody after the follow-up was sent

KINDS = st.sampled_from([ALL_CLEAR, CORRECTION, MORE])
WHOM = st.sampled_from([HEARD, UNCONFIRMED, ALL])
RESULTS = st.sampled_from(Result)


@st.composite
def lives(draw: st.DrawFn) -> list[InTheFirst]:
    """How the first stands with a person, look by look: no result falls, and a final state is final."""
    results = sorted(draw(st.lists(RESULTS, min_size=1, max_size=6)), key=lambda one: one.rank)
    final_from = draw(st.integers(0, len(results) - 1))
    calls = draw(st.lists(st.booleans(), min_size=len(results), max_size=len(results)))
    return [
        InTheFirst(result, at >= final_from, at < final_from and in_call)
        for at, (result, in_call) in enumerate(zip(results, calls, strict=True))
    ]


@given(kind=KINDS, whom=WHOM, life=lives())
def test_at_the_end_everybody_who_is_meant_has_joined_and_nobody_else(
    kind: FollowUpKind, whom: Whom, life: list[InTheFirst]
) -> None:
    if not may_be_for(kind, whom):
        return
    looks = [joins(kind, whom, one) for one in life]
    got = life[-1].result
    assert life[-1].is_final
    assert looks[-1] is not LATER, "whoever is done with is decided on"
    if kind is not CORRECTION and NOW in looks:
        at_first = life[looks.index(NOW)].result
        assert {HEARD: at_first in GOT_IT, UNCONFIRMED: at_first is not Result.CONFIRMED}.get(whom, True)
    if whom is HEARD and got in GOT_IT:
        assert NOW in looks
    if whom is HEARD and kind is not CORRECTION and got not in GOT_IT:
        assert NOW not in looks
    if whom is ALL:
        assert NOW in looks


@given(kind=KINDS, whom=WHOM, person=st.sampled_from(list(standings())))
def test_nobody_is_rung_with_two_texts_of_which_one_ends_the_other(
    kind: FollowUpKind, whom: Whom, person: InTheFirst
) -> None:
    """Who is in a call joins at once only where that call goes over to the new text itself."""
    if person.is_in_call and not person.is_final and joins(kind, whom, person) is NOW:
        assert kind in ENDS_THE_FIRST
        assert rings_on(kind, whom)
