"""A phone of the simulated neighbourhood that calls us: it dials, hears, presses keys, speaks, hangs up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import numpy as np

from buurtbel.embedded.neighbourhood import HANDSETS
from buurtbel.embedded.ports import Address
from ivr.ari.client import AriClient
from ivr.ari.connection import AriConnection
from ivr.ari.events import Channel, ChannelDestroyed, Event, PlaybackFinished, StasisEnd, StasisStart
from prompts.audio import TELEPHONE_RATE, Audio
from prompts.comparator import compare

WAV_HEADER = 44
LISTEN_EVERY = 0.25
REACTION = 0.5
"""Seconds from a tone to the first word, as people have: of a tone, most of it is all that can be known here,
because the file of what was heard is written in pieces, and none comes after its end."""
KEPT_BACK = 0.3
"""Seconds before the end of what was heard from which the next thing may begin."""


class Handsets:
    """All of them, on one neighbourhood (the listener of its events)."""

    def __init__(self, client: AriClient, *, dials: str, recordings: Path) -> None:
        self.client = client
        self.dials = dials
        """Where our number is reached: `sip:+32...@host:port`."""
        self.recordings = recordings
        self._live: dict[str, Handset] = {}

    @asynccontextmanager
    async def calling(self, number: str, *, keys: str = "trunk") -> AsyncIterator["Handset"]:
        """A call to us from this number, answered; `keys` is the endpoint that says how keys are sent.

        It is put down at the end. Raises TimeoutError when nobody answers.
        """
        handset = Handset(self.client, self.recordings / f"called-{uuid4().hex[:12]}.wav")
        self._live[handset.id] = handset
        try:
            await self.client.channels.originate(
                handset.id,
                endpoint=f"PJSIP/{keys}/{self.dials}",
                context="handset",
                extension="up",
                caller_id=number,
                variables={"HEARD": str(handset.recording)},
            )
            await handset.until_answered()
            yield handset
        finally:
            await handset.puts_down()
            del self._live[handset.id]

    async def connected(self, _startup_time: str, _channels: Sequence[Channel]) -> None:
        """Nothing is known of before."""

    def disconnected(self) -> None:
        """What is missed is noticed by who waits for it."""

    def feed(self, event: Event) -> None:
        handset = self._live.get(event.channel_id)
        if handset is not None:
            handset.feed(event)


class Handset:
    """One call. Everything waits for what happens, for at most `patience` seconds."""

    def __init__(self, client: AriClient, recording: Path, *, patience: float = 40.0) -> None:
        self.id = str(uuid4())
        self.recording = recording
        self._client = client
        self._patience = patience
        self._news = asyncio.Event()
        self._is_up = False
        self.is_over = False
        self._said: set[str] = set()
        self._heard_until = 0.0

    def feed(self, event: Event) -> None:
        if isinstance(event, StasisStart):
            self._is_up = True
        elif isinstance(event, ChannelDestroyed | StasisEnd):
            self.is_over = True
        elif isinstance(event, PlaybackFinished):
            self._said.add(event.playback.id)
        self._news.set()

    async def until_answered(self) -> None:
        await self._until(lambda: self._is_up or self.is_over)

    async def until_over(self) -> None:
        """Until the other side has hung up."""
        await self._until(lambda: self.is_over)

    async def hears(self, sound: Audio, *, share: float = 1.0) -> float:
        """Wait until all of this was heard, after what was heard before; gives where it began, in seconds.

        `share`: how much of its pieces is enough, for what was recorded on the line before it is heard again.
        Raises TimeoutError when it does not come.
        """
        async with asyncio.timeout(self._patience + sound.seconds):
            while True:
                heard = await asyncio.to_thread(self._since, self._heard_until)
                if heard.seconds >= sound.seconds:
                    hearing = await asyncio.to_thread(compare, sound, heard)
                    if hearing.found >= share * hearing.active and hearing.offset_s is not None:
                        began = self._heard_until + hearing.offset_s
                        self._heard_until = max(0.0, began + sound.seconds - KEPT_BACK)
                        return began
                await asyncio.sleep(LISTEN_EVERY)

    async def presses(self, keys: str) -> None:
        await self._client.channels.press(self.id, keys)

    async def says(self, sound: Path) -> None:
        """Speak this file (without extension, as Asterisk plays it) to its end, after a moment."""
        await asyncio.sleep(REACTION)
        playback = uuid4().hex
        await self._client.channels.play(self.id, f"sound:{sound}", playback)
        await self._until(lambda: playback in self._said or self.is_over)

    async def puts_down(self) -> None:
        await self._client.channels.hangup(self.id)
        await self._until(lambda: self.is_over)

    def everything_heard(self) -> Audio:
        return self._since(0.0)

    def _since(self, seconds: float) -> Audio:
        """What was heard from this moment of the call on; the file grows while the call lasts."""
        raw = self.recording.read_bytes()[WAV_HEADER:] if self.recording.exists() else b""
        samples = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2")[round(seconds * TELEPHONE_RATE) :]
        return Audio((samples / 32768).astype(np.float32), TELEPHONE_RATE)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(self._patience):
            while not condition():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def handsets(ari: Address, password: str, *, dials: str, recordings: Path) -> AsyncIterator[Handsets]:
    """The phones of a neighbourhood whose ARI is there."""
    url = f"http://{ari.host}:{ari.port}"
    async with AriClient(url, HANDSETS, password, app=HANDSETS) as client:
        them = Handsets(client, dials=dials, recordings=recordings)
        connection = AriConnection(client, them, trunk="trunk")
        running = asyncio.create_task(connection.run())
        try:
            async with asyncio.timeout(20.0):
                await connection.wait_until_ready()
            yield them
        finally:
            running.cancel()
            await asyncio.wait({running})
