"""Calls that the PBX leads by itself: their place in its dialplan, its notes on them, and their outcomes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from broadcast.states import Outcome
from ivr.ari.events import ReportedChannel

CONTEXT, ANSWERED, FALLBACK = "alert", "call", "fallback"
"""Places in the dialplan: where an answered call begins, and where the message is spoken without us."""
INBOUND, AWAY = "inbound", "away"
"""Places in the dialplan: where a call from outside begins, and where callers are told whom else to call."""
MOST_CALLERS = "MOST_CALLERS"
"""The global variable of the dialplan that says how many callers at once it hands to us."""
EXPIRES = "EXPIRES"
"""The channel variable that says when the message expires: whole seconds since 1970, by the PBX's clock."""
NOTE_NEEDED = 60.0
"""Seconds from reading a note within which its outcome is surely in the database or in the spool."""
_NOTE = re.compile(r"fallback=(?P<passes>\d{1,3})(?:/of=(?P<of>\d{1,10}))?(?P<end>/key=1|/stayed|/expired)?")


def text_name(broadcast: int, sound: Path) -> str:
    """How the dialplan names the text of a call.

    A global variable of this name holds that of the text which is spoken in its place.
    """
    return f"{broadcast}-{sound.name}"


def away_sound(folder: Path, language: str) -> Path:
    """The sound for callers whom we cannot help, without extension.

    The dialplan outlives a change of voice.
    """
    return folder / f"away-{language}"


def way_out(channel: ReportedChannel, trunk: str) -> tuple[str, str] | None:
    """The place where the dialplan goes on with a call in our application; None for another trunk's call."""
    if channel.was_placed_on(trunk):
        return CONTEXT, FALLBACK
    return (INBOUND, AWAY) if channel.dialplan.context == INBOUND else None


def is_led_by_the_pbx(channel: ReportedChannel) -> bool:
    return channel.is_at(CONTEXT, FALLBACK) or channel.is_at(INBOUND, AWAY)


@dataclass(frozen=True, slots=True)
class Note:
    """The PBX's note on a call that it leads: written as the call goes on, final when it is over."""

    passes: int
    """How often the message was played from its first sample to its last."""
    confirmed: bool
    """Whether key 1 was pressed."""
    stayed: bool
    """Whether the called person stayed until everything had been said that was to be."""
    expired: bool = False
    """Whether the message expired before it was to be said once more."""
    of: int | None = None
    """The broadcast whose text that was; None for the one that the call was placed with."""

    def outcome(self, *, is_nobody: bool = False) -> Outcome:
        """The outcome by this note.

        A person hangs up after the whole message; a line that only stays open may be nobody. `is_nobody`: we
        had heard a machine before the PBX spoke, and how much its box kept is not known.
        """
        if self.confirmed:
            return Outcome.CONFIRMED
        if not self.passes:
            return Outcome.EXPIRED if self.expired else Outcome.LOST
        if is_nobody:
            return Outcome.VOICEMAIL_PARTIAL
        return Outcome.SILENT if self.stayed else Outcome.HEARD

    @property
    def evidence(self) -> Mapping[str, object]:
        return {"fallback": self.passes, "reason": f"the PBX spoke by itself; {self._end}"}

    @property
    def _end(self) -> str:
        if self.confirmed:
            return "1 was pressed"
        if self.expired:
            return "it expired"
        if self.stayed:
            return "somebody or nobody stayed to the end"
        return "put the phone down after the message" if self.passes else "left before its end"


def parse(note: str) -> Note | None:
    """Read a note; None when the PBX did not lead the call."""
    found = _NOTE.fullmatch(note)
    if found is None:
        return None
    end = found["end"]
    stayed, of = end in {"/stayed", "/expired"}, None if found["of"] is None else int(found["of"])
    return Note(int(found["passes"]), end == "/key=1", stayed, end == "/expired", of)
