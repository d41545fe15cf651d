"""Which call is being led: its ids stand in every line of a log that is written meanwhile.

A task has the ids of whoever begins it, so they are set once, where a call begins. What works for several
calls at once begins without any. What is written down during a call can be kept with its channel.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CHANNEL = re.compile(rf"{_UUID}|(?:[A-Za-z_][\w-]{{0,60}}-)?[12]\d{{9}}\.\d{{1,9}}", re.ASCII)
"""The id of a channel: that of the row of a call of ours, or Asterisk's own, from its name and the time."""
_WRITTEN = re.compile(
    rf"(?:broadcast=(?P<broadcast>\d{{1,10}}) )?(?:attempt=(?P<attempt>{_UUID}) )?channel=(?P<channel>\S+)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class CallIds:
    """No number and no name. A call that belongs to no broadcast has its channel alone."""

    channel: str
    attempt: UUID | None = None
    broadcast: int | None = None

    @classmethod
    def of_attempt(cls, attempt: UUID, broadcast: int | None = None) -> "CallIds":
        return cls(str(attempt), attempt, broadcast)

    @classmethod
    def read(cls, written: str) -> "CallIds | None":
        """What `str` has written; None for anything else."""
        found = _WRITTEN.fullmatch(written)
        if found is None or not CHANNEL.fullmatch(found["channel"]):
            return None
        attempt, broadcast = found["attempt"], found["broadcast"]
        return cls(
            found["channel"], UUID(attempt) if attempt else None, int(broadcast) if broadcast else None
        )

    def __str__(self) -> str:
        """For a log, which lets no figures through but these: a channel id of another form is left out."""
        parts = [] if self.broadcast is None else [f"broadcast={self.broadcast}"]
        parts += [] if self.attempt is None else [f"attempt={self.attempt}"]
        parts.append(f"channel={self.channel if CHANNEL.fullmatch(self.channel) else '?'}")
        return " ".join(parts)

    def are_of(self, call: str) -> bool:
        """Whether they are those of the call with this attempt or channel."""
        return call in {self.channel, str(self.attempt)}


_FOLLOWED: ContextVar[CallIds | None] = ContextVar("followed call", default=None)


def follow(ids: CallIds) -> None:
    """From here on this task, and whatever it begins, works for this call."""
    _FOLLOWED.set(ids)


@contextmanager
def following(ids: CallIds) -> Iterator[None]:
    """Within the block, and in what is begun in it."""
    before = _FOLLOWED.set(ids)
    try:
        yield
    finally:
        _FOLLOWED.reset(before)


def followed() -> CallIds | None:
    """The call that we work for; None when it is none, or several."""
    return _FOLLOWED.get()


def told_in_logs() -> str:
    """What a line of a log says of it."""
    ids = _FOLLOWED.get()
    return "" if ids is None else str(ids)
