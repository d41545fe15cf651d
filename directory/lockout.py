"""Wrong PINs and codes make the next guess wait, longer each time: for an officer, and for who calls."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.tables import Lockout


class LockoutPolicy(BaseModel):
    """How long a wrong PIN makes wait; times in seconds."""

    model_config = ConfigDict(frozen=True)

    free: int = Field(3, ge=1, description="wrong guesses before anybody has to wait")
    first: float = Field(60.0, ge=0, description="wait after the last free one; it doubles with each other")
    longest_officer: float = Field(900.0, ge=0, description="longest wait of an officer number")
    longest_caller: float = Field(3600.0, ge=0, description="longest wait of a number that calls")
    forget: float = Field(86400.0, gt=0, description="time after the last wrong guess that forgets them all")


def waits(guesses: int, policy: LockoutPolicy, longest: float) -> timedelta:
    """How long after so many wrong guesses the next one must wait."""
    over = guesses - policy.free
    return timedelta(seconds=min(policy.first * 2.0 ** min(over, 32), longest) if over >= 0 else 0.0)


class Guess:
    """A PIN or code that was typed. Counted before it is looked at, so that many at once are not free."""

    def __init__(self, policy: LockoutPolicy, longest: Mapping[str, float]) -> None:
        """`longest`: the longest wait of each who or what is guessed by or for."""
        self._policy = policy
        self._longest = longest

    @classmethod
    def of_pin(cls, officer: str, caller: str | None, policy: LockoutPolicy) -> "Guess":
        """`caller` is None for who withholds their number: these all share one count."""
        whom = f"caller {caller}" if caller else "caller"
        return cls(policy, {whom: policy.longest_caller, f"officer {officer}": policy.longest_officer})

    @classmethod
    def of_code(cls, caller: str | None, policy: LockoutPolicy) -> "Guess":
        """The code of an alert; whoever guesses it has not guessed a PIN."""
        return cls(policy, {f"code {caller}" if caller else "code": policy.longest_caller})

    async def count(self, connection: AsyncConnection, *, now: datetime | None = None) -> bool:
        """False when officer or caller has to wait: then nothing is counted, and nothing may be looked at."""
        now = now or (await connection.scalars(select(func.clock_timestamp()))).one()
        await self._forget_old_ones(connection, now)
        fresh = [
            {"whom": whom, "guesses": 0, "last_at": now, "locked_until": now}
            for whom in sorted(self._longest)
        ]
        await connection.execute(insert(Lockout).on_conflict_do_nothing(), fresh)
        known = (
            await connection.execute(
                select(Lockout.whom, Lockout.guesses, Lockout.locked_until)
                .where(Lockout.whom.in_(self._longest))
                .order_by(Lockout.whom)
                .with_for_update()
            )
        ).all()
        if any(one.locked_until > now for one in known):
            return False
        for one in known:
            wait = waits(one.guesses + 1, self._policy, self._longest[one.whom])
            await connection.execute(
                update(Lockout)
                .where(Lockout.whom == one.whom)
                .values(guesses=one.guesses + 1, last_at=now, locked_until=now + wait)
            )
        return True

    async def _forget_old_ones(self, connection: AsyncConnection, now: datetime) -> None:
        long_ago = Lockout.last_at < now - timedelta(seconds=self._policy.forget)
        nobodys = select(Lockout.whom).where(long_ago).with_for_update(skip_locked=True)
        await connection.execute(delete(Lockout).where(Lockout.whom.in_(nobodys)))

    async def was_right(self, connection: AsyncConnection) -> None:
        """Forget the wrong ones before it."""
        await connection.execute(delete(Lockout).where(Lockout.whom.in_(self._longest)))

    async def take_back(self, connection: AsyncConnection) -> None:
        """It was right, which says nothing of those before it: only this one is not counted."""
        await connection.execute(
            update(Lockout)
            .where(Lockout.whom.in_(self._longest))
            .values(guesses=Lockout.guesses - 1, locked_until=Lockout.last_at)
        )


async def unlock_officer(connection: AsyncConnection, officer: str) -> None:
    """Somebody at the keyboard vouches for them."""
    await connection.execute(delete(Lockout).where(Lockout.whom == f"officer {officer}"))
