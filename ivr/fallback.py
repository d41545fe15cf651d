"""What the PBX notes of a call to which it spoke the message by itself, and what such a call came to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from broadcast.states import Outcome

CONTEXT, ANSWERED, FALLBACK = "alert", "call", "fallback"
"""Where in the PBX's dialplan an answered call begins, and where the message is spoken without us."""
_NOTE = re.compile(r"fallback=(?P<passes>\d{1,3})(?P<end>/key=1|/stayed)?")


@dataclass(frozen=True, slots=True)
class Note:
    """Written as the call goes on, and final when it is over."""

    passes: int
    """How often the message was played from its first sample to its last."""
    confirmed: bool
    """1 was pressed."""
    stayed: bool
    """Whoever it was stayed until everything had been said."""

    @property
    def outcome(self) -> Outcome:
        """Who puts the phone down after the whole message has heard it; who only stays may be nobody."""
        if self.confirmed:
            return Outcome.CONFIRMED
        if not self.passes:
            return Outcome.LOST
        return Outcome.SILENT if self.stayed else Outcome.HEARD

    @property
    def evidence(self) -> Mapping[str, object]:
        return {"fallback": self.passes, "reason": f"the PBX spoke by itself; {self._end}"}

    @property
    def _end(self) -> str:
        if self.confirmed:
            return "1 was pressed"
        if self.stayed:
            return "somebody or nobody stayed to the end"
        return "put the phone down after the message" if self.passes else "left before its end"


def parse(note: str) -> Note | None:
    """None when it was not the PBX that led the call."""
    found = _NOTE.fullmatch(note)
    if found is None:
        return None
    return Note(int(found["passes"]), found["end"] == "/key=1", found["end"] == "/stayed")
