"""A person with a telephone, at the port of a call: hears what is played, presses keys, speaks, hangs up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from ivr.call.call import Call
from ivr.call.channel import Packets
from ivr.call.errors import Hangup, PlayFailed
from ivr.call.values import Sound
from ivr.detection.fact_recorder import TALK_ENDS_AFTER
from ivr.detection.far_end import FarEnd
from ivr.scripts.alert_call import Alert, Wants, alert_call


@dataclass
class Heard:
    sound: Sound
    seconds: float = 0.0


class Phone:
    """The clock is the event loop's; use in tests whose clock jumps (`in_no_time`)."""

    def __init__(self, *, passes: int = 2) -> None:
        self.heard: list[Heard] = []
        self.wants: Wants | None = None
        """What the conversation goes on with after an alert."""
        self.can_play = True
        self.reports_ends = True
        self.is_gone = False
        self.still_plays = 0.0
        """Seconds of an earlier process's sound that the phone hears before ours."""
        self.call = Call("anruf", self, FarEnd(passes), answered_at=self.now())
        self._playing: tuple[str, asyncio.Task[None]] | None = None
        self._begins = asyncio.Condition()
        self._listened_to = 0
        self.packets_counted = Packets(sent=10_000, received=10_000)
        self.recordings: list[str] = []
        """Names, in the order in which they were begun."""
        self._ended_recordings = 0

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    # What the person does

    async def hears(self, sound: Sound) -> None:
        """Wait until this sound begins; one that has begun since they last listened counts."""
        async with self._begins:
            await self._begins.wait_for(
                lambda: any(one.sound == sound for one in self.heard[self._listened_to :])
            )
        while self.heard[self._listened_to].sound != sound:
            self._listened_to += 1
        self._listened_to += 1

    def presses(self, digits: str) -> None:
        for digit in digits:
            self.call.events.pressed(digit, self.now())
            self.stops_speaking()

    async def says(self, seconds: float) -> None:
        """Talk; over when the PBX reports that it is quiet."""
        self.call.events.talk_started(self.now())
        await asyncio.sleep(seconds + TALK_ENDS_AFTER)
        self.call.events.talk_ended(self.now(), seconds)

    async def listens(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def hangs_up(self) -> None:
        """As the PBX tells it: a playback that was cut is reported just like one that ran to its end."""
        self.is_gone = True
        self._cut()
        self.stops_speaking()
        self.call.events.hung_up(self.now())

    def puts_us_on_hold(self) -> None:
        self.call.events.held(self.now())

    def takes_us_back(self) -> None:
        self.call.events.resumed(self.now())

    def is_cut_off(self) -> None:
        """The sound stops, and the line stays."""
        self._cut()

    @property
    def playing(self) -> str:
        assert self._playing is not None
        return self._playing[0]

    def is_lost(self) -> None:
        """The person hangs up while the PBX's events do not reach us."""
        self.is_gone = True
        if self._playing:
            self._playing[1].cancel()

    # What the call asks of its channel

    async def answer(self) -> None:
        await self.check()

    async def play(self, sound: Sound, playback: str) -> None:
        if self.is_gone:
            raise Hangup
        self.heard.append(Heard(sound))
        self._playing = (playback, asyncio.create_task(self._play(sound, playback)))

    async def whisper(self, sound: Sound, name: str) -> None:
        self.heard.append(Heard(sound, sound.seconds))
        async with self._begins:
            self._begins.notify_all()

    async def stop_playing(self, playback: str) -> None:
        if self._playing and self._playing[0] == playback:
            self._cut()

    async def record(self, name: str, longest: float) -> None:
        """Ends when `stops_speaking`, at a key, at the hang-up, or by its length."""
        await self.check()
        self.recordings.append(name)
        asyncio.get_running_loop().call_later(longest, self._recorded, len(self.recordings))

    async def stop_recording(self, name: str) -> None:
        if self.recordings and self.recordings[-1] == name:
            self.stops_speaking()

    def stops_speaking(self) -> None:
        self._recorded(len(self.recordings))

    def _recorded(self, nth: int) -> None:
        if nth == len(self.recordings) and nth > self._ended_recordings:
            self._ended_recordings = nth
            self.call.events.recorded(self.recordings[-1])

    async def packets(self) -> Packets:
        return self.packets_counted

    async def check(self) -> None:
        if self.is_gone:
            raise Hangup

    async def _play(self, sound: Sound, playback: str) -> None:
        heard = self.heard[-1]
        await asyncio.sleep(self.still_plays)
        self.still_plays = 0.0
        began = self.now()
        self.call.events.playback_started(playback, began)
        async with self._begins:
            self._begins.notify_all()
        if not self.can_play:
            self.call.events.playback_ended(playback, self.now(), ok=False)
            return
        try:
            await asyncio.sleep(sound.seconds)
        finally:
            heard.seconds = self.now() - began
        if self.reports_ends:
            self.call.events.playback_ended(playback, self.now(), ok=True)
        self._playing = None

    def _cut(self) -> None:
        if self._playing:
            playback, task = self._playing
            task.cancel()
            self._playing = None
            self.call.events.playback_ended(playback, self.now(), ok=True)


@asynccontextmanager
async def answered(alert: Alert, *, passes: int = 2) -> AsyncIterator[Phone]:
    """A phone on which the alert is being spoken; at the end the call is over, one way or another."""
    phone = Phone(passes=passes)

    async def script() -> None:
        with suppress(Hangup):
            phone.wants = await alert_call(phone.call, alert)

    talking = asyncio.create_task(script())
    try:
        yield phone
        await talking
    finally:
        talking.cancel()
        with suppress(asyncio.CancelledError, PlayFailed):
            await talking
