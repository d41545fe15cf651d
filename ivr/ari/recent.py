"""Which events came a moment ago: an event that two subscriptions cover comes twice."""

from ivr.ari.events import Event


class RecentEvents:
    """Remembers the last `size` to `2 * size` events by type, subject and timestamp."""

    def __init__(self, size: int = 2048) -> None:
        self._size = size
        self._new: set[tuple[type, str, str]] = set()
        self._old: set[tuple[type, str, str]] = set()

    def add(self, event: Event) -> bool:
        """Whether it is new; it is not when it is added again."""
        key = (type(event), event.subject, event.timestamp)
        if key in self._new or key in self._old:
            return False
        if len(self._new) >= self._size:
            self._old, self._new = self._new, set()
        self._new.add(key)
        return True

    def __len__(self) -> int:
        return len(self._new) + len(self._old)
