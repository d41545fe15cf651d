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
    """How a channel ended; `is_lost` when the end or the answer came while we could not see it."""

    cause: int | None = None
    sip_status: int | None = None
    is_lost: bool = False
    was_answered: bool = False
    """Also when it was over before we had it: who rings off at once ends it then."""
    lasted: float | None = None
    """Seconds from placing it, by the PBX's clock, however late we are told; None when it does not say."""

    @property
    def says(self) -> str:
        """Why, for a log."""
        told = ["lost sight of"] if self.is_lost else []
        told += [] if self.cause is None else [f"cause {self.cause}"]
        told += [] if self.sip_status is None else [f"SIP {self.sip_status}"]
        return f" ({', '.join(told)})" if told else ""


class LiveCall:
    """Told by the exchange what becomes of the call; waited for by the dialler."""

    def __init__(
        self,
        id_: str,
        reservation: Reservation,
        *,
        passes: int,
        is_conversation: bool = False,
        on_ring: "Callable[[LiveCall], None]" = lambda _: None,
    ) -> None:
        """`on_ring` is told when it is noticed that it got through, once."""
        self.id = id_
        ids = followed()
        self.ids = ids if ids is not None and ids.channel == id_ else CallIds(id_)
        """Whose it is, for whatever is done for it elsewhere."""
        self.reservation = reservation
        """Its line, for whoever stays with the call to its end."""
        self.placed_at = monotonic()
        """Or just before; by the monotonic clock."""
        self.is_placed = False
        self.is_unwanted = False
        self.is_on_fallback = False
        """The PBX speaks by itself: nobody led the call when it was answered, or it was taken from us."""
        self.has_left = False
        """It is no longer in our application: ended, or led by the PBX; not ours to hang up."""
        self.was_hung_up = False
        """We have ended it; nobody does so twice."""
        self.is_conversation = is_conversation
        """It is no alert, or no longer: nothing is proved by talk, in which keys alone are looked for."""
        self.is_handed_over = False
        """Its attempt is over, and the conversation goes on: somebody else ends and forgets it."""
        self.is_redirected = False
        """It was sent elsewhere (3xx), where nobody follows."""
        self.is_counted = False
        """Its packets are being counted."""
        self.is_held = False
        """They have put us on hold, as an answer can do too."""
        self.rang: bool | None = False
        """It got through: a telephone rang (180, 183), or answered. None when that may have been missed."""
        self.rang_after: float | None = None
        """Seconds from placing it until then."""
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
        """Its end was no choice of theirs, as far as we have seen.

        Nobody saw it, or it came to an adopted call before anything of ours was heard: the PBX ends what the
        process before us led once that one's last sound is over, whoever has the call by then.
        """
        is_adopted = not self.far_end.facts.is_complete
        return self.end.is_lost or (is_adopted and self.call is not None and not self.call.events.started)

    @property
    def had_no_sound(self) -> bool:
        """It was picked up, and then refused because no sound could be agreed on."""
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
        """It got through."""
        if not self.rang:
            self.rang, self.rang_after = True, monotonic() - self.placed_at
            log.info("It got through.")
            self._on_ring(self)

    def ringing(self) -> dict[str, object]:
        """When it rang, or that it did not, as JSON; nothing where that is not known."""
        if self.rang is None:
            return {}
        return {"rang": None if self.rang_after is None else round(self.rang_after, 1)}

    def miss_events(self) -> None:
        """Events may be missing from now on."""
        self.far_end.facts.is_complete = False
        self.rang = self.rang or None

    def answer(self, call: Call, at: float) -> None:
        """`at` is the moment by the PBX's clock."""
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
        """Its attempt is over and it goes on: what it came to is not touched by what is said from now on."""
        log.info("Its attempt is over; the conversation goes on as that of a caller.")
        self.is_handed_over = self.is_conversation = True
        call.become_conversation()

    def leave_to_dialplan(self) -> None:
        """The PBX speaks by itself: if we led the call, our script is over, but the call is not."""
        if not self.is_on_fallback:
            log.info("The PBX leads it on by itself.")
        self.is_on_fallback = self.has_left = True
        if self.call is not None:
            self.call.events.hung_up(None)

    def finish(self, end: End, at: float) -> None:
        """`at` is the moment by the PBX's clock."""
        if not self._ended.is_set():
            self.end = end
            log.info("Ended%s.", end.says)
            self._ended.set()
            self._answered.set()
            if self.call is not None:
                # A call that was lost on our side: nobody put the phone down.
                self.call.events.hung_up(None if end.is_lost else at)
