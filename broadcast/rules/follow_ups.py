"""Who gets a follow-up of an alert, and when, decided from what each person has got of the alert by then.

In words for a police officer. An all-clear and whatever more there is to say go to those who heard the first
alert, and to those whose voicemail kept it, or to whom the officer names instead. Nobody gets it before the
first alert is done with them: who is being called with the first is waited for, and joins then if they heard
it. A correction goes to everybody at once: who has got anything of the wrong text is called first, and who
still waits for it hears only the new one. A box that kept the wrong text gets the right one too, though its
owner was reached elsewhere. An all-clear or a correction ends the first: nobody is rung with it
any more, and who is being spoken to hears the new text on that call.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from broadcast.rules.retry import Tried, result_of_outcome
from broadcast.states import FollowUpKind, Result, Whom

GOT_IT = frozenset({Result.CONFIRMED, Result.HEARD, Result.CALLED_BACK, Result.VOICEMAIL})
"""Who got so much has the whole alert, or their box has."""
ENDS_THE_FIRST = frozenset({FollowUpKind.ALL_CLEAR, FollowUpKind.CORRECTION})


class Joins(StrEnum):
    """Whether a person of the first alert is called with the follow-up."""

    NOW = "now"
    LATER = "later"
    """It is not known yet: the first is not done with them."""
    NOT = "not"
    """Not with what they have got so far."""


@dataclass(frozen=True, slots=True)
class InTheFirst:
    """How the first alert stands with one person."""

    result: Result
    is_final: bool
    """They are called no more with it."""
    is_in_call: bool
    """A telephone of theirs rings for it, or they are being spoken to."""
    came_later: bool = False
    """They were still to be written as its recipients when the follow-up was sent."""


def joins(kind: FollowUpKind, whom: Whom, person: InTheFirst) -> Joins:
    """Whether this person is called with such a follow-up; what ends the first has ended it by then."""
    is_meant = is_for(whom, person.result)
    if kind is FollowUpKind.CORRECTION:
        waited, has_a_part = not person.is_final or person.came_later, person.result is not Result.NOTHING
        return Joins.NOW if is_meant or has_a_part or waited else Joins.NOT
    is_done = person.is_final or (kind in ENDS_THE_FIRST and not person.is_in_call)
    if not is_done:
        return Joins.LATER
    return Joins.NOW if is_meant else Joins.NOT


def is_for(whom: Whom, result: Result) -> bool:
    """Whether it is meant for who got so much of the first."""
    if whom is Whom.HEARD:
        return result in GOT_IT
    return whom is Whom.ALL or (whom is Whom.UNCONFIRMED and result is not Result.CONFIRMED)


def goes_first(kind: FollowUpKind, result: Result) -> bool:
    """Whether they are called before the others: they have got something of a text that was wrong."""
    return kind is FollowUpKind.CORRECTION and result is not Result.NOTHING


def may_be_for(kind: FollowUpKind, whom: Whom) -> bool:
    """A correction is kept from nobody who may have heard the wrong text; an answer is for one alone."""
    if kind is FollowUpKind.CORRECTION:
        return whom in {Whom.HEARD, Whom.ALL}
    return (kind is FollowUpKind.ANSWER) == (whom is Whom.REPORTER)


def usual(kind: FollowUpKind) -> Whom:
    """Whom it is for when the officer does not say."""
    match kind:
        case FollowUpKind.CORRECTION:
            return Whom.ALL
        case FollowUpKind.ANSWER:
            return Whom.REPORTER
        case _:
            return Whom.HEARD


def rings_on(kind: FollowUpKind, whom: Whom) -> bool:
    """Whether a telephone that rings for the first, which is ended, rings on and speaks the new text."""
    return kind is FollowUpKind.CORRECTION or is_for(whom, Result.NOTHING)


def owed(boxes: Iterable[str], history: Iterable[Tried]) -> list[str]:
    """Of these numbers, whose boxes kept a wrong text, those at which nothing got the right one."""
    told = {one.number for one in history if result_of_outcome(one.outcome) in GOT_IT}
    return [number for number in boxes if number not in told]


def standings() -> Iterator[InTheFirst]:
    """Every way in which the first can stand with a person."""
    yes_or_no = (False, True)
    for result, is_final, is_in_call, came_later in product(Result, yes_or_no, yes_or_no, yes_or_no):
        yield InTheFirst(result, is_final, is_in_call, came_later)
