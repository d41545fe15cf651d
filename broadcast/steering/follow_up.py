"""An alert is followed up: an all-clear, a correction, or more, to those whom that is for."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.draft import Draft, FollowUp, SpokenMessage
from broadcast.errors import NotForThem
from broadcast.following.replacing import lock_first
from broadcast.listing import networks_of
from broadcast.rules.follow_ups import may_be_for
from broadcast.states import FollowUpKind


async def follow_up_draft(
    connection: AsyncConnection,
    follow_up: FollowUp,
    *,
    urgent: bool,
    texts: Mapping[str, str],
    recording: SpokenMessage | None = None,
) -> Draft:
    """What is said to the networks of the first, to be sent as any other; a correction is as urgent as that.

    Raises UnknownBroadcast, and NotFollowed.
    """
    first = await lock_first(connection, follow_up.first, follow_up.kind)
    if not may_be_for(follow_up.kind, follow_up.whom):
        raise NotForThem(broadcast=follow_up.first)
    networks = await networks_of(connection, follow_up.first)
    urgent = urgent or (first.urgent and follow_up.kind is FollowUpKind.CORRECTION)
    return Draft(networks, texts, urgent, recording, follow_up=follow_up)
