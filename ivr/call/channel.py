"""The port through which a call makes the PBX act on its channel."""

from typing import NamedTuple, Protocol

from ivr.call.values import Sound

PATH_OPENS_WITHIN = 0.5
"""Seconds after our answer in which a caller may not hear us yet."""


class Packets(NamedTuple):
    """Packets of sound since the answer."""

    sent: int
    received: int


class CallChannel(Protocol):
    """The requests of a call to the PBX about its channel."""

    async def answer(self) -> None: ...

    async def play(self, sound: Sound, playback: str) -> None: ...

    async def stop_playing(self, playback: str) -> None: ...

    async def record(self, name: str, longest: float) -> None:
        """Record until a key, long quiet, so many seconds or the hang-up.

        A recording of this name goes on.
        """

    async def stop_recording(self, name: str) -> None:
        """End the recording and keep it. This does nothing when it has ended."""

    async def whisper(self, sound: Sound, name: str) -> None:
        """Play this sound over all others, to its end."""

    async def packets(self) -> Packets | None:
        """How many packets came and went; None when nobody can tell."""

    async def check(self) -> None:
        """Raises Hangup when the channel is gone."""
