"""What the alert needs from the rooms above it: someone who can dial."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from broadcast.reservation import Reservation
from broadcast.states import Outcome


@dataclass(frozen=True, slots=True)
class NewText:
    """What a call says from now on in place of what it was placed with: the text of another broadcast."""

    broadcast: int
    sound: Path
    """The whole pass, without extension, as the PBX sees it."""
    sound_seconds: float
    expires_at: float
    """By `time.monotonic`."""


@dataclass(frozen=True, slots=True)
class CallOrder:
    """One call to place: whom, what they hear, and until when it still makes sense."""

    attempt: UUID
    broadcast: int
    number: str
    """E.164, as the attempt row has it."""
    language: str
    sound: Path
    """The whole pass (identification, text, offer of keys), without extension, as the PBX sees it."""
    sound_seconds: float
    expires_at: float
    """By `time.monotonic`, which nobody can set; it is not played from then on."""
    urgent: bool = True
    """Else it gives way to an urgent alert while it only rings."""
    new_text: NewText | None = None
    """Of a call that was placed before: it is to say this, and its own text no more."""


@dataclass(frozen=True, slots=True)
class TextOutcome:
    """What became of a new text on a call that was placed with another one."""

    broadcast: int
    outcome: Outcome
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What became of one call, with the evidence that says so."""

    outcome: Outcome
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: int | None = None
    """Q.850 cause of the channel's end."""
    sip_status: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    goes_on_for: float = 0.0
    """Seconds for which somebody is still spoken to at most: the attempt is over, and the call is not."""
    new_texts: tuple[TextOutcome, ...] = ()
    """Those of which something was said on this call."""


class Dialler(Protocol):
    """Places one call per attempt, ever; broadcast decides, the line obeys."""

    async def reserve(self, *, urgent: bool, at_most: int) -> Sequence[Reservation]:
        """Wait until calls may be placed (PBX ready, lines, the trunk's pace) and reserve a line for each.

        Whoever waits here holds no job and no attempt, so that a closed line burns nothing. At least one;
        none when closing down.
        """

    async def call(self, order: CallOrder, reservation: Reservation) -> CallOutcome:
        """Place the call on this line and stay with it to its end; then the line is free.

        Never raises for what a telephone can do.
        """

    async def adopt(self, order: CallOrder) -> CallOutcome:
        """Stay with a call that was placed before this process began; never place it again."""

    async def stop(self, attempt: UUID) -> None:
        """End this attempt's call if it is ours and still only ringing."""

    async def withdraw(self, attempt: UUID) -> None:
        """End this attempt's call if it is ours: who has answered hears first that the alert is taken back.

        May be asked again until the call is over.
        """

    async def replace_text(self, attempt: UUID, new: NewText, *, rings_on: bool) -> bool:
        """Have this attempt's call speak this: who listens is told that the message is changed.

        A telephone that still rings is answered by the new text alone if it `rings_on`, and is stopped else.
        False when there is no call of it here. May be asked again until the call is over.
        """

    async def over(self, attempts: Collection[UUID]) -> Collection[UUID]:
        """Those of these attempts, whose calls were placed before, that surely have no call any more."""
