"""What a call can make the PBX do with its channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ivr.call import Sound

PATH_OPENS_WITHIN = 0.5
"""Seconds after our answer in which a caller may not hear us yet."""


class Channel(Protocol):
    """What a call can make the PBX do with its channel."""

    async def answer(self) -> None: ...

    async def play(self, sound: Sound, playback: str) -> None: ...

    async def stop_playing(self, playback: str) -> None: ...

    async def record(self, name: str, longest: float) -> None:
        """Until a key, long quiet, so many seconds or the hang-up; what has this name already goes on."""

    async def whisper(self, sound: Sound, name: str) -> None:
        """Speak over whatever goes on, to its end."""

    async def check(self) -> None:
        """Raises Hangup when the channel is gone."""
