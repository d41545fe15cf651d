"""The ids of the call that a task works for: they stand in every line that it logs.

A task inherits the ids of the task that began it, so they are set once, where a call begins. A task that
works for several calls begins without any. A row that is written during a call can keep its channel.
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
    """Ids of one call, without a number or a name. A call of no broadcast has its channel alone."""

    channel: str
    attempt: UUID | None = None
    broadcast: int | None = None

    @classmethod
    def of_attempt(cls, attempt: UUID, broadcast: int | None = None) -> "CallIds":
        return cls(str(attempt), attempt, broadcast)

    @classmethod
    def read(cls, written: str) -> "CallIds | None":
        """The ids that `str` wrote; None for any other text."""
        found = _WRITTEN.fullmatch(written)
        if found is None or not CHANNEL.fullmatch(found["channel"]):
            return None
        attempt, broadcast = found["attempt"], found["broadcast"]
        return cls(
            found["channel"], UUID(attempt) if attempt else None, int(broadcast) if broadcast else None
        )

    def __str__(self) -> str:
        """The ids for a log.

        A channel id of another form is left out, as the log lets no other figures through.
        """
        parts = [] if self.broadcast is None else [f"broadcast={self.broadcast}"]
        parts += [] if self.attempt is None else [f"attempt={self.attempt}"]
        parts.append(f"channel={self.channel if CHANNEL.fullmatch(self.channel) else '?'}")
        return " ".join(parts)

    def are_of(self, call: str) -> bool:
        """Whether these ids are those of the call with this attempt or channel."""
        return call in {self.channel, str(self.attempt)}


_FOLLOWED: ContextVar[CallIds | None] = ContextVar("followed call", default=None)


def follow(ids: CallIds) -> None:
    """Let this task, and every task that it begins, work for this call from here on."""
    _FOLLOWED.set(ids)


@contextmanager
def following(ids: CallIds) -> Iterator[None]:
    """Work for this call within the block, and in every task that begins there."""
    before = _FOLLOWED.set(ids)
    try:
        yield
    finally:
        _FOLLOWED.reset(before)


def followed() -> CallIds | None:
    """The call that this task works for; None when there is none, or several."""
    return _FOLLOWED.get()


def told_in_logs() -> str:
    """The words by which a line of a log names this call."""
    ids = _FOLLOWED.get()
    return "" if ids is None else str(ids)
