"""One call of `make bench-voicemail`: who was called, what was reported of it, what the phone recorded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bench.voicemail.measures import Measures
from bench.voicemail.truth import is_borne_out, is_right
from simulation.kinds import Neighbour, NeighbourKind

OF_OUTCOME: Mapping[str, str] = MappingProxyType(
    {
        "confirmed": "person",
        "heard": "person",
        "partial": "person",
        "voicemail": "machine",
        "voicemail_partial": "machine",
        "silent": "silent",
        "screened": "screener",
    }
)
"""What an outcome says of who was there, where the evidence has no judgement."""
NOT_PART_OF_A_PASS = 2.0
"""Seconds that a box must be able to take beyond one pass."""


@dataclass(frozen=True, slots=True)
class ReportedAttempt:
    """The attempt, as the results have it."""

    outcome: str | None
    answered_at: datetime | None
    ended_at: datetime | None
    evidence: Mapping[str, Any]

    @property
    def who(self) -> str:
        """The class that was reported, or how the call ended when nobody was there."""
        told = self.evidence.get("judgement") or OF_OUTCOME.get(self.outcome or "", self.outcome)
        return str(told or "no call")

    @property
    def seconds(self) -> float | None:
        """On the line, from the answer."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.answered_at).total_seconds()


NOT_CALLED = ReportedAttempt(None, None, None, {})


@dataclass(frozen=True, slots=True)
class Called:
    neighbour: Neighbour
    reported: ReportedAttempt
    measures: Measures
    pass_seconds: float

    @property
    def name(self) -> str:
        """The last digits, which tell the drawn neighbours apart."""
        return self.neighbour.number[-8:]

    @property
    def is_timed(self) -> bool:
        """A real mailbox's phone is recorded by Asterisk, which leaves out whatever time no sound came in."""
        return self.neighbour.kind is not NeighbourKind.VOICEMAIL

    @property
    def first_sound(self) -> float | None:
        """Seconds from the answer to the first sound; None without any.

        The simulated phone hands a call over, and begins to record it, when it has got our first packet.
        """
        first = self.measures.first_sound
        return None if first is None else self.measures.first_packet + first

    @property
    def is_machine(self) -> bool:
        """A box that can take the message."""
        needed = self.pass_seconds + NOT_PART_OF_A_PASS
        return self.neighbour.is_box and self.neighbour.capacity_seconds >= needed

    @property
    def is_person(self) -> bool:
        """A person who stays until the message was heard whole."""
        return self.neighbour.is_person and self.neighbour.stays

    @property
    def is_judged_right(self) -> bool:
        return is_right(self.neighbour, self.reported.who)

    @property
    def is_borne_out(self) -> bool:
        """The outcome is borne out by what the phone recorded."""
        return is_borne_out(self.neighbour, self.reported.outcome, whole=self.measures.whole)

    @property
    def seconds(self) -> float | None:
        """On the line, from the answer: by the phone, or where it does not tell by us."""
        if self.is_timed and self.measures.recorded:
            return self.measures.first_packet + self.measures.recorded
        return self.reported.seconds

    @property
    def line_time(self) -> float | None:
        """Seconds on the line, as a multiple of the greeting and two passes."""
        ideal = self.neighbour.greeting_seconds + 2 * self.pass_seconds
        return None if self.seconds is None else self.seconds / ideal

    @property
    def whole_passes(self) -> int:
        """How often the message ran from first word to last."""
        return sum(whole for *_, whole in self.reported.evidence.get("passes", ()))

    @property
    def most_restarts(self) -> int:
        return most_restarts([whole for *_, whole in self.reported.evidence.get("passes", ())])

    def as_json(self) -> dict[str, Any]:
        """Everything, so that a judgement can be tried again without calling."""
        told = self.reported
        return {
            "name": self.name,
            "neighbour": asdict(self.neighbour),
            "outcome": told.outcome,
            "answered_at": told.answered_at and told.answered_at.isoformat(),
            "ended_at": told.ended_at and told.ended_at.isoformat(),
            "seconds": self.seconds,
            "evidence": dict(told.evidence),
            "reported": told.who,
            "is_machine": self.is_machine,
            "is_person": self.is_person,
            "is_judged_right": self.is_judged_right,
            "is_borne_out": self.is_borne_out,
            "measures": asdict(self.measures),
            "first_sound": self.first_sound,
        }


def most_restarts(passes: list[bool]) -> int:
    """The most passes in a row that were cut and followed by another; each one tells whether it was whole."""
    most = row = 0
    for whole in passes[:-1]:
        row = 0 if whole else row + 1
        most = max(most, row)
    return most
