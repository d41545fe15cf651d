"""One call that the exchange watches, from before it is placed until its channel is gone."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from broadcast.engine.call_ids import CallIds, followed
from broadcast.reservation import Reservation
from ivr.call.call import Call
from ivr.detection.far_end import FarEnd
from ivr.pbx.listener import TalkListener

log = logging.getLogger(__name__)

NO_SOUND = frozenset({406, 488, 606})
"""SIP statuses of a call whose SDP could not be used, also after a 200."""


@dataclass(frozen=True, slots=True)
class End:
    """How a channel ended. `is_lost`: the end or the answer came while we could not see it."""

    cause: int | None = None
    sip_status: int | None = None
    is_lost: bool = False
    was_answered: bool = False
    """Whether it was answered, also when it was over before we had it, as when they hang up at once."""
    lasted: float | None = None
    """Seconds from placing it, by the PBX's clock, however late we are told; None when it does not say."""

    @property
    def says(self) -> str:
        """The reason, for a log."""
        told = ["lost sight of"] if self.is_lost else []
        told += [] if self.cause is None else [f"cause {self.cause}"]
        told += [] if self.sip_status is None else [f"SIP {self.sip_status}"]
        return f" ({', '.join(told)})" if told else ""


class LiveCall:
    """One call. The exchange tells it of events, and the placement waits for its answer and its end."""

    def __init__(
        self,
        id_: str,
        reservation: Reservation,
        *,
        passes: int,
        is_conversation: bool = False,
        on_ring: "Callable[[LiveCall], None]" = lambda _: None,
    ) -> None:
        """`on_ring` is called once, when the call gets through."""
        self.id = id_
        ids = followed()
        self.ids = ids if ids is not None and ids.channel == id_ else CallIds(id_)
        """The ids by which logs and rows name this call."""
        self.reservation = reservation
        """Its line, held by whoever stays with the call to its end."""
        self.placed_at = monotonic()
        """The moment at which it was placed, or just before, by the monotonic clock."""
        self.is_placed = False
        self.is_unwanted = False
        self.is_preempted = False
        """Whether it was ended while it only rang, because an urgent alert lacked its line."""
        self.is_on_fallback = False
        """Whether the PBX speaks by itself: nobody led the call at its answer, or the PBX took it from us."""
        self.has_left = False
        """Whether it left our application: it ended or the PBX leads it, and it is not ours to hang up."""
        self.was_hung_up = False
        """Whether we have ended it; nobody does so twice."""
        self.is_conversation = is_conversation
        """Whether it is no alert, or no longer one: talk proves nothing, and is searched for keys alone."""
        self.is_handed_over = False
        """Whether its attempt is over and the conversation goes on: the reception ends and forgets it."""
        self.is_redirected = False
        """Whether it was redirected (SIP 3xx), which we do not follow."""
        self.is_counted = False
        """Whether its packets are being counted."""
        self.is_held = False
        """Whether they have put us on hold, as an answer can do too."""
        self.rang: bool | None = False
        """Whether a telephone rang (SIP 180, 183) or answered; None when we may have missed that."""
        self.rang_after: float | None = None
        """Seconds from placing it until it rang."""
        self._on_ring = on_ring
        self.listening: TalkListener | None = None
        self.far_end = FarEnd(passes)
        self.call: Call | None = None
        self.answered_at: datetime | None = None
        self._answered = asyncio.Event()
        self._ended = asyncio.Event()
        self.end = End()

    @property
    def is_over(self) -> bool:
        return self._ended.is_set()

    @property
    def is_lost(self) -> bool:
        """Whether its end was no choice of theirs, as far as we have seen.

        It is lost when nobody saw its end, or when an adopted call ended before a sound of ours did.
        The PBX ends a call of an earlier process once that process's last sound is over, whoever leads it by
        then.
        """
        is_adopted = not self.far_end.facts.is_complete
        is_cut_off = self.call is not None and not self.call.events.has_played_whole
        return self.end.is_lost or (is_adopted and is_cut_off)

    @property
    def had_no_sound(self) -> bool:
        """Whether it was picked up, and then refused because no codec could be agreed on."""
        facts = self.far_end.facts
        is_refused = self.end.sip_status in NO_SOUND and not facts.talks and not facts.keys
        was_answered = self.call is not None or self.end.was_answered
        return was_answered and is_refused and not facts.whole_passes

    async def answered(self) -> Call | None:
        """Wait for the answer; None when the call ended without one."""
        await self._answered.wait()
        return self.call

    async def ended(self) -> End:
        await self._ended.wait()
        return self.end

    def note_ringing(self) -> None:
        """Note that it got through."""
        if not self.rang:
            self.rang, self.rang_after = True, monotonic() - self.placed_at
            log.info("It got through.")
            self._on_ring(self)

    def ringing(self) -> dict[str, object]:
        """As JSON, when it rang or that it did not; empty where that is not known."""
        if self.rang is None:
            return {}
        return {"rang": None if self.rang_after is None else round(self.rang_after, 1)}

    def miss_events(self) -> None:
        """Note that events may be missing from now on."""
        for far_end in (self.far_end, *([self.call.far_end] if self.call is not None else [])):
            far_end.facts.is_complete = False
        self.rang = self.rang or None

    def answer(self, call: Call, at: float) -> None:
        """Note the answer, from which `call` goes on. `at` is the moment by the PBX's clock."""
        self.note_ringing()
        self.call = call
        if self.is_held:
            call.events.held(at)
        self.answered_at = datetime.now(UTC)
        self.is_on_fallback = self.has_left = False
        self._answered.set()

    def note_hold(self, at: float, *, is_held: bool) -> None:
        self.is_held = is_held
        if self.call is not None:
            (self.call.events.held if is_held else self.call.events.resumed)(at)

    def hand_over(self, call: Call) -> None:
        """End its attempt and let the call go on.

        Nothing said from now on changes the outcome of the attempt.
        """
        log.info("Its attempt is over; the conversation goes on as that of a caller.")
        self.is_handed_over = self.is_conversation = True
        call.become_conversation()

    def leave_to_dialplan(self) -> None:
        """Leave the call to the PBX, which speaks by itself: our script is over, the call is not."""
        if not self.is_on_fallback:
            log.info("The PBX leads it on by itself.")
        self.is_on_fallback = self.has_left = True
        if self.call is not None:
            self.call.events.hung_up(None)

    def finish(self, end: End, at: float) -> None:
        """Note the end. `at` is the moment by the PBX's clock."""
        if not self._ended.is_set():
            self.end = end
            log.info("Ended%s.", end.says)
            self._ended.set()
            self._answered.set()
            if self.call is not None:
                # A call that was lost on our side: nobody put the phone down.
                self.call.events.hung_up(None if end.is_lost else at)
