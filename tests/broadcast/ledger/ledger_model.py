"""A small model of the ledger: what was seen and said, and what must always hold of it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant
from sqlalchemy import select

from broadcast.rules.retry import result_of_outcome
from broadcast.states import Outcome, Result
from broadcast.tables import Attempt, OpenCall, Recipient, RecipientNumber
from tests.support.office import Office

FORWARD = ("queued", "dialling", "done")
NOT_OF_A_CALL = {Outcome.CANCELLED, Outcome.EXPIRED, Outcome.CALLED_BACK, Outcome.CONFIRMED_BY_CALLBACK}
"""Outcomes that attempts have which nobody dialled."""
OUTCOMES = st.one_of(
    st.sampled_from([Outcome.CONFIRMED, Outcome.HEARD]),
    st.sampled_from([one for one in Outcome if one not in {Outcome.CANCELLED, Outcome.CALLED_BACK}]),
)
PICKS = st.lists(st.integers(0, 9), min_size=1, max_size=3)
"""Which of the attempts there are, by place."""
_T = TypeVar("_T")


@dataclass
class Seen:
    """Everything that the ledger's rows say at one moment."""

    attempts: dict[UUID, tuple[int, str, str, str | None]] = field(default_factory=dict)
    """Recipient, number, state, outcome."""
    held: dict[str, UUID] = field(default_factory=dict)
    """The numbers that are in a call, with the call."""
    people: dict[int, tuple[str, str, bool]] = field(default_factory=dict)
    """State, result, opened."""

    def those(self, *states: str) -> list[UUID]:
        """In an order that is the same when an example is tried again, as ids are not."""
        return [id_ for id_, (_, _, state, _) in self.attempts.items() if state in states]

    def numbers(self, *states: str) -> set[str]:
        return {number for _, number, state, _ in self.attempts.values() if state in states}


class LedgerModel:
    """Who may be dialled by whom, and what was said first of how each call ended."""

    def __init__(self, office: Office, runner: asyncio.Runner) -> None:
        self.office = office
        self.runner = runner
        self.broadcasts: list[int] = []
        self.members = 0
        """To whom each of them goes."""
        self.broadcast_of: dict[int, int] = {}
        """By recipient."""
        self.numbers: dict[int, set[str]] = {}
        self.seen = Seen()
        self.dialled: set[UUID] = set()
        self.said: dict[UUID, Outcome] = {}
        self.goes_on: dict[UUID, str] = {}
        """Calls that outlive their attempts, with their numbers."""
        self.trials: dict[UUID, str] = {}
        """Test calls that are open, with their numbers."""

    def do(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self.runner.run(work)

    def pick(self, picks: list[int], *states: str) -> list[UUID]:
        there = self.seen.those(*states)
        return list(dict.fromkeys(there[pick % len(there)] for pick in picks)) if there else []

    @invariant()
    def holds(self) -> None:
        if self.broadcasts:
            before, self.seen = self.seen, self.do(self._look())
            self._moves_forward(before)
            self._one_call_at_a_time()
            self._nobody_is_lost()
            self._is_what_was_said()

    async def _look(self) -> Seen:
        async with self.office.engine.connect() as connection:
            for broadcast, recipient, number in await connection.execute(
                select(RecipientNumber.broadcast_id, RecipientNumber.recipient_id, RecipientNumber.e164)
            ):
                self.broadcast_of[recipient] = broadcast
                self.numbers.setdefault(recipient, set()).add(number)
            attempts = await connection.execute(
                select(Attempt.id, Attempt.recipient_id, Attempt.e164, Attempt.state, Attempt.outcome)
            )
            people = await connection.execute(
                select(Recipient.id, Recipient.state, Recipient.result, Recipient.opened)
            )
            held = await connection.execute(select(OpenCall.e164, OpenCall.call))
            found = {
                id_: (recipient, number, state, outcome)
                for id_, recipient, number, state, outcome in attempts
            }
            fresh = sorted(
                found.keys() - self.seen.attempts,
                key=lambda id_: (self.broadcast_of[found[id_][0]], *found[id_][1:3]),
            )
            known = [*self.seen.attempts, *fresh]
            return Seen(
                {id_: found[id_] for id_ in known},
                {row.e164: row.call for row in held},
                {person: (state, result, opened) for person, state, result, opened in people},
            )

    def _moves_forward(self, before: Seen) -> None:
        for id_, (_, _, state, outcome) in before.attempts.items():
            _, _, now, ended = self.seen.attempts[id_]
            assert FORWARD.index(now) >= FORWARD.index(state)
            assert outcome in {None, ended}
        for person, (standing, result, opened) in before.people.items():
            now, got, is_open = self.seen.people[person]
            assert (now, is_open) >= (now if standing == "waiting" else "final", opened)
            assert standing == "waiting" or now == "final"
            assert Result(got).rank >= Result(result).rank

    def _one_call_at_a_time(self) -> None:
        called = [self.seen.attempts[id_] for id_ in self.seen.those("queued", "dialling")]
        assert len({recipient for recipient, *_ in called}) == len(called)
        assert len({(self.broadcast_of[one], number) for one, number, *_ in called}) == len(called)
        up = {id_: self.seen.attempts[id_][1] for id_ in self.seen.those("dialling")}
        up |= self.goes_on | self.trials
        assert {number: call for call, number in up.items()} == self.seen.held
        assert len(up) == len(self.seen.held), "two calls to one number"

    def _nobody_is_lost(self) -> None:
        open_ = [self.seen.attempts[id_][:2] for id_ in self.seen.those("queued", "dialling")]
        called = {(self.broadcast_of[one], number) for one, number in open_}
        for person, (standing, _, opened) in self.seen.people.items():
            theirs = {(self.broadcast_of[person], number) for number in self.numbers[person]}
            assert standing == "final" or not opened or theirs & called

    def _is_what_was_said(self) -> None:
        outcomes: dict[tuple[int, str], list[Outcome]] = {}
        for id_ in self.seen.those("done"):
            recipient, number, _, outcome = self.seen.attempts[id_]
            assert self.said.get(id_, outcome) == outcome
            assert id_ in self.said or outcome in NOT_OF_A_CALL
            of = self.broadcast_of[recipient]
            outcomes.setdefault((of, number), []).append(Outcome(str(outcome)))
        for person, (_, result, opened) in self.seen.people.items():
            theirs = [(self.broadcast_of[person], number) for number in self.numbers[person]]
            got = [result_of_outcome(end) for one in theirs for end in outcomes.get(one, [])]
            best = max([Result.NOTHING, *got], key=lambda one: one.rank)
            assert result == best or not opened
