"""The tables of who signs in on the screen; of everything that opens a door only a hash is kept."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from prompts.languages import DEFAULT_LANGUAGE, LANGUAGES
from storage.base import Base

HASH = 64
"""Characters of a SHA-256."""


class User(Base):
    """A person who works at the screen; who was removed keeps the row, for the journal names its id."""

    __tablename__ = "screen_user"
    __table_args__ = (
        CheckConstraint("role ~ '^[a-z_]+$'", name="role"),
        CheckConstraint(f"language IN {LANGUAGES}", name="language"),
        Index("uq_screen_user_folded", "folded", unique=True, postgresql_where=text("removed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    """What they type to sign in, and what colleagues see."""
    folded: Mapped[str] = mapped_column(String(200))
    """The name in small letters, by which it is found."""
    role: Mapped[str] = mapped_column(String(40))
    all_networks: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Also those to come."""
    language: Mapped[str] = mapped_column(
        String(2), default=DEFAULT_LANGUAGE, server_default=DEFAULT_LANGUAGE
    )
    """In which the screen speaks to them."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """Argon2id, with its salt and its cost; None until an invitation is accepted."""
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    """What the app on their telephone makes its six digits of."""
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    """The half minute of the six digits that were taken last: none are taken twice."""
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class UserNetwork(Base):
    """A network that is theirs."""

    __tablename__ = "screen_user_network"

    user_id: Mapped[int] = mapped_column(ForeignKey("screen_user.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("network.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Invitation(Base):
    """A link that works once; a user has one at most."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("screen_user.id", ondelete="CASCADE"), unique=True)
    totp_secret: Mapped[str] = mapped_column(String(64))
    """What becomes theirs once they have shown that their app knows it."""
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class UserSession(Base):
    """Somebody is signed in, at one browser."""

    __tablename__ = "screen_session"

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("screen_user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(HASH), unique=True)
    opened_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


class UserDevice(Base):
    """A browser in which they have signed in: their guesses there wait apart from those of everybody else."""

    __tablename__ = "screen_device"

    token_hash: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("screen_user.id", ondelete="CASCADE"), index=True)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
