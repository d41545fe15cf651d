"""Counts the packets of a call on which somebody talks, for networks that send nothing in silence."""

import asyncio
import logging
from time import time

from ivr.ari.client import AriClient
from ivr.ari.errors import AriError, ChannelGone
from ivr.call.call import Call
from ivr.detection.packets import FIRST_LOOK, LOOK_EVERY
from ivr.pbx.live_call import LiveCall

log = logging.getLogger(__name__)


async def count_packets(client: AriClient, live: LiveCall, call: Call) -> None:
    """Count while talk goes on, whose end may never be reported, until the call has ended."""
    await asyncio.sleep(FIRST_LOOK)
    while call.far_end.wants_packets and not live.is_over:
        try:
            heard = await client.channels.rtp_statistics(live.id)
        except ChannelGone:
            break
        except AriError as fault:
            log.warning("The packets of a call could not be counted; trying again: %s", fault)
        else:
            call.events.packets(heard.rxcount, time())
        await asyncio.sleep(LOOK_EVERY)
    live.is_counted = False
