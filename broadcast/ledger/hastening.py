"""Who waits for the trunk's sake waits no longer: it is judged to be at fault, or mended.

While it is at fault, calls wait for a line; waits of their own would only hide when it is over.
"""

from sqlalchemy import func, literal_column, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from broadcast.rules.retry import FOR_THE_TRUNK
from broadcast.states import AttemptState, Outcome
from broadcast.tables import Attempt, RecipientNumber

_Before = aliased(Attempt)
_their_numbers = select(RecipientNumber.e164).where(RecipientNumber.recipient_id == Attempt.recipient_id)
# A call-back from any of their numbers puts off the call to this one, which then rests for nobody's sake.
_LAST_OUTCOME = (
    select(_Before.outcome)
    .where(
        _Before.broadcast_id == Attempt.broadcast_id,
        _Before.e164.in_(_their_numbers.correlate(Attempt)),
        or_(_Before.e164 == Attempt.e164, _Before.outcome == Outcome.CALLED_BACK),
        _Before.state == AttemptState.DONE,
        _Before.outcome != Outcome.CANCELLED,
    )
    .order_by(_Before.ended_at.desc())
    .limit(1)
    .scalar_subquery()
)
_THEY_REST = (
    select(Attempt.id)
    .where(
        Attempt.state == literal_column("'queued'"),  # for the index
        Attempt.due_at > func.clock_timestamp(),
        _LAST_OUTCOME.in_(FOR_THE_TRUNK),
    )
    .with_for_update(skip_locked=True)
)
_HASTEN = (
    update(Attempt)
    .where(Attempt.id.in_(_THEY_REST))
    .values(due_at=func.clock_timestamp())
    .returning(Attempt.id)
)
_THEIR_JOBS = text(
    "UPDATE procrastinate_jobs SET scheduled_at = NULL"
    " WHERE status = 'todo' AND queueing_lock = ANY(:attempts)"
)


async def hasten(engine: AsyncEngine) -> int:
    """Make attempts due that rest because the trunk refused the last call to their number; says how many.

    Beside the ledger this alone touches attempts, and only when they are due. Those that have no job yet get
    theirs from `Upkeep`.
    """
    async with engine.begin() as connection:
        hastened = list(await connection.scalars(_HASTEN))
        if hastened:
            await connection.execute(_THEIR_JOBS, {"attempts": [str(attempt) for attempt in hastened]})
    return len(hastened)
