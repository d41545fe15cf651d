"""What members who are on the line decide of their own calls: confirmed, called back, left."""

from collections.abc import Collection

from broadcast.engine.open_attempts import OpenAttempts
from broadcast.ledger.ledger import Ledger
from directory.actor import Actor


class Callbacks:
    """Each is written down, and the calls that nobody needs any more because of it are cancelled."""

    def __init__(self, ledger: Ledger, attempts: OpenAttempts) -> None:
        self._ledger = ledger
        self._attempts = attempts

    async def confirm(self, broadcast: int, number: str) -> None:
        """Somebody called from this number and confirmed this broadcast: they are not rung any more."""
        for attempt in await self._ledger.confirm_by_callback(broadcast, number):
            self._attempts.cancel(attempt)

    async def note(self, broadcast: int, number: str) -> None:
        """Somebody did so who shows this number and may be anybody: they are rung once more."""
        await self._ledger.note_callback(broadcast, number)

    async def leave(self, actor: Actor, members: Collection[int]) -> None:
        """These members want no more calls: they are not rung any more."""
        for attempt in await self._ledger.leave(actor, members):
            self._attempts.cancel(attempt)
