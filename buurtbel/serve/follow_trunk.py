"""Watches the trunk from `serve`: follows its name to other addresses, and sees whether it lets us register.

ARI shows no outbound registration. Asterisk's console does, and why it was refused is told in its log alone:
both come from its keeper, in whose account they are.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic

from buurtbel.pbx import PROMPTLY, Secrets, know_trunk_at
from buurtbel.serve.trunk_state import Name, Registration, TrunkState, read_state, write_state
from buurtbel.settings.settings import Settings
from embedded.asterisk import Asterisk
from embedded.errors import KeeperGone, StartError
from embedded.keeping.asterisk_output import REGISTRATION
from embedded.network.networks import Network
from embedded.network.whereabouts import Whereabouts

log = logging.getLogger(__name__)

LOOK_EVERY = 10.0
"""Seconds between two looks at the registration, and at a name that leads nowhere."""
ASK_AGAIN_AFTER = 60.0
"""Seconds after which a name that leads somewhere is asked for again."""

_SHOWN = re.compile(
    r"^ *trunk/\S+ .*?(?P<state>[A-Z][a-z]+) +\(exp\. (?P<seconds>[0-9]{1,6})s(?P<ago> ago)?\)", re.MULTILINE
)
_TOLD = re.compile(
    r"\[(?P<at>[-0-9]{10} [:0-9]{8})\] [A-Z]+\S*: \S+ \w+: (?:No response|\D*(?P<status>[3-6][0-9]{2})\b)"
)


class TrunkFollower:
    """Of one node, with its `whereabouts`, which were looked up when Asterisk was started."""

    def __init__(self, settings: Settings, secrets: Secrets, whereabouts: Whereabouts) -> None:
        self._settings = settings
        self._secrets = secrets
        self._trunk = whereabouts
        before = read_state(settings.data_dir)
        self._registration = before.registration if before else None
        if before and before.name and before.name.host == whereabouts.peer.host:
            whereabouts.recall(before.name.known)
        self._name: Name | None = None
        self._told: Sequence[Network] | None = None
        self._in_filter: Sequence[Network] = ()
        self._asked_at = monotonic()

    async def look(self, pbx: Asterisk) -> None:
        """Once: whatever is news is told to this Asterisk, and noted. Raises KeeperGone."""
        if not (self._trunk.may_change or self._settings.trunk.register_with):
            return
        if self._trunk.may_change:
            await self._follow(pbx)
        if self._settings.trunk.register_with:
            self._registration = await self._registered(pbx) or self._registration
        state = TrunkState(datetime.now(UTC), self._registration, self._name)
        await asyncio.to_thread(write_state, self._settings.data_dir, state)

    async def look_on(self, pbx: Asterisk) -> None:
        """The same for as long as this Asterisk runs."""
        while True:
            try:
                await self.look(pbx)
            except (StartError, OSError) as fault:  # an Asterisk that hangs is somebody else's to end
                log.warning("%s", fault)
            await asyncio.sleep(LOOK_EVERY)

    async def _follow(self, pbx: Asterisk) -> None:
        is_due = not self._trunk.found or monotonic() - self._asked_at >= ASK_AGAIN_AFTER
        if is_due:
            await self._trunk.look()
            self._asked_at = monotonic()
        addresses = self._trunk.addresses
        if addresses != self._told or (addresses is None and is_due):
            await know_trunk_at(pbx, self._settings, self._secrets, addresses)
            self._told = addresses
        # Root laid the filter when it first led somewhere, or not at all.
        self._in_filter = self._in_filter or addresses or ()
        if self._trunk.peer.is_ours_to_look_up:
            self._note_name([str(one.network_address) for one in self._trunk.found])

    def _note_name(self, leads_to: list[str]) -> None:
        host, before = self._trunk.peer.host, self._name
        is_news = before is None or before.leads_to != leads_to
        if is_news and not leads_to:
            log.warning("The trunk's name %s leads nowhere; it is asked for again and again.", host)
        elif is_news and before is not None:
            log.info("The trunk's name %s leads to %s now.", host, ", ".join(leads_to))
        since = datetime.now(UTC) if before is None or is_news else before.since
        known = [str(one) for one in self._trunk.addresses or () if one not in self._trunk.named]
        self._name = Name(host, leads_to, since, self._outside_filter(), known)

    def _outside_filter(self) -> list[str]:
        if not self._settings.pbx.filter:
            return []
        return [
            str(one.network_address)
            for one in self._trunk.found
            if not any(one.version == let.version and one.subnet_of(let) for let in self._in_filter)  # type: ignore[arg-type]
        ]

    async def _registered(self, pbx: Asterisk) -> Registration | None:
        """How it is now; None when Asterisk does not say."""
        try:
            shown = await pbx.console("pjsip show registrations", within=PROMPTLY)
            told = await asyncio.to_thread(pbx.keeper.told, REGISTRATION)
        except KeeperGone:
            raise
        except StartError:
            return None
        return registration(shown, told, before=self._registration, now=datetime.now(UTC))


def registration(shown: str, told: str, *, before: Registration | None, now: datetime) -> Registration | None:
    """What Asterisk shows on its console, and what it told last; None when it shows nothing."""
    row = _SHOWN.search(shown)
    if row is None:
        return None
    if row["state"] == "Registered" and not row["ago"]:
        since = before.since if before and before.is_registered else now
        until = now + timedelta(seconds=int(row["seconds"]))
        return Registration(True, False, None, since, until)
    answer = _TOLD.match(told)
    if answer is None or (before and before.is_registered and _moment(answer["at"]) < before.since):
        since = before.since if before and not before.is_registered else now
        return Registration(False, row["state"] == "Rejected", None, since, None)
    status = int(answer["status"]) if answer["status"] else None
    is_as_before = before is not None and before.is_refused and before.status == status
    return Registration(False, True, status, before.since if before and is_as_before else now, None)


def _moment(text: str) -> datetime:
    """As Asterisk writes it, in UTC; long ago for what is no moment, since anybody may speak for Asterisk."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
