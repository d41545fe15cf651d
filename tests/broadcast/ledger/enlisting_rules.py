"""What the model of the ledger asks of an enlistment, alone and while outcomes are written."""

import asyncio

from hypothesis import strategies as st
from hypothesis.stateful import rule

from broadcast.ledger.enlisting import go_on_enlisting
from broadcast.ports import CallOutcome
from broadcast.states import Outcome
from tests.broadcast.ledger.ledger_model import OUTCOMES, PICKS, LedgerModel


class EnlistingRules(LedgerModel):
    """Recipients are written one by one."""

    @rule(which=st.integers(0, 1))
    def enlist(self, which: int) -> None:
        """The next part of its recipients is written."""
        self.do(self._enlisted(which))

    async def _enlisted(self, which: int) -> None:
        async with self.office.engine.begin() as connection:
            await go_on_enlisting(connection, self.broadcasts[which], 1)

    @rule(picks=PICKS, end=OUTCOMES, which=st.integers(0, 1))
    def record_while_others_are_enlisted(self, picks: list[int], end: Outcome, which: int) -> None:
        """By another node, which opens them too."""
        those = dict.fromkeys(self.pick(picks, "dialling"), end)

        async def enlist() -> None:
            await self._enlisted(which)
            async with self.office.engine.begin() as connection:
                await self.office.ledger.open_window(connection, self.broadcasts[which], 2)

        async def work() -> None:
            results = {attempt: CallOutcome(end) for attempt in those}
            await asyncio.gather(self.office.ledger.record(results), enlist())

        self.do(work())
        self.said |= those
