"""One call that comes to a far end, with the verbs that a behaviour is written in."""

from __future__ import annotations

import asyncio
import time

from prompts.audio import TELEPHONE_RATE, Audio
from tests.far_ends.dialog import Dialog, Trunk, happens
from tests.far_ends.rtp import Address, Ear, Media, recording
from tests.far_ends.sdp import Description, where
from tests.far_ends.sip import SDP, Header, Message
from tests.far_ends.sounds import key_tone

AGAIN_AFTER = (0.5, 1.0, 2.0, 4.0)
"""Seconds between the 200s that are sent until their ACK comes (RFC 3261, 13.3.1.4)."""
A_PAUSE = 0.7
"""Seconds without sound that end a pass: pauses inside one are shorter, the one between two is longer."""
LOOKS_EVERY = 0.05
A_MESSAGE = 2.0
"""Seconds of sound that are more than a fixed sentence cut off."""
PLAIN = Description()
"""A-law and keys as events, both ways."""


class Call(Dialog):
    """From its INVITE to its end, with sound. Verbs that take time are awaited."""

    def __init__(self, peer: Trunk, invite: Message, caller: Address) -> None:
        super().__init__(peer, invite, caller)
        self.answered_at: float | None = None
        """A moment of the monotonic clock."""
        self.media: Media | None = None
        self._earlier_ears: list[Media] = []

    def over(self, by: str) -> None:
        """The ear stays open for what comes late."""
        super().over(by)
        if self.media is not None:
            self.media.is_muted = True
            self.media.fall_silent()

    def still(self) -> str:
        return PLAIN.written(self.peer.host, self.media.port) if self.media is not None else ""

    # The answer

    async def early_media(self, said: Description = PLAIN, status: int = 183) -> None:
        """Sound can flow before the answer."""
        self.respond(status, body=await self.describe(said))
        self.speaks()

    async def answer(
        self,
        said: Description = PLAIN,
        *headers: Header,
        speaks: bool = True,
        body: str | None = None,
        kind: str = SDP,
    ) -> None:
        """Sent again until it is acknowledged; `body` replaces what is described. Over when the ACK came."""
        written = await self.describe(said)
        body = written if body is None else body
        self.answered_at = self.answered_at or time.monotonic()
        if speaks:
            self.speaks()
        for wait in AGAIN_AFTER:
            self.respond(200, *headers, body=body, kind=kind)
            if await happens(self.acked, wait):
                return

    def accept(self, said: str, *headers: Header) -> None:
        """One 200 and no more, whatever becomes of it."""
        self.answered_at = self.answered_at or time.monotonic()
        self.respond(200, *headers, body=said)

    async def describe(self, said: Description = PLAIN) -> str:
        """What an answer says of our sound; a first one opens our ear."""
        media = await self.hear()
        return said.written(self.peer.host, media.port)

    # Sound

    async def hear(self, host: str | None = None) -> Media:
        """Our end of the sound, opened when first asked for, at the peer's address or another of ours."""
        if self.media is None:
            self.media = await self.peer.open_media(host)
            self.media.to = where(self.invite.body)
        return self.media

    async def hear_elsewhere(self, host: str | None = None) -> Media:
        """From now on with another ear and mouth; what the earlier one hears is still kept."""
        earlier = await self.hear()
        self._earlier_ears.append(earlier)
        self.media = await self.peer.open_media(host)
        self.media.to = earlier.to
        return earlier

    def speaks(self) -> None:
        """Send sound from now on, of quiet when nothing is said."""
        assert self.media is not None
        self.media.begin()

    async def speak(self, sound: Audio) -> None:
        media = await self.hear()
        speaking, over = asyncio.create_task(media.speak(sound)), asyncio.create_task(self.ended.wait())
        await asyncio.wait({speaking, over}, return_when=asyncio.FIRST_COMPLETED)
        for task in (speaking, over):
            task.cancel()

    async def key(self, key: str, *, seconds: float = 0.12, ends: int = 3) -> None:
        """As an event in the sound (RFC 4733)."""
        media = await self.hear()
        await media.press(key, seconds=seconds, ends=ends)

    def key_by_info(self, body: str, kind: str = "application/dtmf-relay") -> None:
        """As a request in the call."""
        self.request("INFO", body=body, kind=kind)

    async def key_in_band(self, key: str, seconds: float = 0.2) -> None:
        """As the two tones alone."""
        await self.speak(key_tone(key, seconds))

    @property
    def heard(self) -> Audio:
        """All that came since the answer, at whichever ear."""
        since = float("inf") if self.answered_at is None else self.answered_at
        return recording([one for ear in self.ears for one in ear.sounds if one.moment >= since])

    @property
    def loud_seconds(self) -> float:
        """Of sound that could be heard, before the answer or after it."""
        return sum(ear.loud_seconds() for ear in self.ears)

    @property
    def ears(self) -> list[Ear]:
        """In the order in which they were opened."""
        return [one.ear for one in (*self._earlier_ears, self.media) if one is not None]

    async def hears_a_pass(self) -> bool:
        """Until a message was heard from here on, and a pause after it; whether it was.

        Looks are counted and not seconds: on a machine that is busy a telephone hears late, and no less.
        """
        media = await self.hear()
        upto, loud, quiet = len(media.ear.sounds), 0.0, 0
        while loud < A_MESSAGE or quiet * LOOKS_EVERY < A_PAUSE:
            if await happens(self.ended, LOOKS_EVERY):
                return False
            media = await self.hear()
            new, upto = media.ear.sounds[upto:], len(media.ear.sounds)
            heard = sum(len(one.payload) for one in new if one.is_loud) / TELEPHONE_RATE
            loud, quiet = loud + heard, 0 if heard else quiet + 1
        return True

    # In the call

    async def reinvite(self, said: Description | None, *headers: Header) -> Message | None:
        """Negotiate anew (None: ask for an offer); the final answer, acknowledged, or None when none came."""
        body = "" if said is None else await self.describe(said)
        sequence = self.request("INVITE", *headers, body=body)
        answer = await self.answer_to(sequence)
        if answer is None:
            return None
        if said is None and answer.status == 200:
            self.request("ACK", body=await self.describe(), sequence=sequence)
        else:
            self.request("ACK", sequence=sequence)
        if answer.status == 200 and self.media is not None:
            self.media.to = where(answer.body) or self.media.to
        return answer
