"""What officers do with alerts in between, for a machine of the ledger."""

from contextlib import suppress
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from broadcast.errors import BroadcastOver
from broadcast.steering.pause import pause, resume
from storage.transactions import Transactions
from tests.broadcast.ledger.ledger_model import LedgerModel
from tests.support.people import ADMIN


class SteeringRules(LedgerModel):
    """One of the two alerts is paused, or goes on."""

    paused: frozenset[int] = frozenset()

    @rule(which=st.integers(0, 1))
    def pause_or_resume(self, which: int) -> None:
        """Unless it is over by then."""
        broadcast = self.broadcasts[which]
        verb = resume if broadcast in self.paused else pause
        with suppress(BroadcastOver):
            self.do(Transactions(self.office.engine)(verb, ADMIN, broadcast))
            self.paused ^= {broadcast}

    def resume_all(self) -> None:
        for which, broadcast in enumerate(self.broadcasts):
            if broadcast in self.paused:
                self.pause_or_resume(which)
        self.paused = frozenset()

    def is_paused(self, attempt: UUID) -> bool:
        return self.broadcast_of[self.seen.attempts[attempt][0]] in self.paused
