"""What the police line of a node works with, and how an alert that was sent by phone begins."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from broadcast.alert.desk import Desk, Prepared
from broadcast.away import DATABASE_AWAY
from broadcast.errors import MembersChanged
from directory.officers.lockout_policy import LockoutPolicy
from directory.pronunciation import names_everywhere
from directory.refusals import Refusal
from ivr.ari.client import AriClient
from ivr.call.values import Sound
from ivr.officers.officer_policy import OfficerPolicy
from ivr.pbx.trunk import Trunk
from ivr.recordings.patience import patiently
from ivr.recordings.reports import Reports
from ivr.recordings.spoken_alert import forget_what_was_left
from ivr.refusals import SAYS
from ivr.scripts.police import Done
from ivr.scripts.sentences import Says
from prompts.normalise.names import NO_NAMES, Names
from prompts.voice import Voice
from storage.transactions import Transactions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Police:
    """What the stations of a node work with; `says` will hold the fixed sentences by language."""

    database: Transactions
    desk: Desk
    client: AriClient
    reports: Reports
    voice: Voice
    trunk: Trunk
    policy: OfficerPolicy
    lockout: LockoutPolicy
    zones: Mapping[str, str]
    says: Awaitable[Mapping[str, Says]]
    tone: Sound
    sending: set[asyncio.Task[Any]] = field(default_factory=set)
    """What goes on when the officer has hung up."""
    at_hand: set[str] = field(default_factory=set)
    """Recordings of calls that go on."""

    async def names(self) -> Names:
        """How names are pronounced; by the rules alone while the database is away."""
        try:
            return await self.database(names_everywhere)
        except DATABASE_AWAY:
            return NO_NAMES

    async def mend(self) -> int:
        """Remove what was spoken on calls that a crash cut off; says how many recordings were found."""
        return await forget_what_was_left(self.client, self.at_hand)

    def goes_on(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self.sending.add(task)
        task.add_done_callback(self.sending.discard)
        return task

    async def finished(self) -> None:
        """Wait until everything that an officer sent is under way."""
        while self.sending:
            await asyncio.wait(self.sending)


async def begin_alert(desk: Desk, prepared: Prepared) -> Done:
    """Begin to ring, once, though the database goes away in this moment and comes back."""
    is_stale = False

    async def begin() -> int:
        nonlocal prepared, is_stale
        if is_stale:
            prepared, is_stale = await desk.prepare(prepared.actor, prepared.draft), False
        begun = await desk.begun(prepared)
        if begun is not None:
            return begun
        try:
            return (await desk.begin(prepared)).broadcast
        except MembersChanged:
            is_stale = True
            return await begin()

    try:
        return Done("police_sent", await patiently(begin))
    except Refusal as refusal:
        log.warning("An alert by phone was refused at the last moment (%s).", refusal.reason)
        return Done(SAYS[refusal.reason])
    except DATABASE_AWAY:
        log.error("An alert by phone was not sent: the database stays away.")  # noqa: TRY400
    return Done("police_failed")
