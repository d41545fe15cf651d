"""An officer on the telephone, and the house that they call: what was done for them is kept."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ivr.call.errors import Hangup
from ivr.call.values import Sound
from ivr.scripts.member_line import member_line
from ivr.scripts.officer_ports import AlertProgress, AlertRefused, Done, Message, OfferedNetwork
from ivr.scripts.sentences import Says
from prompts.catalogue import Key
from tests.fakes.phone import Phone
from tests.ivr.callers import SAYS, TONE, Caller

NUMBER, PIN = "4711", "846203"


def sound(name: str, seconds: float = 3.0) -> Sound:
    return Sound(Path(f"/sounds/{name}"), seconds)


MESSAGE, OFFER, SUMMARY = sound("message", 8.0), sound("offer", 6.0), sound("summary", 5.0)


@dataclass(frozen=True)
class Net:
    slug: str
    name: str = ""


DE_BIST, WITVEN = Net("de-bist"), Net("witven")
SENT = 7
"""Number of the alert that an officer sends here."""


@dataclass
class Spoken:
    recording: str
    house: "House"
    audio: str | None = None

    async def keep(self) -> Sound | None:
        if self.house.is_silent:
            return None
        self.house.did.append("keep")
        return MESSAGE

    async def discard(self) -> None:
        self.house.did.append("discard")


@dataclass
class House:
    """An officer, the station where they sign in, and what was done for them."""

    says: Says = field(default_factory=lambda: SAYS)
    tone: Sound = TONE
    networks: Sequence[OfferedNetwork] = (DE_BIST, WITVEN)
    longest: float = 60.0
    is_silent: bool = False
    refusals: list[Key] = field(default_factory=list)
    running: list[int] = field(default_factory=list)
    halts: dict[int, Key] = field(default_factory=dict)
    sends: Key = "police_sent"
    of_colleagues: list[int] = field(default_factory=list)
    """Alerts that others send in the same moment."""
    did: list[str] = field(default_factory=list)
    tried: list[tuple[str, str]] = field(default_factory=list)
    locked: bool = False
    summary: Sound = SUMMARY

    async def sign_in(self, number: str, pin: str) -> "House | AlertRefused":
        self.tried.append((number, pin))
        if self.locked:
            return AlertRefused("police_locked")
        return self if (number, pin) == (NUMBER, PIN) else AlertRefused("police_refused")

    async def begin_message(self) -> Message:
        return Spoken(f"alert-{len(self.did)}", self)

    async def offer(self, networks: Sequence[OfferedNetwork], *, more: bool) -> Sound:
        return sound(f"offer-{'-'.join(one.slug for one in networks)}{'-more' if more else ''}")

    async def told_chosen(self, network: OfferedNetwork, *, chosen: bool) -> Sound:
        return sound(f"{network.slug}-{'on' if chosen else 'off'}")

    async def plan(
        self, message: Message, networks: Collection[OfferedNetwork], *, urgent: bool
    ) -> "House | AlertRefused":
        if self.refusals:
            return AlertRefused(self.refusals.pop(0))
        self.did.append(f"plan {' '.join(one.slug for one in networks)}{' urgent' if urgent else ''}")
        return self

    async def send(self) -> Done:
        self.did.append("send")
        if self.sends != "police_sent":
            return Done(self.sends)
        self.running.insert(0, SENT)
        self.running[:0] = self.of_colleagues
        return Done("police_sent", SENT)

    async def alerts(self) -> Sequence[int]:
        return self.running

    async def progress(self, broadcast: int) -> AlertProgress:
        return AlertProgress(sound(f"figures-{broadcast}"), self.halts.get(broadcast))

    async def stop(self, broadcast: int) -> Key:
        self.did.append(f"stop {broadcast}")
        self.halts[broadcast] = "police_stopped"
        return "police_stopped"

    async def pause_or_resume(self, broadcast: int) -> Key:
        is_paused = self.halts.pop(broadcast, None) == "police_paused"
        self.did.append(f"{'resume' if is_paused else 'pause'} {broadcast}")
        if is_paused:
            return "police_resumed"
        self.halts[broadcast] = "police_paused"
        return "police_paused"


@asynccontextmanager
async def calls(house: House, *, is_member: bool = True) -> AsyncIterator[Phone]:
    """An officer has rung our number and pressed the key that is not announced."""
    phone = Phone()
    caller = Caller(is_member=is_member, station=house)

    async def script() -> None:
        with suppress(Hangup):
            await member_line(phone.call, caller)

    talking = asyncio.create_task(script())
    await phone.hears(SAYS["line_menu" if is_member else "line_unknown_menu"])
    phone.presses("*")
    yield phone
    await talking


async def signs_in(phone: Phone, number: str = NUMBER, pin: str = PIN) -> None:
    await phone.hears(SAYS["police_number"])
    phone.presses(f"{number}#")
    await phone.hears(SAYS["police_pin"])
    phone.presses(f"{pin}#")


async def speaks(phone: Phone, *, menu: bool = True) -> None:
    if menu:
        await phone.hears(SAYS["police_menu"])
        phone.presses("1")
    await phone.hears(SAYS["police_speak"])
    await phone.hears(TONE)
    await phone.listens(TONE.seconds + 4)
    phone.presses("#")


async def chooses(phone: Phone) -> None:
    """Both networks, urgent; up to the question whether to send."""
    await phone.hears(sound("offer-de-bist-witven"))
    phone.presses("0")
    await phone.hears(SAYS["police_urgent"])
    phone.presses("1")


async def is_asked(phone: Phone) -> None:
    """From the first question to the last."""
    await signs_in(phone)
    await speaks(phone)
    await phone.hears(MESSAGE)
    await phone.hears(SAYS["police_spoken_menu"])
    phone.presses("1")
    await chooses(phone)
    await phone.hears(SUMMARY)
    await phone.hears(SAYS["police_send_menu"])
