"""Lines of calls whose end nobody reported: each stays taken until the PBX knows its channel no more."""

import asyncio

from broadcast.reservation import Reservation
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError

LOOK_EVERY = 1.0
"""Seconds."""


class UnendedCalls:
    """On one PBX. Its own limits, and those of the dialplan, end every one of them."""

    def __init__(self, client: AriClient) -> None:
        self._client = client
        self._lines: dict[str, Reservation] = {}
        self._looking: asyncio.Task[None] | None = None

    def keep(self, channel: str, reservation: Reservation) -> None:
        """The line of this channel, which may still be up, is ours; released, or moved before, it is none."""
        if reservation.is_free:
            return
        self._lines[channel] = reservation.move()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())

    def release(self, channel: str) -> None:
        """Somebody stays with this channel again, on a line of their own."""
        if (line := self._lines.pop(channel, None)) is not None:
            line.release()

    async def _look_on(self) -> None:
        while self._lines:
            try:
                up = {channel.id for channel in await self._client.channels.list()}
            except AriError:
                up = set(self._lines)  # it says nothing of them
            for channel in self._lines.keys() - up:
                self.release(channel)
            await asyncio.sleep(LOOK_EVERY)
