"""The call that the whole system exists for: a member's phone has been answered."""

from dataclasses import dataclass

from ivr.call import Call, Heard, Key, Sound, Whole


@dataclass(frozen=True, slots=True)
class Alert:
    """What is said on one call."""

    message: Sound
    """One pass: identification, text and the offer of keys."""
    thanks: Sound
    pause: float
    """Seconds of quiet between two passes, in which a key can still be pressed."""


async def alert_call(call: Call, alert: Alert) -> None:
    """Say the alert at once and whole, again and again, until it was confirmed or surely heard or taken.

    1 confirms; 2 starts it again; and it starts again by itself when a greeting or a beep ends.
    """
    heard: Heard | None = None
    while heard == Key("2") or not call.far_end.is_done:
        heard = await call.say(alert.message, keys="12")
        if isinstance(heard, Whole):
            heard = await call.pause(alert.pause, keys="12")
        if heard == Key("1"):
            await call.play(alert.thanks)
            return
