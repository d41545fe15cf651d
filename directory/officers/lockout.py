"""Who guesses PINs and codes has to wait, and keeps nobody else from typing the right one.

What is counted together waits together. So an officer at the registered telephone is counted apart from
everybody who types the same officer number elsewhere, and callers whom nobody vouches for, who may all be
one, wait among themselves.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.waits import DAY, LONG_AGO, Counted, Wait, Waits
from directory.tables import Lockout

ON_DUTY = "on duty"
REGISTERED, SHOWN, VOUCHED, UNVOUCHED = "registered", "shown", "vouched", "unvouched"


class Guess:
    """A PIN or code that was typed. Counted before it is looked at, so that many at once are not free."""

    def __init__(self, waits: Waits, policy: LockoutPolicy) -> None:
        self._waits = waits
        self._remembered = timedelta(seconds=max(policy.forget, DAY))

    @classmethod
    def of_pin(
        cls,
        officer: str,
        caller: str | None,
        policy: LockoutPolicy,
        *,
        is_vouched: bool,
        registered: str | None,
    ) -> "Guess":
        """Of this officer number, which may be nobody's; `registered` is the number of its telephone.

        `caller` is None for who withholds their number. Who shows the registered number without anybody
        vouching for it is counted apart too: to stand in its way one must know it.
        """
        if caller is not None and caller == registered:
            whom = f"officer {officer} {REGISTERED if is_vouched else SHOWN}"
            return cls({whom: policy.at_registered}, policy)
        if caller is not None and is_vouched:
            whom = f"officer {officer} {VOUCHED}"
            return cls({f"caller {caller}": policy.of_caller, whom: policy.elsewhere}, policy)
        whom = f"officer {officer} {UNVOUCHED}"
        return cls({"caller": policy.of_unvouched, whom: policy.elsewhere}, policy)

    @classmethod
    def on_duty(cls, officer: str, policy: LockoutPolicy) -> "Guess":
        """By whoever has picked up the officer's registered telephone, which we rang."""
        return cls({f"officer {officer} {ON_DUTY}": policy.at_registered}, policy)

    @classmethod
    def of_code(cls, caller: str | None, policy: LockoutPolicy, *, is_vouched: bool) -> "Guess":
        """The code of an alert; whoever guesses it has not guessed a PIN."""
        kind = VOUCHED if caller is not None and is_vouched else UNVOUCHED
        waits: dict[str, Wait] = {f"codes {kind}": policy.of_codes}
        if caller is not None:
            waits[f"code {caller}"] = policy.elsewhere
        return cls(waits, policy)

    @classmethod
    def of_password(cls, name: str, address: str, policy: LockoutPolicy, *, is_known_device: bool) -> "Guess":
        """Of this user of the screen, who may be nobody; from this address of the network.

        In a browser where they have signed in before it is counted apart, and makes nobody else wait.
        """
        user = hashlib.sha256(name.encode()).hexdigest()[:20]
        if is_known_device:
            return cls({f"user {user} known": policy.at_registered}, policy)
        whence = hashlib.sha256(address.encode()).hexdigest()[:20]
        return cls({f"from {whence}": policy.of_caller, f"user {user}": policy.elsewhere}, policy)

    async def count(self, connection: AsyncConnection, *, now: datetime | None = None) -> bool:
        """False when somebody or something has to wait: then nothing is counted, or may be looked at."""
        now = now or (await connection.scalars(select(func.clock_timestamp()))).one()
        await self._forget_old_ones(connection, now)
        fresh = [
            {"whom": whom, "guesses": 0, "last_at": now, "locked_until": LONG_AGO}
            for whom in sorted(self._waits)
        ]
        await connection.execute(insert(Lockout).on_conflict_do_nothing(), fresh)
        known = await self._known(connection)
        if any(one.locked_until > now for one in known.values()):
            await connection.execute(
                delete(Lockout).where(Lockout.whom.in_(self._waits), Lockout.guesses == 0)
            )
            return False
        for whom, wait in self._waits.items():
            await _write(connection, whom, wait.one_more(known[whom], now))
        return True

    async def _forget_old_ones(self, connection: AsyncConnection, now: datetime) -> None:
        """Rows that say nothing any more: in a day an allowance is whole again."""
        long_ago = Lockout.last_at < now - self._remembered
        nobodys = select(Lockout.whom).where(long_ago).with_for_update(skip_locked=True)
        await connection.execute(delete(Lockout).where(Lockout.whom.in_(nobodys)))

    async def forgive(self, connection: AsyncConnection) -> None:
        """Forget the wrong PINs before it; of what is shared with others only this one is not counted."""
        known = await self._known(connection)
        for whom, wait in self._waits.items():
            if whom in known:
                await _write(connection, whom, wait.right(known[whom]))

    async def take_back(self, connection: AsyncConnection) -> None:
        """It was right, which says nothing of those before it: only this one is not counted."""
        known = await self._known(connection)
        for whom, wait in self._waits.items():
            if whom in known:
                await _write(connection, whom, wait.taken_back(known[whom]))

    async def _known(self, connection: AsyncConnection) -> dict[str, Counted]:
        """Locked until the end of the transaction, by everybody in the same order."""
        rows = await connection.execute(
            select(Lockout.whom, Lockout.guesses, Lockout.last_at, Lockout.locked_until)
            .where(Lockout.whom.in_(self._waits))
            .order_by(Lockout.whom)
            .with_for_update()
        )
        return {one.whom: Counted(one.guesses, one.last_at, one.locked_until) for one in rows}


async def _write(connection: AsyncConnection, whom: str, counted: Counted | None) -> None:
    its_row = Lockout.whom == whom
    if counted is None:
        await connection.execute(delete(Lockout).where(its_row))
    else:
        await connection.execute(
            update(Lockout)
            .where(its_row)
            .values(guesses=counted.guesses, last_at=counted.last_at, locked_until=counted.locked_until)
        )


async def unlock_officer(connection: AsyncConnection, officer: str) -> None:
    """Somebody at the keyboard vouches for them."""
    theirs = [f"officer {officer} {where}" for where in (REGISTERED, SHOWN, VOUCHED, UNVOUCHED, ON_DUTY)]
    await connection.execute(delete(Lockout).where(Lockout.whom.in_(theirs)))
