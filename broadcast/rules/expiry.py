"""How long an alert still makes sense: a burglary of two hours ago is not rung through as if it were now."""

from datetime import datetime, timedelta

from broadcast.policy import BroadcastPolicy


def expires_at(urgent: bool, started_at: datetime, policy: BroadcastPolicy) -> datetime:
    """Give the moment from which the broadcast is neither dialled nor played any more."""
    seconds = policy.urgent_expiry if urgent else policy.other_expiry
    return started_at + timedelta(seconds=seconds)
