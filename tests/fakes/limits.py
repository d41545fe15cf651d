"""The limit that a PBX keeps for each call, whatever becomes of us: TIMEOUT(absolute)."""

import asyncio
from contextlib import suppress
from time import monotonic

from tests.fakes.ari_call import FakeCall


async def ended_by_its_limit(call: FakeCall) -> None:
    """Wait for the end of an answered call, and bring it about when it has lasted as long as it may.

    By the clock of the line, which set the limit, however fast its phone lives.
    """
    began = monotonic()
    while not call.gone.is_set():
        limit = call.variables.get("TIMEOUT(absolute)", call.variables.get("CALL_LIMIT", "180"))
        left = float(limit) - (monotonic() - began)
        if left <= 0:
            call.end(16)
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await call.gone.wait()
