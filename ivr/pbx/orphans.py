"""Looks for calls that may not exist, and ends orphans: calls that no process leads."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from time import time

from broadcast.engine.call_ids import CallIds, following
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError, AriUnreachable, ChannelGone
from ivr.ari.events import ReportedChannel
from ivr.pbx.dialplan import CONTEXT, FALLBACK
from ivr.pbx.live_call import End, LiveCall

log = logging.getLogger(__name__)

LOOKS, LOOK_AGAIN_AFTER = 10, 1.0
"""How many looks, and seconds between them: a call without a reply that is missing at all of them is lost."""


async def look_for(client: AriClient, live: LiveCall, *, looks: int = LOOKS) -> None:
    """Ask the PBX for this call. A call that is missing at so many looks is lost."""
    while not live.is_over:
        try:
            await client.channels.get(live.id)
        except ChannelGone:
            looks -= 1
        except AriUnreachable:
            pass  # it says nothing of the call
        else:
            return
        if looks <= 0:
            live.finish(End(is_lost=True), time())
            return
        await asyncio.sleep(LOOK_AGAIN_AFTER)


async def release_orphan(client: AriClient, channel: ReportedChannel) -> None:
    """End a call that nobody leads while it rings. An answered one hears the message from the dialplan."""
    log.info("Nobody leads this call: it is ended, or left to the PBX.")
    if not channel.is_up:
        await client.channels.hangup(channel.id)
    elif channel.is_in_stasis:
        await client.channels.continue_in_dialplan(channel.id, CONTEXT, FALLBACK)


class Reaper:
    """Finds calls on this trunk that nobody leads though nothing told of them; `find` knows those we lead.

    A call that it sees for the first time it leaves alone: its events may still be on their way.
    """

    def __init__(self, client: AriClient, find: Callable[[str], LiveCall | None], *, trunk: str) -> None:
        self._client = client
        self._find = find
        self._trunk = trunk
        self._seen: set[str] = set()

    async def look(self) -> None:
        """Look once; a PBX that is away has no calls."""
        try:
            channels = await self._client.channels.list()
        except AriError:
            return
        orphans = [one for one in channels if one.was_placed_on(self._trunk) and self._find(one.id) is None]
        for channel in orphans:
            if channel.id in self._seen:
                with suppress(AriError), following(CallIds(channel.id)):
                    await release_orphan(self._client, channel)
        self._seen = {channel.id for channel in orphans}
