"""A phone of the simulated neighbourhood, calling or called: it hears, presses keys, speaks, hangs up."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from pathlib import Path
from uuid import uuid4

from embedded.network.ports import Address
from ivr.ari.client import AriClient
from ivr.ari.connection import AriConnection
from ivr.ari.events import ChannelDestroyed, Event, PlaybackFinished, ReportedChannel, StasisEnd, StasisStart
from prompts.audio import Audio, write_sound
from simulation.neighbourhood import HANDSETS
from simulation.phones.tape import Tape
from simulation.sound.keys import keys_as_tones

IN_BAND = "keys-in-band"
"""The endpoint whose keys are tones in the sound."""
PATIENCE = 90.0
"""Seconds for which a phone waits for anything."""
REACTION = 0.5
"""Seconds from a tone to the first word, as people have: of a tone, most of it is all that can be known here,
because the file of what was heard is written in pieces, and none comes after its end."""


class Handsets:
    """All of them, on one neighbourhood (the listener of its events)."""

    def __init__(self, client: AriClient, *, dials: str, recordings: Path) -> None:
        self.client = client
        self.dials = dials
        """Where our number is reached: `sip:+32...@host:port`."""
        self.recordings = recordings
        self._live: dict[str, Handset] = {}
        self._rung: defaultdict[str, asyncio.Queue[Handset]] = defaultdict(asyncio.Queue)
        """Calls to phones that are led from here, by the number that was dialled."""

    def dialling(self, number: str) -> "Handsets":
        """The same phones, for whom our number is reached there."""
        others = copy(self)
        others.dials = number
        return others

    @asynccontextmanager
    async def calling(
        self, number: str, *, keys: str = "trunk", patience: float = PATIENCE
    ) -> AsyncIterator["Handset"]:
        """A call to us from this number, answered; `keys` is the endpoint that says how keys are sent.

        It waits for nothing longer than `patience` seconds, and is put down at the end. Raises TimeoutError
        when nobody answers.
        """
        recording = self.recordings / f"called-{uuid4().hex[:12]}.wav"
        handset = Handset(self.client, recording, patience=patience, in_band=keys == IN_BAND)
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

    @asynccontextmanager
    async def called(self, number: str, *, patience: float = PATIENCE) -> AsyncIterator["Handset"]:
        """The next call to this number (of kind 33), answered.

        It is waited for, and waits for everything, for `patience` seconds. Raises TimeoutError when none
        comes.
        """
        async with asyncio.timeout(patience):
            handset = await self._rung[number].get()
        handset.be_patient(patience)
        try:
            yield handset
        finally:
            await handset.puts_down()
            del self._live[handset.id]

    async def connected(self, _startup_time: str, _channels: Sequence[ReportedChannel]) -> None:
        """Nothing is known of before."""

    def disconnected(self) -> None:
        """What is missed is noticed by who waits for it."""

    def feed(self, event: Event) -> None:
        if isinstance(event, StasisStart) and event.args:
            rung = Handset(self.client, Path(event.args[0]), patience=PATIENCE, id_=event.channel_id)
            self._live[rung.id] = rung
            self._rung[event.channel.dialplan.exten].put_nowait(rung)
        handset = self._live.get(event.channel_id)
        if handset is not None:
            handset.feed(event)


class Handset:
    """One call. Everything waits for what happens, for at most `patience` seconds."""

    def __init__(
        self, client: AriClient, recording: Path, *, patience: float, id_: str = "", in_band: bool = False
    ) -> None:
        self.id = id_ or str(uuid4())
        self.recording = recording
        self._tape = Tape(recording, patience=patience)
        self._client = client
        self._patience = patience
        self._in_band = in_band
        self._news = asyncio.Event()
        self._is_up = False
        self.is_over = False
        self._said: set[str] = set()

    def feed(self, event: Event) -> None:
        if isinstance(event, StasisStart):
            self._is_up = True
        elif isinstance(event, ChannelDestroyed | StasisEnd):
            self.is_over = True
        elif isinstance(event, PlaybackFinished):
            self._said.add(event.playback.id)
        self._news.set()

    def be_patient(self, seconds: float) -> None:
        """From now on, wait so long for anything."""
        self._patience = self._tape.patience = seconds

    async def until_answered(self) -> None:
        await self._until(lambda: self._is_up or self.is_over)

    async def until_over(self) -> None:
        """Until the other side has hung up."""
        await self._until(lambda: self.is_over)

    async def hears(self, sound: Audio, *others: Audio, share: float = 1.0) -> float:
        """As `Tape.hears`."""
        return await self._tape.hears(sound, *others, share=share)

    async def presses(self, keys: str) -> None:
        if not self._in_band:
            await self._client.channels.press(self.id, keys)
            return
        # The tones that Asterisk makes by itself move on only while the phone hears something.
        tones = self.recording.with_name(f"keys-{uuid4().hex[:12]}")
        await asyncio.to_thread(write_sound, tones, keys_as_tones(keys))
        await self._plays(tones)

    async def says(self, sound: Path) -> None:
        """Speak this file (without extension, as Asterisk plays it) to its end, after a moment."""
        await asyncio.sleep(REACTION)
        await self._plays(sound)

    async def _plays(self, sound: Path) -> None:
        playback = uuid4().hex
        await self._client.channels.play(self.id, f"sound:{sound}", playback)
        await self._until(lambda: playback in self._said or self.is_over)

    async def puts_down(self) -> None:
        await self._client.channels.hangup(self.id)
        await self._until(lambda: self.is_over)

    def everything_heard(self) -> Audio:
        return self._tape.everything()

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
