"""Lines of calls whose end nobody reported: each stays taken until the PBX knows its channel no more."""

import asyncio

from broadcast.reservation import Reservation
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError

LOOK_EVERY = 1.0
"""Seconds between two looks at the PBX."""


class UnendedCalls:
    """The calls of one PBX whose end nobody reported. Limits of the PBX and the dialplan end each of them."""

    def __init__(self, client: AriClient) -> None:
        self._client = client
        self._lines: dict[str, Reservation] = {}
        self._looking: asyncio.Task[None] | None = None

    def keep(self, channel: str, reservation: Reservation) -> None:
        """Keep the line of this channel, which may still be up.

        A reservation that holds no line is passed over.
        """
        if reservation.is_free:
            return
        self._lines[channel] = reservation.move()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())

    def release(self, channel: str) -> None:
        """Release the line kept for this channel: a process stays with it again, on a line of its own."""
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
