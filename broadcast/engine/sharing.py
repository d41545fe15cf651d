"""Urgent alerts that run at once share the lines: of each as many jobs come forward as lines are its own."""

from collections.abc import Collection, Mapping

from sqlalchemy import ARRAY, Integer, any_, bindparam, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.rules.sharing import next_calls
from broadcast.tables import Attempt, Enlistment, Recipient

MOST_COUNTED = 20_000
"""People of an alert who are counted: beyond that they are many, however many."""
SPARE = 20
"""Attempts that are looked at besides: some have a job that is being done."""
_ALERTS = any_(bindparam("alerts", type_=ARRAY(Integer)))
_WAIT = (
    select(Recipient.id)
    .where(
        Recipient.broadcast_id == bindparam("alert"),
        Recipient.state == literal_column("'waiting'"),  # for the index
    )
    .limit(MOST_COUNTED)
    .subquery()
)
_UNWRITTEN = (
    select(func.coalesce(func.sum(Enlistment.unwritten), 0))
    .where(Enlistment.broadcast_id == bindparam("alert"))
    .scalar_subquery()
)
_LEFT = select(func.count() + _UNWRITTEN).select_from(_WAIT)
_UP = (
    select(Attempt.broadcast_id, func.count().label("up"))
    .where(Attempt.state == literal_column("'dialling'"), Attempt.broadcast_id == _ALERTS)
    .group_by(Attempt.broadcast_id)
)
_COME_FORWARD = text(
    "UPDATE procrastinate_jobs SET priority = 1 WHERE id IN ("
    "SELECT job.id FROM unnest(CAST(:alerts AS int[]), CAST(:calls AS int[])) AS part(alert, calls),"
    " LATERAL (SELECT job.id FROM ("
    "SELECT id FROM attempt WHERE broadcast_id = alert AND state = 'queued' AND due_at <= clock_timestamp()"
    " ORDER BY due_at, id LIMIT calls + :spare) AS due"
    " JOIN procrastinate_jobs AS job ON job.queueing_lock = due.id::text AND job.status = 'todo'"
    " ORDER BY job.priority DESC, job.id LIMIT calls) AS job)"
    " AND status = 'todo'"
)


class LineSharing:
    """Which urgent alerts share the lines, as this node has seen it a moment ago."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._left: Mapping[int, int] = {}

    async def look(self, urgent: Collection[int]) -> None:
        """Count whom these urgent alerts, which run, have still to call; one alone shares with nobody."""
        if len(urgent) < 2:
            self._left = {}
            return
        async with self._at_once.connect() as connection:
            self._left = {
                alert: int(await connection.scalar(_LEFT, {"alert": alert}) or 0) for alert in sorted(urgent)
            }

    async def bring_forward(self, calls: int) -> None:
        """Let the next so many jobs be those whose alerts are next."""
        if not self._left:
            return
        async with self._at_once.connect() as connection:
            rows = (await connection.execute(_UP, {"alerts": list(self._left)})).all()
            given = next_calls(self._left, {row.broadcast_id: row.up for row in rows}, calls)
            part = {"alerts": list(given), "calls": list(given.values()), "spare": SPARE}
            await connection.execute(_COME_FORWARD, part)
