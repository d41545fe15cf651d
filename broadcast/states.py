"""The states of broadcasts, recipients and attempts, and the outcomes of a call, each with a sentence."""

from enum import StrEnum


class BroadcastState(StrEnum):
    """Forward only: RUNNING -> CLOSED."""

    RUNNING = "running"
    """Somebody still has to be called, or is being called."""
    CLOSED = "closed"
    """Every recipient has a final result."""


class FollowUpKind(StrEnum):
    """What a broadcast that follows another one is to that one."""

    ALL_CLEAR = "all-clear"
    """It is over: nobody is rung with the first any more."""
    CORRECTION = "correction"
    """The first was wrong: it is withdrawn, and this is said in its place."""
    MORE = "more"
    """What has come to be known since, or how it ended; the first goes on."""
    ANSWER = "answer"
    """For the reporter of a report alone."""


class Whom(StrEnum):
    """Whom a follow-up is for, of those whom the first was for."""

    HEARD = "heard"
    """Who heard the first, or whose box kept it."""
    UNCONFIRMED = "unconfirmed"
    """Who has not confirmed it."""
    ALL = "all"
    REPORTER = "reporter"
    """Who told of something, and nobody else."""


class RecipientState(StrEnum):
    """Forward only: WAITING -> FINAL."""

    WAITING = "waiting"
    """A call is open or will be."""
    FINAL = "final"
    """Nobody will be called for this recipient any more."""


class AttemptState(StrEnum):
    """Forward only: QUEUED -> DIALLING -> DONE, or QUEUED -> DONE when cancelled."""

    QUEUED = "queued"
    """Will be dialled when due; never placed so far."""
    DIALLING = "dialling"
    """Written ahead by exactly one node, which alone may place the call, once."""
    DONE = "done"
    """Ended, with an outcome."""


class ReportState(StrEnum):
    """Forward only: RECORDING -> NEW -> CLAIMED -> JUDGED."""

    RECORDING = "recording"
    """A member is speaking, or the recording still lies at the PBX."""
    NEW = "new"
    """Kept; nobody has taken it up yet."""
    CLAIMED = "claimed"
    """An officer is at it."""
    JUDGED = "judged"
    """An officer has said what it is worth."""


class Worth(StrEnum):
    """What an officer made of a report."""

    USEFUL = "useful"
    KNOWN = "known"
    NOTHING = "nothing"
    """Nothing for the police in it."""


class Result(StrEnum):
    """What a recipient got out of the broadcast so far; it never falls (see `rank`)."""

    NOTHING = "nothing"
    PARTIAL = "partial"
    VOICEMAIL = "voicemail"
    CALLED_BACK = "called_back"
    """Somebody confirmed by a call from their number, for which nobody stands in."""
    HEARD = "heard"
    CONFIRMED = "confirmed"

    @property
    def rank(self) -> int:
        return list(Result).index(self)

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")

    @property
    def is_reached(self) -> bool:
        """A person has the whole alert: nobody is called for them any more."""
        return self in {Result.HEARD, Result.CONFIRMED}


class Outcome(StrEnum):
    """How one attempt ended."""

    CONFIRMED = "confirmed"
    """A key press proved a person who heard the alert."""
    CONFIRMED_BY_CALLBACK = "confirmed_by_callback"
    """They called our number, heard the whole alert and pressed the key."""
    CALLED_BACK = "called_back"
    """Somebody did so who shows their number and may be anybody: nobody vouches for it."""
    HEARD = "heard"
    """A person stayed while the whole message was played."""
    PARTIAL = "partial"
    """Somebody answered and left before the message had been played whole."""
    VOICEMAIL = "voicemail"
    """A machine took the whole message after its greeting."""
    VOICEMAIL_PARTIAL = "voicemail_partial"
    """A machine answered and ended the call before it had the whole message."""
    SCREENED = "screened"
    """A phone that asks who is calling let nobody through."""
    SILENT = "silent"
    """The line was answered and the message played whole, but nothing was ever heard on it."""
    BUSY = "busy"
    """Engaged (486, 600)."""
    NO_ANSWER = "no_answer"
    """Rang until our own limit or the network's (408, 480)."""
    REJECTED = "rejected"
    """Refused by the phone, or by the network for the person (603, 403 after ringing)."""
    REDIRECTED = "redirected"
    """The phone sends its calls elsewhere (3xx), where we do not follow."""
    DEAD_NUMBER = "dead_number"
    """Does not exist, has changed or is malformed (404, 410, 484)."""
    CONGESTION = "congestion"
    """The trunk is full (503)."""
    TRUNK_DOWN = "trunk_down"
    """No way out: no reply but 100, a failure of the network (5xx) or of the transport."""
    TRUNK_REFUSED = "trunk_refused"
    """The trunk itself refuses the call (401, 403 before any ring, 4xx that says nothing of a person)."""
    TRUNK_AT_FAULT = "trunk_at_fault"
    """Refused while the trunk was judged to be at fault, whatever it said: as if it had not been placed."""
    INCOMPATIBLE = "incompatible"
    """No sound could be agreed on (488, no codec in common): our fault or the trunk's."""
    UNKNOWN = "unknown"
    """A crash hid what happened; it may have rung."""
    LOST = "lost"
    """The call vanished with our PBX or our link to it."""
    EXPIRED = "expired"
    """Due or answered after the broadcast's expiry: not played."""
    PREEMPTED = "preempted"
    """It only rang when an urgent alert took its line."""
    CANCELLED = "cancelled"
    """Taken back before it was dialled, because it was no longer needed."""
    REFUSED = "refused"
    """Our own safety rules forbid dialling this number."""

    @classmethod
    def _missing_(cls, value: object) -> "Outcome | None":  # noqa: ARG003
        """What another release has written is something that happened, whatever it was."""
        return cls.UNKNOWN
