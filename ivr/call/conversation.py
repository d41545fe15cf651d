"""A script on a call, from its first word to its end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ivr.call.call import Call
from ivr.call.errors import Hangup, NoInput, PlayFailed

log = logging.getLogger(__name__)


async def converse(script: Callable[[Call], Awaitable[None]], call: Call) -> bool:
    """Run a script to its end or until the other party hangs up: the one place that catches Hangup.

    Returns whether the call is ours to end. It is not when it is over, or when the PBX leads it now.
    """
    try:
        await script(call)
    except Hangup:
        return False  # theirs, though the news of it may still be on its way
    except NoInput:
        log.info("A conversation that went round and round was ended.")
    except PlayFailed as fault:
        log.error("%s", fault)  # noqa: TRY400 - the sentence says it all
    except asyncio.CancelledError:
        call.events.expect_end()
        raise
    call.events.expect_end()
    return True
