"""Whether the trunk is at fault, judged by its answers to our recent calls; no clock, no PBX.

Only answers that no telephone gives count against the trunk. It is at fault once the last eight different
numbers got such an answer and none of them got through. One call that gets through acquits it. Calls are
compared by their placing: one that rings late says nothing of a trunk that failed meanwhile.
"""

from collections import Counter
from dataclasses import dataclass
from math import inf

MOST_REMEMBERED = 10_000
"""How many numbers are remembered as not existing."""
DIFFERENT_NUMBERS = 8
"""How many numbers in a row speak against the trunk: fewer may be wrong, or all of one operator."""
SAID_AGAIN_AFTER = 600.0
"""Seconds after which a trunk may be believed that says again that a number does not exist."""
LATELY = 3600.0
"""Seconds for which a call that got through speaks for the trunk."""
_WHAT_IT_DOES = {
    None: "it does not reply to them; check BUURTBEL_TRUNK_URI and the network, or ask the carrier",
    401: "it does not accept our user name and password (401); check BUURTBEL_TRUNK_USER and _PASSWORD",
    403: "it forbids them (403); ask the carrier whether this account and caller id may call",
    404: "it says of every number that it does not exist (404); "
    "check BUURTBEL_TRUNK_NUMBER_FORMAT and your lists",
    488: "it agrees on no sound (488); check BUURTBEL_TRUNK_CODECS and BUURTBEL_TRUNK_SRTP",
    503: "it is full or out of service (503); ask the carrier",
}
NO_SUCH_NUMBER = 404
_LIKE = {408: None, 407: 401, 410: 404, 484: 404, 485: 404, 604: 404, 415: 488, 606: 488}
"""SIP statuses that count as another one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The fault of the trunk."""

    status: int | None
    """The SIP status that most of these numbers got, or one that counts the same; None: no reply."""

    @property
    def says(self) -> str:
        """One sentence for people that says what to do."""
        what = _WHAT_IT_DOES.get(self.status, f"it answers {self.status}; ask the carrier")
        return f"The trunk takes no calls: {what}."


@dataclass(frozen=True, slots=True)
class _RefusedCall:
    placed: float
    status: int | None


class TrunkHealth:
    """The health of one trunk.

    All moments are those at which calls were placed, in seconds by any one clock.
    """

    def __init__(self, said_again_after: float = SAID_AGAIN_AFTER) -> None:
        self._said_again_after = said_again_after
        self._refused: dict[str, _RefusedCall] = {}
        """The last refusal of each number since a call got through; only the latest of many."""
        self._does_not_exist: dict[str, float] = {}
        """The numbers that the trunk said do not exist, with the placing of the first such call to each."""
        self._got_through = -inf
        self._fault: Fault | None = None
        self._was_at_fault = (inf, inf)
        """The last fault: from the last call that had got through to the next one that did."""

    @property
    def fault(self) -> Fault | None:
        """The fault of the trunk now; None while there is none."""
        return self._fault

    def note_success(self, placed: float) -> None:
        """Note that a call placed then rang, was answered, or ended as a telephone ends one."""
        if placed <= self._got_through:
            return
        self._got_through = placed
        self._refused = {number: one for number, one in self._refused.items() if one.placed > placed}
        if self._fault is not None and len(self._refused) < DIFFERENT_NUMBERS:
            self._fault = None
            self._was_at_fault = (self._was_at_fault[0], placed)

    def note_refusal(self, number: str, placed: float, status: int | None) -> None:
        """Note that a call to this number got an answer that no telephone gives, or none."""
        before = self._refused.get(number)
        if placed <= self._got_through or (before is not None and placed <= before.placed):
            return
        self._refused[number] = _RefusedCall(placed, status)
        if len(self._refused) > DIFFERENT_NUMBERS:
            del self._refused[min(self._refused, key=lambda one: self._refused[one].placed)]
        if len(self._refused) == DIFFERENT_NUMBERS:
            if self._fault is None:
                self._was_at_fault = (self._got_through, inf)
            self._fault = Fault(self._usual_status())

    def note_missing(self, number: str, placed: float, status: int | None) -> bool:
        """Note that the trunk said that this number does not exist; return whether that is sure.

        It is sure when the trunk said so before and a call that was placed in between got through. It is sure
        too when it said so long ago: then perhaps only dead numbers are left to call. Such a number does not
        speak against the trunk, as lists hold many, which are called again one after the other.
        """
        first = self._does_not_exist.setdefault(number, placed)
        if len(self._does_not_exist) > MOST_REMEMBERED:
            del self._does_not_exist[next(iter(self._does_not_exist))]
        if first < placed and (first <= self._got_through or self._says_nothing_else(first, placed)):
            return True
        self.note_refusal(number, placed, status)
        return False

    def _says_nothing_else(self, first: float, placed: float) -> bool:
        """Whether a trunk that worked lately repeats what it said long ago, of this number and all others."""
        is_long_since = placed - first >= self._said_again_after
        worked_lately = placed - self._got_through <= LATELY
        return (
            is_long_since
            and worked_lately
            and all(_told_as(one.status) == NO_SUCH_NUMBER for one in self._refused.values())
        )

    def is_believed(self, placed: float) -> bool:
        """Whether the answer to a call placed then is true of its number: a later call got through."""
        return self._got_through >= placed

    def is_excused(self, placed: float) -> bool:
        """Whether a refused call that was placed then was refused by a trunk at fault."""
        began, ended = self._was_at_fault
        return began < placed <= ended

    def _usual_status(self) -> int | None:
        given = Counter(_told_as(one.status) for one in self._refused.values())
        return given.most_common(1)[0][0]


def _told_as(status: int | None) -> int | None:
    return None if status is None else _LIKE.get(status, status)
