"""Holds what the phones lived through against what the database says came of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.audit import Standing
from tests.chaos.people import Crowd
from tests.chaos.tally import Tally

REACHED = frozenset({"confirmed", "heard"})


@dataclass(frozen=True, slots=True)
class Told:
    """A call that was picked up."""

    number: str
    placed_at: float
    """When it was asked for, by `time.monotonic`."""
    sounds: frozenset[str]
    """Of what was sent, that of which something was heard."""


@dataclass
class Experience:
    """All phones of a zone together."""

    placed: Counter[str] = field(default_factory=Counter)
    """Calls that reached each number."""
    heard: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Calls in which a whole alert was heard there, by number and alert."""
    reached: Collection[str] = ()
    """Where enough of it was heard to confirm it."""
    asked: Mapping[str, int] = field(default_factory=dict)
    """How often a call was asked for, by the channel's id; empty when nobody on the far side can know."""
    silent: Sequence[str] = ()
    """Numbers that were answered and heard nothing, though the PBX lived."""
    two_at_once: Sequence[str] = ()
    """Numbers that were called while another call to them rang or was up, once for each such call."""
    told: Sequence[Told] = ()


def judge(
    tally: Tally,
    crowds: Mapping[int, Crowd],
    experience: Experience,
    standings: Sequence[Standing],
    attempts: Collection[str],
) -> None:
    """Add to the tally what came of these people, by the broadcasts that went to them."""
    tally.members += sum(
        len(one.people) for one in {crowd.network: crowd for crowd in crowds.values()}.values()
    )
    known: dict[str, list[Standing]] = defaultdict(list)
    for one in standings:
        known[one.number].append(one)
    for broadcast, crowd in crowds.items():
        _judge_alert(tally, broadcast, crowd, experience, known)
    for number, calls in experience.placed.items():
        dialled = sum(one.dialled for one in known[number])
        if calls > dialled:
            tally.placed_twice += calls - dialled
            tally.problems.append(f"placed twice: {number} rang {calls} times: {known[number]}")
    tally.two_at_once += len(experience.two_at_once)
    tally.problems += [f"two at once: {number} {known[number]}" for number in experience.two_at_once]
    for channel, times in experience.asked.items():
        wrong = times - 1 if channel in attempts else times
        if wrong:
            tally.placed_twice += wrong
            tally.problems.append(f"placed twice: {channel} was asked for {times} times")
    for (number, _), calls in experience.heard.items():
        if calls > 1:
            tally.heard_twice += calls - 1
            tally.again.append(" and ".join(one.ends for one in known[number]))
    for one in standings:
        again = sum(end in REACHED for end in one.ends.split()[:-1])
        tally.rung_after_reached += again
        tally.problems += [f"rung though reached: {one}"] * bool(again)
    tally.silent_answers += len(experience.silent)
    tally.problems += [f"silent: {number} {known[number]}" for number in experience.silent]


def _judge_alert(
    tally: Tally,
    broadcast: int,
    crowd: Crowd,
    experience: Experience,
    known: Mapping[str, Sequence[Standing]],
) -> None:
    """Whether everybody of this crowd got what this broadcast had for them."""
    for number in sorted(crowd.must_confirm | crowd.cannot_be_reached):
        standing = next((one for one in known.get(number, ()) if one.broadcast == broadcast), None)
        must_confirm = number in crowd.must_confirm
        trouble = _trouble(standing, number in experience.reached, must_confirm=must_confirm)
        if trouble:
            tally.lost += 1
            tally.problems.append(f"lost: {number} {trouble}: {standing}")


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
