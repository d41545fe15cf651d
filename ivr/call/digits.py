"""Asks a caller to type a number, ended by #."""

from ivr.call.call import Call
from ivr.call.errors import NoInput
from ivr.call.menu import ANY_KEY
from ivr.call.signals import Key, StartAgain
from ivr.call.values import Sound

MOST = 20
"""How many keys a number has at most; who presses more is typing none."""


async def digits(call: Call, question: Sound, *, wait: float = 5.0, times: int = 3) -> str:
    """The keys typed during the question or after it, up to # or until none comes for `wait` seconds.

    * begins anew, at most `times` times. Raises NoInput when nothing was typed that often, and Hangup.
    """
    begun_anew = 0
    for _ in range(times):
        typed = ""
        heard: object = await call.play(question, keys=ANY_KEY)
        pressed = heard if isinstance(heard, Key) else await _next_key(call, wait)
        while pressed is not None and pressed.digit != "#" and len(typed) < MOST:
            typed, begun_anew = (
                ("", begun_anew + 1) if pressed.digit == "*" else (typed + pressed.digit, begun_anew)
            )
            if begun_anew > times:
                raise NoInput
            pressed = await _next_key(call, wait)
        if typed:
            return typed
    raise NoInput


async def _next_key(call: Call, wait: float) -> Key | None:
    while isinstance(pressed := await call.pause(wait, keys=ANY_KEY), StartAgain):
        pass
    return pressed
