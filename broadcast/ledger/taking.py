"""How attempts are taken: the one statement that lets a call be placed. The ledger alone uses it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    String,
    any_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.dml import ReturningUpdate

from broadcast.ledger.lease import Tenure
from broadcast.ledger.locks import ATTEMPTS
from broadcast.ledger.open_calls import IS_ITS_TURN
from broadcast.ledger.steered import is_paced
from broadcast.states import AttemptState
from broadcast.tables import Attempt, Broadcast, Node, OpenCall, Pass, Recipient, StoredAudio


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that is ours to dial, with all that its call needs."""

    attempt: UUID
    broadcast: int
    number: str
    language: str
    audio: str
    """SHA-256 of the pass's audio."""
    sound_seconds: float
    seconds_left: float
    """Until it expires, from when the database was asked: its clock decides, and not this machine's."""
    urgent: bool
    under: Tenure | None = None
    """The lease under which it may be dialled; None for a call that is up already."""
    asked_at: float = 0.0
    """When the database was asked, by `time.monotonic`."""

    @property
    def expires_at(self) -> float:
        """When it expires, by `time.monotonic`, which nobody can set."""
        return self.asked_at + self.seconds_left


def seconds_until(at: ColumnElement[datetime] | InstrumentedAttribute[datetime]) -> ColumnElement[float]:
    """From when the database answers until then."""
    return cast(func.extract("epoch", at - func.clock_timestamp()), Float)


CALL_COLUMNS = (
    Attempt.id,
    Attempt.broadcast_id,
    Attempt.e164,
    Recipient.language,
    Pass.audio,
    StoredAudio.seconds,
    seconds_until(Broadcast.expires_at),
    Broadcast.urgent,
)
ITS_CALL = (
    Broadcast.id == Attempt.broadcast_id,
    Recipient.id == Attempt.recipient_id,
    Pass.broadcast_id == Recipient.broadcast_id,
    Pass.network_id == Recipient.network_id,
    Pass.language == Recipient.language,
    StoredAudio.sha256 == Pass.audio,
)
"""Joins an attempt to what its call needs."""
_IS_LEASED = exists().where(
    Node.name == bindparam("by"),
    Node.term == bindparam("term"),
    Node.leased_until > func.clock_timestamp(),
    Node.drained_at.is_(None),  # Its jobs that were fetched before are for others.
)
QUEUED = (Attempt.id == ATTEMPTS, Attempt.state == AttemptState.QUEUED)
"""Those of these attempts that wait to be dialled."""
AUDIO = select(Attempt.id, Pass.audio).where(*QUEUED, *ITS_CALL)
"""What will be played to them."""
_READY = (
    *QUEUED,
    *ITS_CALL,
    Pass.audio == any_(bindparam("ready", type_=ARRAY(String))),
    _IS_LEASED,
    IS_ITS_TURN,
    Broadcast.paused_at.is_(None),
)


def _taking(*also: ColumnElement[bool]) -> ReturningUpdate[Any]:
    """Moves them to dialling where lease, sound and telephone are there; each holds its number then."""
    # Locked and held in one order by everybody: by number. What their calls need is read here, once: the same
    # six tables joined a second time would be most of the work of planning this.
    wanted = (
        select(
            Attempt.id,
            Attempt.e164,
            Recipient.language,
            Pass.audio,
            StoredAudio.seconds,
            Broadcast.expires_at,
            Broadcast.urgent,
        )
        .where(*_READY, *also)
        .order_by(Attempt.e164, Attempt.id)
        .with_for_update(of=Attempt)
        .cte("wanted")
    )
    held = (
        insert(OpenCall)
        .from_select(["e164", "call"], select(wanted.c.e164, wanted.c.id).order_by(wanted.c.e164))
        .on_conflict_do_nothing()
        .returning(OpenCall.call)
        .cte("held")
    )
    return (
        update(Attempt)
        .where(Attempt.id == held.c.call, wanted.c.id == held.c.call)
        .values(
            state=AttemptState.DIALLING,
            node=bindparam("by"),
            simulated=bindparam("simulated"),
            dialled_at=func.statement_timestamp(),
        )
        .returning(
            Attempt.id,
            Attempt.broadcast_id,
            Attempt.e164,
            wanted.c.language,
            wanted.c.audio,
            wanted.c.seconds,
            seconds_until(wanted.c.expires_at),
            wanted.c.urgent,
        )
    )


TAKE = _taking(~is_paced())
"""Takes those of alerts that go at the trunk's pace."""
TAKE_BY_PACE = _taking()
"""Takes those of an alert that has a pace: only as many are asked for as that allows."""
IS_WITHHELD = select(
    exists().where(
        Attempt.id == bindparam("attempt"),
        Broadcast.id == Attempt.broadcast_id,
        or_(Broadcast.paused_at.is_not(None), Broadcast.stopped_at.is_not(None)),
    )
)
"""Whether its alert is paused or stopped by now."""
DIALLING = select(*CALL_COLUMNS).where(
    Attempt.state == AttemptState.DIALLING, Attempt.node == bindparam("by"), *ITS_CALL
)
"""The calls that a node wrote ahead and whose end is not recorded."""
