"""Broadcast, Recipient, Attempt, the texts and audio of a broadcast, and the nodes that call, as tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, Integer, LargeBinary, String, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from broadcast.states import (
    AttemptState,
    BroadcastState,
    FollowUpKind,
    Outcome,
    RecipientState,
    ReportState,
    Result,
    Whom,
    Worth,
)
from storage.base import Base

CODE_DIGITS = 6
Instant = TIMESTAMP(timezone=True)
State = String(20)
OPEN = text("state <> 'done'")


class Broadcast(Base):
    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    state: Mapped[BroadcastState] = mapped_column(State, default=BroadcastState.RUNNING)
    urgent: Mapped[bool]
    started_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    request: Mapped[UUID | None] = mapped_column(unique=True)
    """What was asked for once is begun once, however often it is asked."""
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    """An officer took it back; from then on it has expired."""
    stopped_by: Mapped[str | None] = mapped_column(String(100))
    code: Mapped[str | None] = mapped_column(String(CODE_DIGITS))
    """Lets somebody hear it whose number is not known."""
    code_withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    """An officer took the code back; the alert itself goes on."""
    code_withdrawn_by: Mapped[str | None] = mapped_column(String(100))
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    """An officer paused it: nothing new is dialled. It expires as it would have."""
    paused_by: Mapped[str | None] = mapped_column(String(100))
    calls_per_second: Mapped[float | None]
    """How many of its calls may begin in a second, on all nodes together; None = as the trunks allow."""
    most_lines: Mapped[int | None]
    """How many of its calls may be up, on all nodes together; None = as the trunks allow."""
    additions: Mapped[int] = mapped_column(server_default="0")
    """How often people were added to it while it ran."""
    added_from: Mapped[int | None]
    """The recipients with this id or a higher one were added so."""
    begun: Mapped[list[datetime]] = mapped_column(ARRAY(Instant), server_default=text("'{}'"))
    """When its last calls began, as many as its pace must know of; kept only while it has a pace."""
    follows: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"), index=True)
    """The one that it is a follow-up of; None also for an answer to a report."""
    kind: Mapped[FollowUpKind | None] = mapped_column(State)
    """What kind of follow-up it is; None for one that follows nothing."""
    whom: Mapped[Whom | None] = mapped_column(State)
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"))
    """What is said in its place: the newest of the follow-ups that ended it, one another."""
    not_resumed_at: Mapped[datetime | None] = mapped_column(Instant)
    """It ran when a backup was made, and was closed when that was restored."""
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since then nothing is kept of it but counts."""


class BroadcastText(Base):
    __tablename__ = "broadcast_text"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    text: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")
    """Of the texts, 0 is for those whose language has none."""


class BroadcastRecording(Base):
    """What the officer said instead of typing it, as it was recorded."""

    __tablename__ = "broadcast_recording"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2))
    audio: Mapped[str] = mapped_column(ForeignKey("audio.sha256"))


class StoredAudio(Base):
    """Sound kept where every node can reach it: FLAC, named by the SHA-256 of its bytes."""

    __tablename__ = "audio"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    seconds: Mapped[float]
    flac: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    """When it was last kept; of nobody a day later, it is forgotten."""


class Pass(Base):
    """What members of one network with one language hear: identification, text and offer of keys."""

    __tablename__ = "pass"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    audio: Mapped[str] = mapped_column(ForeignKey("audio.sha256"))


class Enlistment(Base):
    """How far the recipients of a broadcast are written; there is none once all of them are.

    They are written in the order of members' ids.
    """

    __tablename__ = "enlistment"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"), primary_key=True)
    networks: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Where its recipients are members; who is in several is addressed by the first of them."""
    after: Mapped[int]
    """The member up to whom all are written."""
    until: Mapped[int]
    """The last member that there was when it began."""
    dead_again: Mapped[float]
    """A number that was last found dead so many seconds ago is called again."""
    unwritten: Mapped[int]
    """How many are left, as counted when it began; some of them may leave before it is their turn."""


class Recipient(Base):
    """A person whom the broadcast must reach; `network_id` is the one they are addressed by."""

    __tablename__ = "recipient"
    __table_args__ = (
        Index("uq_recipient_member", "broadcast_id", "member_id", unique=True),
        Index("ix_recipient_waiting", "broadcast_id", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_recipient_unopened", "broadcast_id", "id", postgresql_where=text("NOT opened")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[RecipientState] = mapped_column(State, server_default=RecipientState.WAITING)
    result: Mapped[Result] = mapped_column(State, server_default=Result.NOTHING)
    opened: Mapped[bool] = mapped_column(server_default=text("false"))
    """Their first call has been planned; only a window of recipients is open at the same time."""


class RecipientNumber(Base):
    """The numbers of a recipient as they were when the recipient was written, in the order to try them."""

    __tablename__ = "recipient_number"
    __table_args__ = (Index("ix_recipient_number_e164", "broadcast_id", "e164"),)

    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipient.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    e164: Mapped[str] = mapped_column(String(16))
    is_owed: Mapped[bool] = mapped_column(server_default=text("false"))
    """Its box kept a text that this broadcast corrects: it is called also when the person was reached."""


class Attempt(Base):
    """One call to one number. Its id is the id of the channel: one id is placed at most once, ever."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("uq_attempt_open_recipient", "recipient_id", unique=True, postgresql_where=OPEN),
        # By number first: whose turn it is at a telephone is looked up among all broadcasts.
        Index("uq_attempt_open_number", "e164", "broadcast_id", unique=True, postgresql_where=OPEN),
        Index("ix_attempt_number", "broadcast_id", "e164"),
        Index("ix_attempt_dialling", "node", postgresql_where=text("state = 'dialling'")),
        Index("ix_attempt_due", "due_at", postgresql_where=text("state = 'queued'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipient.id"), index=True)
    e164: Mapped[str] = mapped_column(String(16))
    state: Mapped[AttemptState] = mapped_column(State, server_default=AttemptState.QUEUED)
    due_at: Mapped[datetime] = mapped_column(Instant)
    node: Mapped[str | None] = mapped_column(String(100))
    simulated: Mapped[bool | None]
    """It was dialled on a trunk that is a simulation, and tells nothing of real telephones."""
    dialled_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[Outcome | None] = mapped_column(String(30))
    cause: Mapped[int | None]
    sip_status: Mapped[int | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


class OpenCall(Base):
    """A number that a call of ours rings or is up with, be it an attempt or a call of our own.

    The key is what keeps a second call away: a row is written in the commit that lets a call be placed, and
    goes in the commit that records its end.
    """

    __tablename__ = "open_call"

    e164: Mapped[str] = mapped_column(String(16), primary_key=True)
    call: Mapped[UUID]
    """The attempt or the call of our own, and the channel."""
    over_by: Mapped[datetime | None] = mapped_column(Instant)
    """When the PBX has ended it at the latest, for a call that may be nobody's; None for an attempt."""


class Node(Base):
    """One machine with one PBX. Its lease, by the database's clock, says that it is at work."""

    __tablename__ = "node"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    installation: Mapped[UUID]
    """The data folder that the name belongs to."""
    boot: Mapped[UUID]
    """The run of the machine since it was switched on."""
    term: Mapped[int]
    """Counts the leases; whoever holds an older one holds nothing."""
    leased_until: Mapped[datetime] = mapped_column(Instant)
    renewed_at: Mapped[datetime] = mapped_column(Instant)
    drained_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since then it is asked to take no new calls."""
    trunk_fault: Mapped[str | None] = mapped_column(String(300))
    """Why its trunk takes no calls, as one sentence; None while it does."""
    trunk_fault_since: Mapped[datetime | None] = mapped_column(Instant)
    callers: Mapped[int] = mapped_column(server_default="0")
    """Lines that callers hold."""
    lines: Mapped[int] = mapped_column(server_default="0")
    """Lines that there are; 0 until it has said so."""


class MemberReport(Base):
    """What somebody who called told us. Written before they speak, so that no recording is ever nobody's."""

    __tablename__ = "member_report"
    __table_args__ = (
        Index("ix_member_report_recording", "node", postgresql_where=text("state = 'recording'")),
        Index("ix_member_report_open", "id", postgresql_where=text("state IN ('new', 'claimed')")),
        Index("ix_member_report_reporter", "reporter", "kept_at"),
        Index("ix_member_report_e164", "e164", "kept_at"),
        Index("ix_member_report_channel", "channel"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    recording: Mapped[UUID] = mapped_column(unique=True)
    """Its name at the PBX that records it."""
    node: Mapped[str] = mapped_column(String(100))
    channel: Mapped[str | None] = mapped_column(String(150))
    """Of the call in which it was told; None in reports of before it was kept."""
    state: Mapped[ReportState] = mapped_column(State, server_default=ReportState.RECORDING)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    e164: Mapped[str | None] = mapped_column(String(16))
    """The number that called; None when it was withheld."""
    reporter: Mapped[str] = mapped_column(String(16), server_default="")
    """Whom limits count it for: the number, or nothing when that could be anybody's."""
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id"))
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"))
    """The alert that it answers."""
    audio: Mapped[str | None] = mapped_column(ForeignKey("audio.sha256"))
    only_tone: Mapped[bool] = mapped_column(server_default="false")
    """Nobody speaks in it: a telephone left it that was put down badly, or an exchange."""
    beyond_limit: Mapped[bool] = mapped_column(server_default="false")
    """There were too many before it that wait: it is kept and listed, and rings nobody."""
    kept_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    worth: Mapped[Worth | None] = mapped_column(State)
    judged_by: Mapped[str | None] = mapped_column(String(100))
    judged_at: Mapped[datetime | None] = mapped_column(Instant)
    led_to: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"))
    """The alert that an officer made of it."""
    answered_with: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id"))
    """The broadcast in which its reporter was told."""
