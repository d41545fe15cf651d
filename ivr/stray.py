"""Calls that are perhaps not there, and calls that nobody leads."""

import asyncio
from time import time

from ivr.ari.client import AriClient
from ivr.ari.errors import AriUnreachable, ChannelGone
from ivr.ari.events import Channel
from ivr.fallback import CONTEXT, FALLBACK
from ivr.live_call import End, LiveCall

LOOKS, LOOK_AGAIN_AFTER = 10, 1.0
"""How often, and every how many seconds, a call whose placing got no reply must be missing to be lost."""


async def look_for(client: AriClient, live: LiveCall, *, looks: int = LOOKS) -> None:
    """Ask the PBX for this call; what is not there at so many looks is lost."""
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


async def let_be(client: AriClient, channel: Channel) -> None:
    """Nobody leads this call: a phone rings no longer, and who answered hears the message without us."""
    if not channel.is_up:
        await client.channels.hangup(channel.id)
    elif channel.is_in_stasis:
        await client.channels.continue_in_dialplan(channel.id, CONTEXT, FALLBACK)
