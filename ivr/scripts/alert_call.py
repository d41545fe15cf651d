"""The call that the whole system exists for: a member's phone has been answered."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ivr import alert_keys
from ivr.call.call import Call
from ivr.call.player import never
from ivr.call.signals import Heard, Key, StartAgain
from ivr.call.values import Sound, WholePlayed
from ivr.scripts.leave import LEAVE, second_key

CONFIRM, AGAIN, REPORT = (Key(one) for one in (alert_keys.CONFIRM, alert_keys.AGAIN, alert_keys.REPORT))


class Wants(Enum):
    """What a conversation goes on with that has told all it had to tell of the alert."""

    REPORT = "report"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Alert:
    """What is said on one call."""

    message: Sound
    """One pass: identification, text and the offer of keys."""
    thanks: Sound
    leave_sure: Sound
    pause: float
    """Seconds of quiet between two passes, in which a key can still be pressed."""
    is_expired: Callable[[], bool] = never
    """Whether no pass may begin any more; one that has begun is said to its end."""


async def alert_call(call: Call, alert: Alert) -> Wants | None:
    """Say the alert at once and whole, again and again, until it was confirmed or surely heard or taken.

    It is not begun again once it has expired.
    1 confirms; 2 starts it again; and it starts again by itself when a greeting or a beep ends. 9 is answered
    by the report that it begins, 0 and 0 by the end of all calls: that is for whoever goes on with the call.
    """
    heard: Heard | None = None
    while (heard == AGAIN or not call.far_end.is_done) and not alert.is_expired():
        heard = await _pass(call, alert)
        if heard == LEAVE:
            heard = await second_key(call, alert.leave_sure)
            if heard == LEAVE:
                return Wants.LEAVE
            if heard not in (CONFIRM, REPORT):
                heard = AGAIN
        if heard == CONFIRM:
            await call.play(alert.thanks)
            return None
        if heard == REPORT:
            return Wants.REPORT
    return None


async def _pass(call: Call, alert: Alert) -> Heard | None:
    """The message and the quiet after it: a key, or the moment to start again, or neither."""
    heard: Heard | StartAgain | None = await call.say(
        alert.message, keys=alert_keys.OFFERED, is_late=alert.is_expired
    )
    if isinstance(heard, WholePlayed):
        heard = await call.pause(alert.pause, keys=alert_keys.OFFERED)
    return heard
