"""What the database holds after a run, and what it saw itself: whether an attempt ever moved backwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import LiteralString

import psycopg

from prompts.audio import Audio, decode

_WATCH = """
    CREATE TABLE IF NOT EXISTS chaos_rewritten (attempt uuid, was text, became text);
    CREATE OR REPLACE FUNCTION chaos_watch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state = 'done' AND (NEW.state, NEW.outcome, NEW.ended_at)
           IS DISTINCT FROM (OLD.state, OLD.outcome, OLD.ended_at)
           OR OLD.state = 'dialling' AND NEW.state <> 'done' AND (NEW.state, NEW.node)
           IS DISTINCT FROM (OLD.state, OLD.node) THEN
            INSERT INTO chaos_rewritten
            VALUES (OLD.id, concat_ws(' ', OLD.state, OLD.outcome), concat_ws(' ', NEW.state, NEW.outcome));
        END IF;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER chaos_watch BEFORE UPDATE ON attempt
        FOR EACH ROW EXECUTE FUNCTION chaos_watch();
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A recipient with one number, at the end."""

    broadcast: int
    number: str
    state: str
    result: str
    dialled: int
    """Attempts that were written ahead."""
    ends: str
    """How its calls ended, without those that were taken back."""


def watch(url: str) -> None:
    """From now on the database notes what must never happen to an attempt."""
    with psycopg.connect(url) as connection:
        connection.execute(_WATCH)


def rewritten(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT was, became FROM chaos_rewritten").fetchall()


def standings(url: str, broadcasts: Iterable[int]) -> list[Standing]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """
            SELECT recipient.broadcast_id, number.e164, recipient.state, result,
                   count(attempt.id) FILTER (WHERE dialled_at IS NOT NULL),
                   coalesce(
                       string_agg(coalesce(outcome, attempt.state), ' ' ORDER BY due_at)
                       FILTER (WHERE outcome IS DISTINCT FROM 'cancelled'), ''
                   )
            FROM recipient JOIN recipient_number AS number ON number.recipient_id = recipient.id
            LEFT JOIN attempt ON attempt.recipient_id = recipient.id
            WHERE recipient.broadcast_id = ANY(%s) GROUP BY recipient.id, number.e164
            """,
            [list(broadcasts)],
        )
        return [Standing(*row) for row in rows]


def attempts(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {str(attempt) for [attempt] in connection.execute("SELECT id FROM attempt")}


def running(url: str, broadcasts: Iterable[int]) -> int:
    """How many of these broadcasts still have somebody to call."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM broadcast WHERE id = ANY(%s) AND state = 'running'", [list(broadcasts)]
        ).fetchone()
        assert row is not None
        return int(row[0])


def passes(url: str, broadcasts: Iterable[int]) -> dict[str, Audio]:
    """What was sent, each sound once, by its SHA-256."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT DISTINCT sha256, flac FROM pass JOIN audio ON audio = sha256"
            " WHERE broadcast_id = ANY(%s)",
            [list(broadcasts)],
        )
        return {sha256: decode(flac) for sha256, flac in rows}


def sounds(url: str, broadcasts: Iterable[int]) -> dict[int, set[str]]:
    """The SHA-256 of what each of these broadcasts says."""
    found: dict[int, set[str]] = {broadcast: set() for broadcast in broadcasts}
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT broadcast_id, audio FROM pass WHERE broadcast_id = ANY(%s)", [list(found)]
        )
        for broadcast, audio in rows:
            found[broadcast].add(audio)
    return found


def is_so(url: str, broadcast: int, what: LiteralString) -> bool:
    """Whether this holds of its row."""
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT {what} FROM broadcast WHERE id = %s", [broadcast]).fetchone()
        return bool(row and row[0])


def what_follows(url: str, broadcast: int) -> int:
    """The one broadcast that follows it."""
    with psycopg.connect(url) as connection:
        [(follow_up,)] = connection.execute("SELECT id FROM broadcast WHERE follows = %s", [broadcast])
        return int(follow_up)
