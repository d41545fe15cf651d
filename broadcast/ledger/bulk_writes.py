"""What calls have brought, written for many at once: ends of attempts, standings of recipients."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Integer,
    String,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    column,
    func,
    or_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from broadcast.ports import CallOutcome
from broadcast.states import AttemptState, RecipientState, Result
from broadcast.tables import Attempt, Instant, Recipient
from directory.dead_numbers import is_said_dead


def unnested(name: str, **columns: TypeEngine[Any]) -> TableValuedAlias:
    """A table made of one array per column; the arrays are the statement's parameters."""
    arrays: list[BindParameter[Any]] = [
        bindparam(f"{name}_{key}", type_=ARRAY(kind)) for key, kind in columns.items()
    ]
    made = func.unnest(*arrays).table_valued(*(column(key, kind) for key, kind in columns.items()))
    return made.render_derived(name=name)


_end = unnested(
    "end",
    attempt=Uuid(),
    outcome=String(),
    answered_at=Instant,
    ended_at=Instant,
    cause=Integer(),
    sip_status=Integer(),
    evidence=Text(),
)


def _during_the_call(at: ColumnElement[datetime]) -> ColumnElement[datetime | None]:
    """Set right by the database's clock: waits count from these times, and a machine's own may be wrong."""
    return case((at.is_not(None), func.least(func.greatest(at, Attempt.dialled_at), func.clock_timestamp())))


FINISH = (
    update(Attempt)
    .where(Attempt.id == _end.c.attempt, Attempt.state != AttemptState.DONE)
    .values(
        state=AttemptState.DONE,
        outcome=_end.c.outcome,
        answered_at=_during_the_call(_end.c.answered_at),
        ended_at=_during_the_call(_end.c.ended_at),
        cause=_end.c.cause,
        sip_status=_end.c.sip_status,
        evidence=cast(_end.c.evidence, JSONB),
    )
    .returning(Attempt.id, Attempt.e164, Attempt.outcome, Attempt.simulated, is_said_dead(Attempt.e164))
)
"""Closes attempts that are not closed yet, given `ends`; returns those it closed, with number and outcome,
whether the trunk was a simulation, and whether the number was said not to exist."""

_move = unnested("move", recipient=Integer(), state=String(), result=String())
MOVE = (
    update(Recipient)
    .where(Recipient.id == _move.c.recipient)
    .values(
        state=_move.c.state,
        result=_move.c.result,
        # Nobody who needs no call is opened any more.
        opened=or_(Recipient.opened, _move.c.state == RecipientState.FINAL),
    )
)
"""Gives recipients their new state and result, given `moves`."""


def ends(results: Mapping[UUID, CallOutcome]) -> dict[str, list[object]]:
    now = datetime.now(UTC)
    return {
        "end_attempt": list(results),
        "end_outcome": [str(one.outcome) for one in results.values()],
        "end_answered_at": [one.answered_at for one in results.values()],
        "end_ended_at": [one.ended_at or now for one in results.values()],
        "end_cause": [one.cause for one in results.values()],
        "end_sip_status": [one.sip_status for one in results.values()],
        "end_evidence": [json.dumps(dict(one.evidence)) for one in results.values()],
    }


def moves(standing: Mapping[int, tuple[RecipientState, Result]]) -> dict[str, list[object]]:
    return {
        "move_recipient": list(standing),
        "move_state": [str(state) for state, _ in standing.values()],
        "move_result": [str(result) for _, result in standing.values()],
    }
