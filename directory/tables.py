"""The tables of who is who: networks, their members, and the numbers each member can be reached at."""

from datetime import date, datetime, time

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Time,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from prompts.languages import DEFAULT_LANGUAGE, LANGUAGES
from storage.base import Base


class Network(Base):
    """A neighbourhood information network; official only from the day its charter was approved."""

    __tablename__ = "network"
    __table_args__ = (CheckConstraint("hours_from <> hours_until", name="hours"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    municipality: Mapped[str] = mapped_column(String(80))
    charter_approved_on: Mapped[date | None] = mapped_column(Date)
    hours_from: Mapped[time] = mapped_column(Time, default=time(8), server_default=text("'08:00'"))
    """Local time of day from which a message that is not urgent may ring; may be later than `hours_until`."""
    hours_until: Mapped[time] = mapped_column(Time, default=time(21), server_default=text("'21:00'"))
    """Local time of day from which it may not ring any more."""


class Pronunciation(Base):
    """How a name is read aloud: in one network, or wherever no network says otherwise."""

    __tablename__ = "pronunciation"
    __table_args__ = (
        CheckConstraint(f"language IN {('', *LANGUAGES)}", name="language"),
        Index(
            "uq_pronunciation_everywhere",
            "folded",
            "language",
            unique=True,
            postgresql_where=text("network_id IS NULL"),
        ),
        Index("uq_pronunciation_network", "network_id", "folded", "language", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(2), default="", server_default="")
    """Empty for every language."""
    written: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(160))
    """What is written, in small letters, by which it is found."""
    said: Mapped[str] = mapped_column(String(160))


class Member(Base):
    """A person; those who left keep their row until retention erases it, and are never called."""

    __tablename__ = "member"
    __table_args__ = (CheckConstraint(f"language IN {LANGUAGES}", name="language"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(
        String(2), default=DEFAULT_LANGUAGE, server_default=DEFAULT_LANGUAGE
    )
    street: Mapped[str] = mapped_column(String(120), default="", server_default="")
    house_number: Mapped[str] = mapped_column(String(20), default="", server_default="")
    left_on: Mapped[date | None] = mapped_column(Date)
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since then nothing is known of them; the row stays for what counts them."""

    numbers: Mapped[list["Number"]] = relationship(
        order_by="Number.position, Number.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="raise",
    )


class Membership(Base):
    """A member belongs to a network; the same person may belong to several."""

    __tablename__ = "membership"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("network.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Number(Base):
    """A telephone number of a member, tried in the order of `position` (0 first); people may share one."""

    __tablename__ = "number"
    __table_args__ = (
        UniqueConstraint("member_id", "e164"),
        CheckConstraint("e164 ~ '^[+][1-9][0-9]{6,14}$'", name="e164"),
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint(
            "num_nulls(said_dead_since, said_dead_at) <> 1"
            " AND (dead_since IS NULL OR said_dead_at IS NOT NULL)",
            name="dead",
        ),
        Index("ix_number_said_dead", "e164", postgresql_where=text("said_dead_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    e164: Mapped[str] = mapped_column(String(16), index=True)
    position: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    said_dead_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the alert began that first found that it does not exist; nothing since says that it does."""
    said_dead_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When an alert last found so."""
    dead_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """From then on it is left out of alerts, but for a try now and then."""


class Officer(Base):
    """Who may send alerts by phone: proved by a number of their own and a PIN, never by who seems to call."""

    __tablename__ = "officer"
    __table_args__ = (
        CheckConstraint("number ~ '^[0-9]{3,10}$'", name="number"),
        CheckConstraint("e164 ~ '^[+][1-9][0-9]{6,14}$'", name="e164"),
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(String(10), unique=True)
    """What they type to say who they are."""
    name: Mapped[str] = mapped_column(String(100))
    e164: Mapped[str] = mapped_column(String(16))
    """The telephone that is rung when they must be called."""
    language: Mapped[str] = mapped_column(
        String(2), default=DEFAULT_LANGUAGE, server_default=DEFAULT_LANGUAGE
    )
    pin_hash: Mapped[str] = mapped_column(String(200))
    """Argon2id, with its salt and its cost."""


class OfficerNetwork(Base):
    """An officer may send to this network."""

    __tablename__ = "officer_network"

    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("network.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Lockout(Base):
    """Guesses of PINs and codes that wait together: at one officer number (whether it exists or not), from
    one caller, or from all of a kind."""

    __tablename__ = "lockout"

    whom: Mapped[str] = mapped_column(String(32), primary_key=True)
    """`officer 4711 registered`, `caller +32475123456`, or `caller` for all whom nobody vouches for."""
    guesses: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    locked_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Duty(Base):
    """An officer on duty: rung for reports that nobody claims, the lowest position first."""

    __tablename__ = "duty"

    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, unique=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    """When somebody entered it."""
