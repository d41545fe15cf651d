"""How an alert that was spoken by phone begins to ring."""

import logging

from broadcast.alert.desk import Desk
from broadcast.alert.prepared import Prepared
from broadcast.away import DATABASE_AWAY
from broadcast.errors import MembersChanged
from directory.refusals import Refusal
from ivr.recordings.patience import patiently
from ivr.refusals import SAYS
from ivr.scripts.officer_ports import Done

log = logging.getLogger(__name__)


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
