"""What the pages are made of: given by whoever starts them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from broadcast.alert.desk import Desk
from broadcast.drafting.beginning import Beginning
from console.policy import ConsolePolicy
from directory.officers.lockout_policy import LockoutPolicy
from directory.users.session_policy import SessionPolicy
from storage.transactions import Transactions


@dataclass(frozen=True, slots=True)
class ReadySign:
    """One thing that an alert needs, looked at."""

    what: str
    ok: bool
    says: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether phones would ring now."""

    signs: Sequence[ReadySign]
    hindrance: str | None
    """Why none would, as one sentence."""
    callers: int
    """Lines that callers hold."""
    lines: int
    """How many there are; 0 where no line has told."""
    seconds_old: float

    @property
    def is_ready(self) -> bool:
        return self.hindrance is None

    @property
    def faults(self) -> Sequence[ReadySign]:
        return [one for one in self.signs if not one.ok]


class Readiness(Protocol):
    """Who looks whether phones would ring."""

    async def now(self) -> Ready:
        """What was seen last, which is some seconds old at most."""

    def minutes(self, people: int, seconds: float, nodes: int) -> int | None:
        """In how many everybody is called once by so many nodes; None while no phone rings."""


@dataclass(frozen=True, slots=True)
class Parts:
    """All that pages work with."""

    database: Transactions
    desk: Desk
    beginning: Beginning
    readiness: Readiness
    policy: ConsolePolicy
    sessions: SessionPolicy
    lockout: LockoutPolicy
    clock: ZoneInfo
    zone: str
    """The police zone, as its people name it."""
    is_simulated: bool
    """No real phone rings, whatever is done."""
