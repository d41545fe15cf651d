"""How a process of ours learns that it is to end."""

import asyncio
import signal


def told_to_end(*more: signal.Signals) -> asyncio.Event:
    """Set when this process is sent TERM, INT or one of `more`, which by themselves end nothing any more."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, *more):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told
