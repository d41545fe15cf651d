"""One call on the fake ARI server: what the phone does, what it hears, and the events both give."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from tests.fakes.sound_files import Heard, seconds_of

PACKETS_A_SECOND = 50


class Pbx(Protocol):
    """What a call asks of its server."""

    speed: float

    def tell(self, call: "FakeCall", event: Mapping[str, Any]) -> None: ...
    def picked_up(self, call: "FakeCall") -> None: ...
    def ended(self, call: "FakeCall") -> None: ...

    @property
    def frozen_for(self) -> float: ...


@dataclass(slots=True)
class _Sound:
    id: str
    media: str


class FakeCall:
    """Seconds are the phone's own: the clock runs `speed` times faster than the wall's."""

    def __init__(self, channel_id: str, number: str, nth: int, body: Mapping[str, Any], pbx: Pbx) -> None:
        self.id = channel_id
        self.number = number
        self.nth = nth
        """Of all calls to this number."""
        self.variables: dict[str, str] = body.get("variables") or {}
        self.context = str(body.get("context", ""))
        self.extension = str(body.get("extension", ""))
        self.created = now()
        self.state = "Down"
        self.in_stasis = False
        self.has_sound = True
        """An SDP may agree on none."""
        self.key = ""
        """The last one pressed while the dialplan leads the call."""
        self.gone, self.reason = asyncio.Event(), ""
        self.heard: list[Heard] = []
        placed = asyncio.get_running_loop().time()
        self.packets: Callable[[], int] = lambda: round(
            PACKETS_A_SECOND * (asyncio.get_running_loop().time() - placed)
        )
        """How many packets of sound the phone has sent, wall seconds: all the time."""
        self._pbx = pbx
        self._speed = pbx.speed
        self._queue: deque[_Sound] = deque()
        self._playing: _Sound | None = None
        self._player: asyncio.Task[None] | None = None
        self._stopped = asyncio.Event()
        self._sound_ended = asyncio.Event()
        self._recordings: dict[str, asyncio.Task[None]] = {}

    # What the phone does

    async def passes(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    async def ring(self, seconds: float, *, early_sound: bool = False) -> None:
        """180, or 183 where something is heard before the answer."""
        if not early_sound:
            self._become("Ringing")
        self.emit("Dial", "peer", dialstatus="PROGRESS" if early_sound else "RINGING")
        await self.passes(seconds)

    def pick_up(self) -> None:
        self._become("Up")
        self._pbx.picked_up(self)

    def pick_up_and_put_down(self) -> None:
        """Over before the dialplan has handed it to anybody."""
        self._become("Up")
        self.put_down()

    def press(self, digit: str) -> None:
        if self.in_stasis:
            self.emit("ChannelDtmfReceived", digit=digit, duration_ms=100)
        else:
            self.key = digit

    async def talk(self, seconds: float) -> None:
        """Speak; Asterisk notices the end only after the silence asked for in TALK_DETECT."""
        if asked := str(self.variables.get("TALK_DETECT(set)", "")):
            self.emit("ChannelTalkingStarted")
        await self.passes(seconds)
        if asked:
            await self.passes(int(asked.partition(",")[0] or 2500) / 1000)
            self.emit("ChannelTalkingFinished", duration=round(seconds * 1000))

    async def talk_on(self, seconds: float) -> None:
        """Speak on a network that sends nothing in silence: the end is never noticed. Wall seconds."""
        self.emit("ChannelTalkingStarted")
        began = asyncio.get_running_loop().time()
        self.packets = lambda: round(
            PACKETS_A_SECOND * min(asyncio.get_running_loop().time() - began, seconds)
        )
        await asyncio.sleep(seconds)

    async def sound_ends(self) -> None:
        """Wait for the next sound, from now on, to be played to its end."""
        self._sound_ended.clear()
        await self._sound_ended.wait()

    async def stay(self) -> None:
        await self.gone.wait()

    def put_down(self) -> None:
        self.emit("ChannelHangupRequest", cause=16)
        self.end(16)

    def refuse(self, cause: int, sip_status: int) -> None:
        self.emit("ChannelHangupRequest", cause=cause, tech_cause=sip_status)
        self.end(cause, sip_status)

    # What Asterisk does

    def enter_stasis(self) -> None:
        self.in_stasis = True
        self.emit("StasisStart", args=[])

    def leave_stasis(self) -> None:
        if self.in_stasis:
            self.emit("StasisEnd")
            self.in_stasis = False

    def play(self, media: str, playback_id: str) -> None:
        self._queue.append(_Sound(playback_id, media))
        if self._player is None or self._player.done():
            self._player = asyncio.create_task(self._play_all(), name="fake-player")

    def stop(self, playback_id: str) -> bool:
        """Whether there was such a playback."""
        if self._playing and self._playing.id == playback_id:
            self._stopped.set()
            return True
        waiting = [sound for sound in self._queue if sound.id == playback_id]
        for sound in waiting:
            self._queue.remove(sound)
        return bool(waiting)

    async def quiet(self) -> None:
        """Wait until everything queued has been played."""
        if self._player:
            await asyncio.wait({self._player})

    def record(self, name: str, longest: float) -> None:
        self._tell_recording("RecordingStarted", name, "recording")
        self._recordings[name] = asyncio.create_task(
            self._record(name, longest or 3600.0), name="fake-recorder"
        )

    def stop_recording(self, name: str) -> bool:
        """Whether there was such a recording going on."""
        return self._close(name)

    def answered(self) -> None:
        self._become("Up")

    def hang_up(self) -> None:
        self.emit("ChannelHangupRequest", cause=32)
        self.end(16)

    def end(self, cause: int, sip_status: int | None = None) -> None:
        if self.gone.is_set():
            return
        for name in list(self._recordings):
            self._close(name)
        if self._playing:
            self._tell_playback("PlaybackFinished", self._playing, "done")
        self.leave_stasis()
        tech = {} if sip_status is None else {"tech_cause": sip_status}
        self.emit("ChannelDestroyed", cause=cause, cause_txt="", **tech)
        self.vanish()

    def vanish(self) -> None:
        """End and tell nobody, as when Asterisk dies."""
        self.gone.set()
        self._pbx.ended(self)
        for task in (self._player, *self._recordings.values()):
            if task:
                task.cancel()

    def emit(self, kind: str, whose: str = "channel", /, **fields: object) -> None:
        self._tell({"type": kind, "timestamp": now(), **fields, whose: self.snapshot()})

    def _tell(self, event: Mapping[str, Any]) -> None:
        if not self.gone.is_set():
            self._pbx.tell(self, event)

    def snapshot(self) -> dict[str, object]:
        app = "Stasis" if self.in_stasis else "AppDial2"
        return {
            "id": self.id,
            "name": f"PJSIP/trunk-{self.id}",
            "state": self.state,
            "caller": {"name": "", "number": ""},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {
                "context": self.context,
                "exten": self.extension,
                "priority": 1,
                "app_name": app,
                "app_data": "",
            },
            "creationtime": self.created,
            "language": "en",
        }

    async def snoop(self, snooped: "FakeCall", enters_after: float) -> None:
        """Be a channel that hears what that call's phone says, until that is gone."""
        await asyncio.sleep(enters_after)
        self.enter_stasis()
        await snooped.gone.wait()
        self.end(16)

    def _become(self, state: str) -> None:
        self.state = state
        self.emit("ChannelStateChange")

    async def _play_all(self) -> None:
        while self._queue:
            self._playing = self._queue.popleft()
            await self._play_one(self._playing)
            self._playing = None

    async def _play_one(self, sound: _Sound) -> None:
        self._tell_playback("PlaybackStarted", sound, "playing")
        if (length := seconds_of(sound.media)) is None:
            self._tell_playback("PlaybackFinished", sound, "failed")
            return
        heard = Heard(sound.media, 0.0, whole=False)
        self.heard.append(heard)
        self._stopped.clear()
        clock = asyncio.get_running_loop().time
        began = clock() - self._pbx.frozen_for

        def played() -> float:
            """Wall seconds; nothing is played while the PBX is frozen."""
            return clock() - self._pbx.frozen_for - began

        try:
            while not heard.whole and not self._stopped.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, length / self._speed - played())):
                        await self._stopped.wait()
                heard.whole = not self._stopped.is_set() and played() >= length / self._speed
        finally:
            heard.seconds = length if heard.whole else min(length, played() * self._speed)
        self._tell_playback("PlaybackFinished", sound, "done")
        if heard.whole:
            self._sound_ended.set()

    async def _record(self, name: str, longest: float) -> None:
        await self.passes(longest)
        self._close(name)

    def _close(self, name: str) -> bool:
        recorder = self._recordings.pop(name, None)
        if recorder is None:
            return False
        if recorder is not asyncio.current_task():
            recorder.cancel()
        self._tell_recording("RecordingFinished", name, "done")
        return True

    def _tell_recording(self, kind: str, name: str, state: str) -> None:
        recording = {"name": name, "format": "wav", "target_uri": f"channel:{self.id}", "state": state}
        self._tell({"type": kind, "timestamp": now(), "recording": recording})

    def _tell_playback(self, kind: str, sound: _Sound, state: str) -> None:
        playback = {
            "id": sound.id,
            "media_uri": sound.media,
            "target_uri": f"channel:{self.id}",
            "language": "en",
            "state": state,
        }
        self._tell({"type": kind, "timestamp": now(), "playback": playback})


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
