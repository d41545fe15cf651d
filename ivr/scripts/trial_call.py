"""A test call: says that it is one, and waits for a key."""

from ivr.call.call import Call
from ivr.call.menu import ANY_KEY
from ivr.call.signals import Key
from ivr.scripts.sentences import Says

TIMES = 2
WAIT = 4.0
"""Seconds after the sentence in which a key may be pressed."""


async def trial_call(call: Call, says: Says) -> str | None:
    """The key that was pressed; None when nobody pressed one."""
    for _ in range(TIMES):
        pressed: object = await call.play(says["test_call"], keys=ANY_KEY)
        if not isinstance(pressed, Key):
            pressed = await call.pause(WAIT, keys=ANY_KEY)
        if isinstance(pressed, Key):
            await call.play(says["goodbye"])
            return pressed.digit
    await call.play(says["goodbye"])
    return None
