"""One call that the exchange watches, from before it is placed until its channel is gone."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.call import Call
from ivr.far_end import FarEnd
from ivr.listening import Listening


@dataclass(frozen=True, slots=True)
class End:
    """How a channel ended; `is_lost` when the end or the answer came while we could not see it."""

    cause: int | None = None
    sip_status: int | None = None
    is_lost: bool = False


class LiveCall:
    """Told by the exchange what becomes of the call; waited for by the dialler."""

    def __init__(self, id_: str, passes: int) -> None:
        self.id = id_
        self.is_placed = False
        self.is_unwanted = False
        self.is_on_fallback = False
        """The PBX speaks by itself: nobody led the call when it was answered, or it was taken from us."""
        self.has_left = False
        """It is no longer in our application: ended, or led by the PBX; not ours to hang up."""
        self.is_handed_over = False
        """Its attempt is over, and the conversation goes on: somebody else ends and forgets it."""
        self.is_counted = False
        """Its packets are being counted."""
        self.listening: Listening | None = None
        self.far_end = FarEnd(passes)
        self.call: Call | None = None
        self.answered_at: datetime | None = None
        self._answered = asyncio.Event()
        self._ended = asyncio.Event()
        self.end = End()

    @property
    def is_over(self) -> bool:
        return self._ended.is_set()

    async def answered(self) -> Call | None:
        """Wait for the answer; None when the call ended without one."""
        await self._answered.wait()
        return self.call

    async def ended(self) -> End:
        await self._ended.wait()
        return self.end

    def answer(self, call: Call) -> None:
        self.call = call
        self.answered_at = datetime.now(UTC)
        self.is_on_fallback = self.has_left = False
        self._answered.set()

    def is_taken_away(self) -> None:
        """The PBX speaks by itself: if we led the call, our script is over, but the call is not."""
        self.is_on_fallback = self.has_left = True
        if self.call is not None:
            self.call.hung_up(None)

    def finish(self, end: End, at: float) -> None:
        """`at` is the moment by the PBX's clock."""
        if not self._ended.is_set():
            self.end = end
            self._ended.set()
            self._answered.set()
            if self.call is not None:
                # A call that was lost on our side: nobody put the phone down.
                self.call.hung_up(None if end.is_lost else at)
