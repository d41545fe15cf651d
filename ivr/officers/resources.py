"""What the calls of officers work with: one for all of them, on one node."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from broadcast.alert.desk import Desk
from broadcast.audio.sounds import MessageSounds
from directory.officers.lockout_policy import LockoutPolicy
from ivr.call.announcer import Announcements
from ivr.call.values import Sound
from ivr.detached import DetachedWork
from ivr.officers.officer_policy import OfficerPolicy
from ivr.pbx.trunk import Trunk
from ivr.recordings.spoken_alert import SpokenAlerts
from ivr.scripts.sentences import Says
from storage.transactions import Transactions


@dataclass(frozen=True, slots=True)
class OfficerResources:
    """For officers who call, are called back, or are rung on duty; `says` will hold sentences by language."""

    database: Transactions
    desk: Desk
    spoken: SpokenAlerts
    sounds: MessageSounds
    announcements: Announcements
    detached: DetachedWork
    trunk: Trunk
    policy: OfficerPolicy
    lockout: LockoutPolicy
    zones: Mapping[str, str]
    says: Awaitable[Mapping[str, Says]]
    tone: Sound
