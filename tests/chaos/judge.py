"""Holds what the phones lived through against what the database says came of it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.audit import Standing
from tests.chaos.people import Crowd
from tests.chaos.tally import Tally

REACHED = frozenset({"confirmed", "heard"})


@dataclass
class Experience:
    """All phones of a zone together."""

    placed: Counter[str] = field(default_factory=Counter)
    """Calls that reached each number."""
    heard: Counter[str] = field(default_factory=Counter)
    """Calls in which the whole alert was heard there."""
    reached: Collection[str] = ()
    """Where enough of it was heard to confirm it."""
    asked: Mapping[str, int] = field(default_factory=dict)
    """How often a call was asked for, by the channel's id; empty when nobody on the far side can know."""
    silent: Sequence[str] = ()
    """Numbers that were answered and heard nothing, though the PBX lived."""


def judge(
    tally: Tally,
    crowds: Collection[Crowd],
    experience: Experience,
    standings: Sequence[Standing],
    attempts: Collection[str],
) -> None:
    """Add to the tally what came of these people."""
    must, cannot = (
        {number for crowd in crowds for number in getattr(crowd, which)}
        for which in ("must_confirm", "cannot_be_reached")
    )
    tally.members += sum(len(crowd.people) for crowd in crowds)
    known = {one.number: one for one in standings}
    for number in sorted(must | cannot):
        trouble = _trouble(known.get(number), number in experience.reached, must_confirm=number in must)
        if trouble:
            tally.lost += 1
            tally.problems.append(f"lost: {number} {trouble}: {known.get(number)}")
    for number, calls in experience.placed.items():
        dialled = known[number].dialled if number in known else 0
        if calls > dialled:
            tally.placed_twice += calls - dialled
            tally.problems.append(f"placed twice: {number} rang {calls} times: {known.get(number)}")
    for channel, times in experience.asked.items():
        wrong = times - 1 if channel in attempts else times
        if wrong:
            tally.placed_twice += wrong
            tally.problems.append(f"placed twice: {channel} was asked for {times} times")
    for number, calls in experience.heard.items():
        if calls > 1:
            tally.heard_twice += calls - 1
            tally.again.append(known[number].ends if number in known else "")
    for one in standings:
        again = sum(end in REACHED for end in one.ends.split()[:-1])
        tally.rung_after_reached += again
        tally.problems += [f"rung though reached: {one}"] * bool(again)
    tally.silent_answers += len(experience.silent)
    tally.problems += [f"silent: {number} {known.get(number)}" for number in experience.silent]


def _trouble(standing: Standing | None, heard: bool, *, must_confirm: bool) -> str:
    if standing is None:
        return "is nobody's"
    if standing.state != "final":
        return "is still to be called"
    is_reached = standing.result in REACHED
    if must_confirm and not is_reached:
        return "was given up"
    if is_reached and not heard:
        return "counts as reached and heard nothing"
    return ""
