"""What the database notifies of by itself: broadcasts, reports and nodes that changed, by their ids alone.

Nobody who writes asks for it, so whatever is written is told, and no call asks for a statement more. While
nobody listens nothing is notified: who listens holds a lock (`LISTENING`), shared, and each writing
transaction tries to have it alone until it has committed. When it cannot, somebody may listen. So a
notice is missing only for whoever began to listen after that commit, and a whole picture from then on has it.

Of many rows in one transaction PostgreSQL notifies once for each broadcast.
"""

from sqlalchemy import Connection, event

from broadcast.tables import Node
from storage.base import Base

LISTENING = 4711003
"""The advisory lock of who listens."""
BROADCAST, BROADCASTS, REPORT, NODE = "broadcast", "broadcasts", "report", "node"
"""Channels. The payload is an id: of a broadcast of which anything changed; of one that began or ended; of a
report; of a node whose trunk or callers changed."""
CHANNELS = (BROADCAST, BROADCASTS, REPORT, NODE)

_IS_HEARD = f"NOT pg_try_advisory_xact_lock({LISTENING})"
# Each row is looked at in C, without a function call in PL/pgSQL, as long as nobody listens.
STEPS = (
    """
CREATE FUNCTION notify_of_its_broadcast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('broadcast', coalesce(NEW.broadcast_id, OLD.broadcast_id)::text);
    RETURN NULL;
END
$$
""",
    """
CREATE FUNCTION notify_of_broadcast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('broadcast', NEW.id::text);
    IF TG_OP = 'INSERT' OR OLD.state <> NEW.state THEN
        PERFORM pg_notify('broadcasts', NEW.id::text);
    END IF;
    RETURN NULL;
END
$$
""",
    """
CREATE FUNCTION notify_of_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('report', coalesce(NEW.id, OLD.id)::text);
    RETURN NULL;
END
$$
""",
    """
CREATE FUNCTION notify_of_node() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('node', NEW.name);
    RETURN NULL;
END
$$
""",
    "CREATE TRIGGER attempt_told AFTER INSERT OR UPDATE ON attempt "
    f"FOR EACH ROW WHEN ({_IS_HEARD}) EXECUTE FUNCTION notify_of_its_broadcast()",
    # Who is a recipient is written with an attempt, a part of an enlistment, or an addition.
    "CREATE TRIGGER recipient_told AFTER UPDATE ON recipient FOR EACH ROW WHEN ("
    "(OLD.state, OLD.result) IS DISTINCT FROM (NEW.state, NEW.result) AND "
    f"{_IS_HEARD}) EXECUTE FUNCTION notify_of_its_broadcast()",
    "CREATE TRIGGER enlistment_told AFTER INSERT OR UPDATE OR DELETE ON enlistment "
    f"FOR EACH ROW WHEN ({_IS_HEARD}) EXECUTE FUNCTION notify_of_its_broadcast()",
    "CREATE TRIGGER broadcast_told AFTER INSERT OR UPDATE ON broadcast "
    f"FOR EACH ROW WHEN ({_IS_HEARD}) EXECUTE FUNCTION notify_of_broadcast()",
    # They are few, and told to whoever listens, lock or no lock. One that is being spoken is on no list yet.
    "CREATE TRIGGER report_told AFTER UPDATE ON member_report FOR EACH ROW "
    "WHEN (NEW.state <> 'recording') EXECUTE FUNCTION notify_of_report()",
    "CREATE TRIGGER report_forgotten_told AFTER DELETE ON member_report FOR EACH ROW "
    "WHEN (OLD.state <> 'recording') EXECUTE FUNCTION notify_of_report()",
    # A lease that is renewed every five seconds tells nothing by that.
    "CREATE TRIGGER node_told AFTER UPDATE ON node FOR EACH ROW WHEN ("
    "(OLD.trunk_fault, OLD.callers, OLD.lines) IS DISTINCT FROM (NEW.trunk_fault, NEW.callers, NEW.lines)"
    f" AND {_IS_HEARD}) EXECUTE FUNCTION notify_of_node()",
)
"""Made with the tables. What changes them is a step of its own in the migrations."""


@event.listens_for(Base.metadata, "after_create")
def _make_triggers(_tables: object, connection: Connection, tables: list[object], **_: object) -> None:
    if Node.__table__ in tables:
        for step in STEPS:
            connection.exec_driver_sql(step)
