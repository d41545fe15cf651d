"""Message audio: kept in the database, laid out as files where this node's PBX can play them."""

import asyncio
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.tables import Audio
from prompts.audio import decode, write_sound


class Sounds:
    """Exports each sound once per run of this node, before the first call that needs it."""

    def __init__(self, engine: AsyncEngine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self._ready: set[str] = set()
        self._exporting = asyncio.Lock()

    def path(self, audio: str) -> Path:
        """Where the PBX finds this sound, without extension."""
        return self._folder / audio

    async def ensure(self, audio: str) -> None:
        """The files of this sound exist when this returns; OSError when the folder cannot take them."""
        if audio in self._ready:
            return
        async with self._exporting:
            if audio in self._ready:
                return
            async with self._engine.connect() as connection:
                flac = (await connection.scalars(select(Audio.flac).where(Audio.sha256 == audio))).one()
            await asyncio.to_thread(self._export, audio, flac)
            self._ready.add(audio)

    def _export(self, audio: str, flac: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        write_sound(self.path(audio), decode(flac))
