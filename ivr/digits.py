"""Asking a caller to type a number, ended by #."""

from ivr.call import Call, Key, Sound, StartAgain
from ivr.menu import ANY_KEY, NoInput

MOST = 20
"""Keys after which nobody is typing a number any more."""


async def digits(call: Call, question: Sound, *, wait: float = 5.0, times: int = 3) -> str:
    """What is typed during the question or after it, up to # or until nothing comes for `wait` seconds.

    * begins anew. Raises NoInput when nothing was typed `times` times, and Hangup.
    """
    for _ in range(times):
        typed = ""
        heard: object = await call.play(question, keys=ANY_KEY)
        pressed = heard if isinstance(heard, Key) else await _next_key(call, wait)
        while pressed is not None and pressed.digit != "#" and len(typed) < MOST:
            typed = "" if pressed.digit == "*" else typed + pressed.digit
            pressed = await _next_key(call, wait)
        if typed:
            return typed
    raise NoInput


async def _next_key(call: Call, wait: float) -> Key | None:
    while isinstance(pressed := await call.pause(wait, keys=ANY_KEY), StartAgain):
        pass
    return pressed
