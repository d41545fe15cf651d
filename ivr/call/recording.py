"""Records what somebody says, and warns them before the end."""

import asyncio

from ivr.call.call import Call
from ivr.call.values import Sound

LAST_PART = 10.0
"""Seconds before the end at which we say so."""


async def record(call: Call, name: str, *, longest: float, ends_soon: Sound) -> None:
    """Record until a key, long quiet, `longest` seconds or the hang-up.

    `ends_soon` is spoken over what they say, of which nothing is lost. Raises Hangup as `Call.record` does.
    """
    warning = asyncio.create_task(_warn(call, longest - LAST_PART, ends_soon))
    try:
        await call.record(name, longest=longest)
    finally:
        warning.cancel()
        await asyncio.wait({warning})


async def _warn(call: Call, after: float, ends_soon: Sound) -> None:
    await asyncio.sleep(after)
    await call.whisper(ends_soon)
