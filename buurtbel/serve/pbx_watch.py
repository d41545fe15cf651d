"""Notices what hangs: something that lives and does not answer is told apart from something that is busy.

`serve` ends what is its own and hangs, so that it is started again. The line gives up this node's lease while
its PBX does not answer, whosever that is, so that other nodes help.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

import psycopg

from broadcast.ledger.lease import Lease
from buurtbel.assembly import ari_client
from buurtbel.settings.settings import Settings
from embedded import postgres
from embedded.errors import EmbeddedError, KeeperGone
from ivr.ari.errors import AriUnreachable
from ivr.ari.ping import ping
from ivr.pbx.capacity import Lines

log = logging.getLogger(__name__)

PATIENCE = 10
"""Questions in a row without an answer after which something hangs."""
PBX_ASKED_EVERY = 1.0
"""Seconds that one ping has, before the next one is sent."""
DATABASE_ASKED_EVERY = 2.0
"""Seconds: a database may wait for its disk for longer, and its end costs more."""
NOTHING_PLACED_AFTER = 2
"""Pings without an answer after which no call is placed: it would only wait."""
NOBODY_TO_ASK = (AriUnreachable, psycopg.Error, OSError)
"""Refused, closed or still starting: that is no silence, and nothing is ended for it."""
_WAITS_LONGEST = 3 * PATIENCE * PBX_ASKED_EVERY
"""Seconds; beyond what any ping waits, for it is the watch that ends it."""


class KeptProgram(Protocol):
    """Whoever can tell whether a program of ours runs and is ready, and end it. Both block."""

    def running(self) -> int | None: ...

    def kill_program(self) -> None: ...


class Watch:
    """Asks something again and again, and counts the questions in a row that got no answer.

    A question has its time before the next one is asked, and is waited for until `PATIENCE` more were asked:
    whatever answers late is busy, not hung. Questions are counted and never seconds, so that a machine, or
    one of its processes, that was stopped for minutes has missed one of them at most.
    """

    def __init__(self, ask: Callable[[], Awaitable[None]], *, every: float = PBX_ASKED_EVERY) -> None:
        """`ask` returns when there was an answer, whichever; it raises one of `NOBODY_TO_ASK` else."""
        self._ask = ask
        self.every = every
        self._asked: deque[asyncio.Task[bool]] = deque()
        self.silent = 0
        """Looks in a row in which nothing at all was heard: it hangs, if it lives."""
        self.unanswered = 0
        """Looks in a row without an answer: it hangs, or is not there, or will not be asked."""

    @property
    def hangs(self) -> bool:
        return self.silent >= PATIENCE

    @property
    def is_mute(self) -> bool:
        return self.unanswered >= PATIENCE

    async def look(self) -> None:
        """Ask once more, and wait until something is heard, or until the question has had its time."""
        if len(self._asked) >= PATIENCE:
            self._asked.popleft().cancel()
        self._asked.append(asyncio.create_task(_is_answered(self._ask)))
        heard, _ = await asyncio.wait(self._asked, timeout=self.every, return_when=asyncio.FIRST_COMPLETED)
        for question in heard:
            self._asked.remove(question)
        self.silent = 0 if heard else self.silent + 1
        self.unanswered = 0 if any(question.result() for question in heard) else self.unanswered + 1

    def begin_anew(self) -> None:
        """Forget what was asked of its predecessor."""
        self.close()
        self.silent = self.unanswered = 0

    def close(self) -> None:
        for question in self._asked:
            question.cancel()
        self._asked.clear()


async def _is_answered(ask: Callable[[], Awaitable[None]]) -> bool:
    try:
        await ask()
    except NOBODY_TO_ASK:
        return False
    return True


async def end_when_it_hangs(name: str, watch: Watch, keeper: KeptProgram, *, once: bool = False) -> None:
    """For ever: kill what hangs of what is kept. It is asked only while it runs and is ready.

    `once`: return when it has answered, does not run, or was killed. Raises KeeperGone.
    """
    try:
        while True:
            try:
                is_running = await asyncio.to_thread(keeper.running) is not None
                if is_running:
                    await watch.look()
                else:
                    watch.begin_anew()
                if watch.hangs:
                    log.error(
                        "%s hangs: %d questions in a row got no answer. It is killed and started again.",
                        name,
                        watch.silent,
                    )
                    watch.begin_anew()
                    await asyncio.to_thread(keeper.kill_program)
            except KeeperGone:
                raise
            except (EmbeddedError, OSError) as fault:
                log.error("%s", fault)  # noqa: TRY400 - the sentence says it all
            if not watch.silent:
                if once:
                    return
                await asyncio.sleep(watch.every)
    finally:
        watch.close()


async def watch_pbx(settings: Settings, keeper: KeptProgram | None) -> None:
    """For ever: end the embedded Asterisk when it hangs; one without a keeper is not ours to end."""
    if keeper is None:
        return
    async with ari_client(settings, timeout=_WAITS_LONGEST) as client:
        await end_when_it_hangs("Asterisk", Watch(partial(ping, client)), keeper)


async def watch_database(
    settings: Settings, keeper: KeptProgram | None, *, once: bool = False, every: float = DATABASE_ASKED_EVERY
) -> None:
    """For ever: end the embedded PostgreSQL when it hangs; one without a keeper is not ours to end.

    `once`: return when it has answered, does not run, or was killed.
    """
    if keeper is None:
        return

    async def connect() -> None:
        connection = await psycopg.AsyncConnection.connect(postgres.url_on(settings.data_dir))
        await connection.close()

    await end_when_it_hangs("PostgreSQL", Watch(connect, every=every), keeper, once=once)


async def lend_while_it_answers(
    settings: Settings, lease: Lease, lines: Lines, *, every: float = PBX_ASKED_EVERY
) -> None:
    """For ever: place no calls while the PBX is silent, and leave them to other nodes while it stays so."""
    async with ari_client(settings, timeout=_WAITS_LONGEST) as client:
        watch = Watch(partial(ping, client), every=every)
        try:
            while True:
                await watch.look()
                if watch.unanswered >= NOTHING_PLACED_AFTER:
                    lines.suspend()
                if watch.is_mute and not lease.is_given_up:
                    log.error(
                        "The PBX answered none of %d pings in a row; other nodes do our work meanwhile.",
                        watch.unanswered,
                    )
                    lease.give_up()
                if not watch.unanswered:
                    lines.resume()
                    if lease.is_given_up:
                        log.warning("The PBX answers again; this node does its work again.")
                        lease.want_again()
                if not watch.silent:
                    await asyncio.sleep(watch.every)
        finally:
            watch.close()
