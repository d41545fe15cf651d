"""Asks a caller to choose by key, a bounded number of times."""

from ivr.call.call import Call
from ivr.call.errors import NoInput
from ivr.call.signals import Key
from ivr.call.values import Sound

ANY_KEY = "0123456789*#"


async def menu(
    call: Call, question: Sound, keys: str, *, wrong: Sound, wait: float = 4.0, times: int = 3
) -> str:
    """Ask until one of `keys` is pressed, during the question or within `wait` seconds after it.

    Another key is answered with `wrong`, and the question is asked again, at most `times` times in all.
    Raises NoInput after that, and Hangup.
    """
    for _ in range(times):
        pressed: object = await call.play(question, keys=ANY_KEY)
        if not isinstance(pressed, Key):
            pressed = await call.pause(wait, keys=ANY_KEY)
        if isinstance(pressed, Key):
            if pressed.digit in keys:
                return pressed.digit
            await call.play(wrong)
    raise NoInput
