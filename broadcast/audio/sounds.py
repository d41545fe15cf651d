"""Message audio: kept in the database, laid out as files where this node's PBX can play them."""

import asyncio
import re
from itertools import islice
from pathlib import Path

from sqlalchemy import ARRAY, String, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.audio.kept_sounds import forget_sounds_of_nobody
from broadcast.tables import StoredAudio
from prompts.audio import decode, write_sound
from prompts.errors import AudioUnreadable

HINTS = 128
"""How many sounds `ready` names: more than are spoken at the same time, few enough to send along."""
_LAID_OUT = re.compile(r"([0-9a-f]{64})\.\w+")


class MessageSounds:
    """Exports each sound once per run of this node, before the first call that needs it."""

    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self._engine = engine
        self.folder = folder
        self._ready: dict[str, None] = {}
        """Laid out, the latest used last."""
        self._exporting = asyncio.Lock()
        self._gone: set[str] = set()
        """Laid out, and in the database no more when it was last looked at."""

    @property
    def ready(self) -> list[str]:
        """Sounds that are laid out: those that were asked for last."""
        return list(islice(reversed(self._ready), HINTS))

    def path(self, audio: str) -> Path:
        """Where the PBX finds this sound, without extension."""
        return self.folder / audio

    async def ensure(self, audio: str) -> None:
        """The files of this sound exist when this returns.

        Raises OSError when the folder cannot take them, AudioUnreadable when there is no such sound.
        """
        if audio in self._ready:
            self._ready[audio] = self._ready.pop(audio)
            return
        async with self._exporting:
            if audio in self._ready:
                return
            async with self._engine.connect() as connection:
                flac = await connection.scalar(select(StoredAudio.flac).where(StoredAudio.sha256 == audio))
            if flac is None:
                raise AudioUnreadable("A sound is in the database no more.")
            await asyncio.to_thread(self._export, audio, flac)
            self._ready[audio] = None

    def remove(self, audio: str) -> None:
        """The files of a sound that will not be played again."""
        self._ready.pop(audio, None)
        for file in self.folder.glob(f"{audio}.*"):
            file.unlink(missing_ok=True)

    async def sweep(self) -> None:
        """Remove what crashes left: sounds that nobody needs, and files without a sound.

        What this process laid out stays until the next round, for a call may play it. What the database
        knows stays, for a call of the process before us may.
        """
        async with self._engine.begin() as connection:
            await forget_sounds_of_nobody(connection)
        async with self._exporting:
            found = sorted(await asyncio.to_thread(self._laid_out) | self._ready.keys())
            async with self._engine.connect() as connection:
                these = StoredAudio.sha256 == any_(literal(found, ARRAY(String)))
                known = set(await connection.scalars(select(StoredAudio.sha256).where(these)))
            unknown = set(found) - known
            for audio in unknown:
                if audio not in self._ready or audio in self._gone:
                    self.remove(audio)
            self._gone = unknown & self._ready.keys()

    def _laid_out(self) -> set[str]:
        names = (_LAID_OUT.fullmatch(file.name) for file in self.folder.glob("*"))
        return {name[1] for name in names if name}

    def _export(self, audio: str, flac: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_sound(self.path(audio), decode(flac))
