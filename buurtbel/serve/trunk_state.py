"""How the trunk stands with us: `serve` notes it as it learns it, and who wants to know reads the note."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from buurtbel.settings.settings import Settings
from buurtbel.times import time_of

NOTE = "trunk.json"
"""In the data folder."""
STALE_AFTER = timedelta(seconds=60)
"""Nobody looks any more who should."""


class Registration(msgspec.Struct, frozen=True):
    """What came of registering."""

    is_registered: bool
    is_refused: bool
    """It was tried, and answered with `status`, or not at all."""
    status: int | None
    """SIP status of the last refusal; None when nothing came, or nothing is known of it."""
    since: datetime
    """It has been so, with this status."""
    until: datetime | None
    """Registered that far; it is renewed before."""


class Name(msgspec.Struct, frozen=True):
    """Where the trunk's name leads."""

    host: str
    leads_to: list[str]
    """Addresses; empty for nowhere."""
    since: datetime
    """It has led there, or nowhere."""
    outside_filter: list[str]
    """Addresses that the packet filter of the last start keeps out."""
    known: list[str] = []
    """Addresses that are its own still, though it may lead nowhere now."""


class TrunkState(msgspec.Struct, frozen=True):
    at: datetime
    registration: Registration | None = None
    """None for a trunk that we do not register with."""
    name: Name | None = None
    """None for a trunk that is an address, or whose name only Asterisk can look up."""


class Told(NamedTuple):
    """One of these things in words."""

    what: str
    ok: bool
    says: str
    hinders: bool
    """An alert, now: calls wait for it or fail."""


def write_state(data_dir: Path, state: TrunkState) -> None:
    """Note it; a half-written note is never read."""
    unfinished = data_dir / f"{NOTE}.new"
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(state))
    unfinished.replace(data_dir / NOTE)


def read_state(data_dir: Path) -> TrunkState | None:
    """The last note; None without any that can be read."""
    try:
        return msgspec.json.decode((data_dir / NOTE).read_bytes(), type=TrunkState)
    except (OSError, msgspec.DecodeError):
        return None


def trunk_told(settings: Settings, *, now: datetime | None = None) -> Iterator[Told]:
    """What is to be said of registration and name; of an Asterisk that is not ours nothing is known."""
    if settings.pbx.ari_url:
        return
    now, state = now or datetime.now(UTC), read_state(settings.data_dir)
    if state is None or now - state.at > STALE_AFTER:
        if settings.trunk.register_with:
            yield Told("registration", False, _UNKNOWN, hinders=False)
        return
    if state.registration is not None:
        yield _registration(state.registration, settings.clock, now)
    if state.name is not None:
        yield _name(state.name, settings.clock, now)


def trunk_hindrance(settings: Settings) -> str | None:
    """What of this keeps an alert from going out now, as one sentence."""
    return next((told.says for told in trunk_told(settings) if told.hinders), None)


_UNKNOWN = "Nobody looks whether the trunk lets us register; start `buurtbel serve`."


def _registration(found: Registration, clock: ZoneInfo, now: datetime) -> Told:
    if found.is_registered and found.until is not None:
        until = time_of(found.until, clock, now=now, seconds=True)
        if found.until > now:
            return Told("registration", True, f"registered until {until}", hinders=False)
        says = f"The registration ran out at {until}, and Asterisk says nothing of another; look at its log."
        return Told("registration", False, says, hinders=False)
    if not found.is_refused:
        says = "Asterisk has not registered with the trunk yet; look again in ten seconds."
        return Told("registration", False, says, hinders=False)
    since = time_of(found.since, clock, now=now)
    return Told("registration", False, _refusal(found.status, since), hinders=True)


def _refusal(status: int | None, since: str) -> str:
    match status:
        case None:
            return f"The trunk has not answered our registration since {since}; look at BUURTBEL_TRUNK_URI."
        case 401 | 407:
            return (
                f"The trunk has refused to register us with {status} since {since}: user name or password is "
                "wrong; correct BUURTBEL_TRUNK_USER and BUURTBEL_TRUNK_PASSWORD."
            )
        case 403 | 404:
            return (
                f"The trunk has refused to register us with {status} since {since}: it does not know this "
                "account, or not from here; ask your carrier, and look at BUURTBEL_TRUNK_USER."
            )
        case _:
            return f"The trunk has refused to register us with {status} since {since}; ask your carrier why."


def _name(found: Name, clock: ZoneInfo, now: datetime) -> Told:
    since = time_of(found.since, clock, now=now)
    if not found.leads_to:
        says = (
            f"The trunk's name {found.host} has led nowhere since {since}: no call finds it, and its own may "
            "be refused. It is asked for again and again; look at the DNS and at BUURTBEL_TRUNK_URI."
        )
        return Told("trunk name", False, says, hinders=True)
    if found.outside_filter:
        says = (
            f"The trunk's name {found.host} leads to {', '.join(found.outside_filter)} since {since}, which "
            "the packet filter keeps out; start `buurtbel serve` anew as root, or name all its addresses in "
            "BUURTBEL_TRUNK_NETWORKS."
        )
        return Told("trunk name", False, says, hinders=False)
    return Told("trunk name", True, f"{found.host} leads to {', '.join(found.leads_to)}", hinders=False)
