"""Listens to the far end of a call on which somebody talks, finds the keys in it, and forgets the audio.

A second channel of the PBX hears the far end, and the PBX records it to files. Each file that has ended is
fetched, searched in a thread, and removed. The sound until the first long quiet tells later who it was. Keys
that come as tones, where no event tells of keys, are found as soon as they are over.
"""

import asyncio
import logging
import re
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from math import inf
from pathlib import Path

import numpy as np

from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.ari.second_channel import once_ours
from ivr.call.call import Call
from ivr.detection.facts import HeardSounds, SpokenPass
from ivr.detection.hearing import hear
from ivr.detection.key_tones import KeyTone, key_tones
from prompts.audio import TELEPHONE_RATE, Samples, decode_telephone

log = logging.getLogger(__name__)

KEPT_WITHIN = 3.0
"""Seconds after listening ended in which the PBX has closed the file."""
FOLDER = "heard"
"""The folder below the PBX's recordings. A file in it belongs to a call that is up, or a crash left it."""
A_PRESS = 1.5
"""Seconds of talk that may be a key."""
HALLO_UNTIL = 3.0
"""Seconds after the answer in which short talk is a greeting, and is searched later."""
MOST = 12
"""How often a call is listened to for keys: nobody presses them as often as a noisy line makes sound."""
ONE_MORE_EVERY = 5.0
"""Seconds after which a conversation may be listened to once more: people talk and press keys by turns."""
LONGEST = 60
"""Seconds of one piece of a conversation: nobody presses a key in the middle of more."""

_OF_A_CALL = re.compile(
    FOLDER + r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:[\w-]+-)?\d+\.\d+)(?:\.\d+)?"
)
"""The name of a recording of a call that we placed, or of one that came in, whose id is Asterisk's."""


@dataclass(eq=False)
class _Piece:
    """One file, and the keys in it."""

    name: str
    began: float = 0.0
    """Seconds since the answer."""
    ended: float = inf
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    samples: Samples | None = None


class TalkListener:
    """Listens to one call, from its first talk until the first long quiet, and then to talk, for keys.

    A conversation is listened to `for_keys` alone.
    """

    def __init__(self, client: AriClient, call: Call, *, for_keys: bool = False) -> None:
        self._client = client
        self._call = call
        self._pieces: list[_Piece] = []
        """Pieces whose sound is not searched yet, or is kept to tell who it was."""
        self._names = count()
        self._opening: Sequence[_Piece] | None = () if for_keys else None
        """The sound until the first long quiet; None before that."""
        self._channels = count(1)
        self._left, self._counted_at = MOST, _now()
        """How often the call may still be listened to, and when that was counted."""
        self._is_listening = False
        self._at_work = 0
        self._is_over = asyncio.Event()
        self._is_over.set()
        self._in_turn = asyncio.Lock()

    def earn_more(self) -> None:
        """Allow more listening as time goes by: it has no fixed number of times on a conversation."""
        more = int((_now() - self._counted_at) / ONE_MORE_EVERY)
        self._left = min(MOST, self._left + more)
        self._counted_at += more * ONE_MORE_EVERY

    @property
    def is_wanted(self) -> bool:
        """Whether talk has begun to which nobody listens yet, and the call may be listened to."""
        is_for_keys = not self._call.events.tells_keys and self._left > 0
        return not self._is_listening and (self._opening is None or is_for_keys)

    def began(self, recording: str, at: float) -> None:
        """Note that the PBX records this file since that moment of its clock."""
        for piece in self._named(recording):
            piece.began = self._call.events.since_answer(at)

    def ended(self, recording: str, at: float) -> None:
        """Note that the file is closed since that moment, or that there is none."""
        for piece in self._named(recording):
            piece.ended = self._call.events.since_answer(at)
            piece.closed.set()

    def listen(self) -> Coroutine[None, None, None]:
        """Record until there is nothing more to hear; the end of the call ends it too. Raises AriError."""
        self._is_over.clear()
        self._is_listening = True
        self._at_work += 1
        self._left -= 1
        return self._listen()

    async def _listen(self) -> None:
        call, channels, nth = self._call, self._client.channels, next(self._channels)
        channel = f"heard-{call.id}" if self._opening is None else f"heard-{call.id}.{nth}"
        call.events.quiet.clear()
        try:
            await channels.snoop(call.id, channel, app=self._client.app)
            piece = await once_ours(lambda: self._record(channel))
            while not await self._wait_for_end():
                # The next file is waiting before this one is closed, so that no sound is lost in between.
                following = await self._record(channel)
                await self._client.recordings.stop(piece.name)
                await self._look_at(piece)
                piece = following
            self._finish_listening()
            await channels.hangup(channel)
            await self._look_at(piece)
        except AriError:
            self._left = 0
            raise
        finally:
            self._finish_listening()
            self._at_work -= 1
            if not self._at_work:
                self._is_over.set()

    def _finish_listening(self) -> None:
        """End this listening.

        Talk from now on is listened to anew, though the last file is not searched yet.
        """
        self._is_listening = False
        if self._opening is None:
            self._opening = tuple(self._pieces)

    async def sounds(self, message: Path, passes: Sequence[SpokenPass]) -> HeardSounds | None:
        """The sound that was heard, once the call is over; None when it tells nothing.

        `passes` of this message may come back in it as an echo.
        """
        try:
            async with asyncio.timeout(KEPT_WITHIN):
                await self._is_over.wait()
        except TimeoutError:
            log.warning("What a call sounded like is not known: its recording was not closed in time.")
            return None
        opening = [piece for piece in self._opening or () if piece.samples is not None]
        if not opening:
            return None
        talks, began = self._call.far_end.facts.talks, opening[0].began
        return await asyncio.to_thread(lambda: hear(_joined(opening), began, talks, passes, _spoken(message)))

    async def _wait_for_end(self) -> bool:
        """Wait until the first long quiet, or until the last talk may have been a key."""
        call, is_for_keys = self._call, self._opening is not None
        while True:
            await call.events.quiet.wait()
            call.events.quiet.clear()
            if is_for_keys or call.is_over or call.events.is_heard.is_set():
                return True
            talks = call.far_end.facts.talks
            is_late = bool(talks) and talks[-1].start >= HALLO_UNTIL
            may_be_a_key = is_late and talks[-1].seconds <= A_PRESS and not call.events.tells_keys
            if may_be_a_key and len(self._pieces) < MOST:
                return False

    async def _record(self, channel: str) -> _Piece:
        longest = 0 if self._opening is None else LONGEST
        piece = _Piece(f"{FOLDER}/{self._call.id}.{next(self._names)}")
        self._pieces.append(piece)  # before the PBX can tell of it
        try:
            await self._client.channels.record(
                channel, piece.name, format="alaw", max_seconds=longest, if_exists="overwrite"
            )
        except AriError:
            self._pieces.remove(piece)
            raise
        return piece

    async def _look_at(self, piece: _Piece) -> None:
        """Fetch a file that is being closed, remove it, and find the keys in it, one file after the other."""
        async with self._in_turn:
            samples = await self._sound_of(piece)
            is_kept = piece in (self._opening or ()) or self._opening is None
            if is_kept and samples is not None:
                piece.samples = samples
                piece.began = began_at(piece.began, piece.ended, len(samples) / TELEPHONE_RATE)
            elif not is_kept:
                self._pieces.remove(piece)
            if samples is None or self._call.events.tells_keys:
                return
            for tone in await asyncio.to_thread(_pressed, samples, self._call.sound):
                self._left = MOST
                self._call.events.key_was_heard(tone.digit)

    async def _sound_of(self, piece: _Piece) -> Samples | None:
        recordings = self._client.recordings
        try:
            async with asyncio.timeout(KEPT_WITHIN):
                await piece.closed.wait()
                return decode_telephone(await recordings.audio(piece.name))
        except (AriError, TimeoutError) as fault:
            why = str(fault) or "its recording was not closed in time."
            log.warning("What a call sounded like is not known: %s", why)
            return None
        finally:
            await _remove(self._client, piece.name)

    def _named(self, recording: str) -> Sequence[_Piece]:
        return [piece for piece in self._pieces if piece.name == recording]


def began_at(told: float, ended: float, seconds: float) -> float:
    """The moment at which a recording began. A busy PBX tells of its beginning and of its end late.

    Where packets are missing the recording is shorter than it took.
    """
    return max(0.0, min(told, ended - seconds))


def _pressed(samples: Samples, our_sound: Path | None) -> Sequence[KeyTone]:
    """The keys that they pressed: a tone in the sound that we play may come back as an echo."""
    tones = key_tones(samples)
    ours = {tone.digit for tone in key_tones(_spoken(our_sound))} if tones and our_sound else set()
    return [tone for tone in tones if tone.digit not in ours]


def _joined(pieces: Sequence[_Piece]) -> Samples:
    """Join the pieces, each where it began, with silence in between."""
    first = pieces[0].began
    spans = [(round((one.began - first) * TELEPHONE_RATE), one.samples) for one in pieces]
    joined = np.zeros(max(at + len(heard) for at, heard in spans if heard is not None), np.float32)
    for at, heard in spans:
        if heard is not None:
            joined[at : at + len(heard)] = heard
    return joined


def listened_to(recording: str) -> str:
    """The id of the call in a recording of this name; empty when it is none of ours."""
    found = _OF_A_CALL.fullmatch(recording)
    return found[1] if found else ""


async def forget_all(client: AriClient) -> None:
    """Remove the recordings that calls of an earlier process left. Raises AriError."""
    for name in await client.recordings.names():
        if listened_to(name):
            await client.recordings.delete(name)


async def _remove(client: AriClient, name: str) -> None:
    try:
        await client.recordings.delete(name)
    except AriError as fault:
        log.warning("A recording that is no longer needed could not be removed: %s", fault)


def _now() -> float:
    return asyncio.get_running_loop().time()


@lru_cache(maxsize=8)
def _spoken(message: Path) -> Samples:
    return decode_telephone(message.with_name(f"{message.name}.alaw").read_bytes())
