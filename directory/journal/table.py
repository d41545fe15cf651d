"""The journal as a table, and the half of it that the database does: it chains entries and keeps them.

An entry is chained at the very end of its transaction (a deferred trigger), under a lock that is held for the
commit alone. So entries follow each other without a gap, nobody waits for anything once they hold that lock,
and whatever writes into the table cannot choose position, time or hash.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Connection, Identity, String, Text, event
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class JournalEntry(Base):
    """Who did what on which ids, and never a name, a number of a telephone, or a text.

    What is NULL in a row is filled in at its commit.
    """

    __tablename__ = "journal"
    __table_args__ = (
        CheckConstraint("actor ~ '^[a-z_]+$'", name="actor"),
        CheckConstraint("role ~ '^[a-z_]+$'", name="role"),
        CheckConstraint("act ~ '^[a-z_]+[.][a-z_]+$'", name="act"),
        CheckConstraint("ids ~ '^[]a-z0-9_{}\":,[-]*$'", name="ids"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    """From 1 on, without a gap."""
    at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    actor: Mapped[str] = mapped_column(String(20))
    """What `actor_id` is the id of."""
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    role: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(40))
    ids: Mapped[str] = mapped_column(Text)
    """What it was done on, in its canonical form: lists of ids by what they are ids of."""
    previous: Mapped[str | None] = mapped_column(String(64))
    """The hash of the entry before it."""
    hash: Mapped[str | None] = mapped_column(String(64))


STEPS = (
    """
CREATE FUNCTION journal_unchained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.position := NULL;
    NEW.at := NULL;
    NEW.previous := NULL;
    NEW.hash := NULL;
    RETURN NEW;
END
$$
""",
    """
CREATE FUNCTION journal_chained() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    place bigint;
    before_it text;
    at_last timestamptz;
    now_at timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(4711002);
    SELECT position, hash, at INTO place, before_it, at_last
        FROM journal WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1;
    place := coalesce(place, 0) + 1;
    before_it := coalesce(before_it, repeat('0', 64));
    now_at := greatest(clock_timestamp(), at_last);
    UPDATE journal SET position = place, at = now_at, previous = before_it,
        hash = encode(sha256(convert_to(
            '{"act":"' || act || '","actor":"' || actor
            || '","actor_id":' || coalesce(actor_id::text, 'null')
            || ',"at":"' || to_char(now_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            || '","ids":' || ids || ',"position":' || place
            || ',"previous":"' || before_it || '","role":"' || role || '"}', 'UTF8')), 'hex')
        WHERE id = NEW.id;
    RETURN NULL;
END
$$
""",
    """
CREATE FUNCTION journal_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.hash IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is only added to.';
END
$$
""",
    "CREATE TRIGGER journal_unchained BEFORE INSERT ON journal "
    "FOR EACH ROW EXECUTE FUNCTION journal_unchained()",
    "CREATE CONSTRAINT TRIGGER journal_chained AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION journal_chained()",
    "CREATE TRIGGER journal_kept BEFORE UPDATE OR DELETE ON journal "
    "FOR EACH ROW EXECUTE FUNCTION journal_kept()",
    "CREATE TRIGGER journal_kept_whole BEFORE TRUNCATE ON journal "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_kept()",
)
"""The database's half, made with the table. What changes it is a step of its own in the migrations."""


@event.listens_for(JournalEntry.__table__, "after_create")
def _make_the_other_half(_table: object, connection: Connection, **_: object) -> None:
    for step in STEPS:
        connection.exec_driver_sql(step)
