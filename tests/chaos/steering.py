"""What officers do while everything dies: they pause alerts, correct them, and follow them up."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from subprocess import TimeoutExpired
from typing import LiteralString

import psycopg

from tests.chaos import audit
from tests.chaos.audience import Followed
from tests.chaos.faults import Fault
from tests.chaos.people import REACHED
from tests.chaos.zone import DatabaseAway, Zone

SAID = {
    "correction": "Vals alarm in de straat. Het is de molen.",
    "more": "De dader draagt een trui.",
    "all-clear": "Alles is veilig, dank u.",
}
PAUSED_FOR = 1.0, 6.0
"""Seconds."""
NO_LONGER = 300.0
"""Seconds in which an officer gets done what they want, also when the database is away for a while."""


async def pause_an_alert(zone: Zone) -> None:
    """And let it go on, as soon as that can be done."""
    if not zone.newest:
        return
    alert = zone.random.choice(zone.newest)
    await _until_done(zone, ("pause", str(alert)), f"paused_at IS NOT NULL OR {_OVER}", alert)
    await asyncio.sleep(zone.random.uniform(*PAUSED_FOR))
    await _until_done(zone, ("resume", str(alert)), f"paused_at IS NULL OR {_OVER}", alert)


async def correct_an_alert(zone: Zone) -> None:
    """Then its own text is owed to nobody any more, and the new one to everybody."""
    followed = await _follow(zone, "correction")
    if followed is not None:
        first, correction = followed
        crowd = zone.broadcasts[first]
        zone.broadcasts[correction] = crowd
        zone.broadcasts[first] = crowd.owed_to()


async def tell_more(zone: Zone) -> None:
    """To who has heard the alert: in the end that is everybody who can hear it."""
    followed = await _follow(zone, "more")
    if followed is not None:
        first, more = followed
        zone.broadcasts[more] = zone.broadcasts[first].owed_to(*REACHED)


async def give_the_all_clear(zone: Zone) -> None:
    """To who has heard the alert by then, which is owed to nobody else any more."""
    followed = await _follow(zone, "all-clear")
    if followed is not None:
        first, clear = followed
        zone.broadcasts[clear] = zone.broadcasts[first] = zone.broadcasts[first].owed_to()


STEERED: Mapping[Fault, int] = {
    pause_an_alert: 4,
    correct_an_alert: 2,
    tell_more: 2,
    give_the_all_clear: 1,
}
"""With how often each is drawn, among the faults."""
_OVER = "state = 'closed' OR expires_at <= clock_timestamp()"


async def _follow(zone: Zone, kind: str) -> tuple[int, int] | None:
    """What was followed up, and by what; None when nothing could be."""
    if not zone.unfollowed:
        return None
    first = zone.unfollowed.pop(zone.random.randrange(len(zone.unfollowed)))
    words = ("follow-up", str(first), "--kind", kind, "--urgent", "--text", f"nl={SAID[kind]}")
    is_followed = "EXISTS (SELECT FROM broadcast AS later WHERE later.follows = broadcast.id)"
    try:
        await _until_done(zone, words, is_followed, first)
    except TimeoutError:
        zone.tally.problems.append(f"nobody could follow up {first} ({kind}) in {NO_LONGER:.0f} s")
        return None
    broadcast = await asyncio.to_thread(audit.what_follows, zone.url, first)
    zone.followed.append(Followed(first, broadcast, kind, time.monotonic()))
    return first, broadcast


async def _until_done(zone: Zone, words: Sequence[str], what: LiteralString, broadcast: int) -> None:
    """Type it again and again until the database says that it is so.

    The first answer may be lost though it was done. Raises TimeoutError.
    """
    async with asyncio.timeout(NO_LONGER):
        while True:
            node = zone.any_node()
            with suppress(TimeoutExpired):
                await asyncio.to_thread(node.try_to, *words)
            with suppress(psycopg.OperationalError, DatabaseAway):
                if await asyncio.to_thread(audit.is_so, zone.url, broadcast, what):
                    return
            await asyncio.sleep(0.5)
