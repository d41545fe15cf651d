"""The trunk as an Asterisk shows it and tells of it."""

from collections.abc import Iterable
from typing import Any

from tests.fakes.ari_call import now


def endpoint_of(name: str, calls: Iterable[str], *, is_down: bool) -> dict[str, Any]:
    return {
        "technology": "PJSIP",
        "resource": name,
        "state": "offline" if is_down else "online",
        "channel_ids": list(calls),
    }


def contact_status(endpoint: dict[str, Any], *, reachable: bool) -> dict[str, Any]:
    """The event that says whether its OPTIONS pings are answered."""
    contact = {
        "uri": "sip:far.example",
        "aor": endpoint["resource"],
        "contact_status": "Reachable" if reachable else "Unreachable",
        "roundtrip_usec": "0",
    }
    event = {"type": "ContactStatusChange", "timestamp": now()}
    return {**event, "endpoint": endpoint, "contact_info": contact}
