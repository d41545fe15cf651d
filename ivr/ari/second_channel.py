"""A second channel on a call, which hears it or speaks over it: it is ours a moment after it was made."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ivr.ari.errors import ChannelGone

_T = TypeVar("_T")

OURS_WITHIN = 2.0
ASK_AGAIN_AFTER = 0.02


async def once_ours(request: Callable[[], Awaitable[_T]]) -> _T:
    """Make this request of a channel that snoops. Raises as it does; ChannelGone when the call is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + OURS_WITHIN
    while True:
        try:
            return await request()
        except ChannelGone:
            if loop.time() > until:
                raise
        await asyncio.sleep(ASK_AGAIN_AFTER)
