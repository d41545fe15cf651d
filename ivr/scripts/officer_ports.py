"""What the scripts of the police line ask for: who an officer is, and what is done for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr.call.values import Sound
from ivr.scripts.sentences import Says
from prompts.catalogue import Key


@dataclass(frozen=True, slots=True)
class AlertRefused:
    """It was not done, and why, as a fixed sentence."""

    why: Key


class OfferedNetwork(Protocol):
    """One that an officer may send to."""

    @property
    def slug(self) -> str: ...

    @property
    def name(self) -> str: ...


class Message(Protocol):
    """What an officer says after the tone."""

    recording: str
    audio: str | None
    """By which name it is kept, once it is."""

    async def keep(self) -> Sound | None:
        """Once this returns it can be heard, as members will hear it; None when nothing was said."""

    async def discard(self) -> None:
        """Forget it; it will be spoken anew."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an alert, as a fixed sentence; `broadcast` once it is sent."""

    says: Key
    broadcast: int | None = None


class AlertPlan(Protocol):
    """An alert that could be sent: every word of it is ready."""

    summary: Sound
    """To whom, to how many, and about how long that takes."""

    async def send(self) -> Done:
        """Ring them, whatever becomes of this call."""


@dataclass(frozen=True, slots=True)
class AlertProgress:
    """An alert at this moment."""

    figures: Sound
    halt: Key | None
    """The sentence that says that nobody new is called, and why: it is over, stopped or paused."""


class SignedInOfficer(Protocol):
    """Somebody who has proved who they are."""

    says: Says
    tone: Sound
    networks: Sequence[OfferedNetwork]
    longest: float
    """Seconds that an alert may be spoken for."""

    async def begin_message(self) -> Message: ...

    async def offer(self, networks: Sequence[OfferedNetwork], *, more: bool) -> Sound:
        """The choice of these, by key from 1 on."""

    async def told_chosen(self, network: OfferedNetwork, *, chosen: bool) -> Sound: ...

    async def plan(
        self, message: Message, networks: Collection[OfferedNetwork], *, urgent: bool
    ) -> AlertPlan | AlertRefused: ...

    async def alerts(self) -> Sequence[int]:
        """Broadcasts of the last hours that they may look at and stop, newest first."""

    async def progress(self, broadcast: int) -> AlertProgress: ...

    async def stop(self, broadcast: int) -> Key:
        """Take it back; the sentence that says that it is."""

    async def pause_or_resume(self, broadcast: int) -> Key:
        """Pause it, or let it go on when it is paused; the sentence that says which."""


class SignIn(Protocol):
    """Where officers sign in."""

    says: Says

    async def sign_in(self, number: str, pin: str) -> SignedInOfficer | AlertRefused: ...
