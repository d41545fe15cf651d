"""Sounds in the database: each once, however often it is kept, and gone when nothing needs it any more."""

import hashlib

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.tables import Audio, BroadcastRecording, MemberReport, Pass
from prompts import audio as sound


def named(flac: bytes) -> str:
    """The name by which this sound is kept."""
    return hashlib.sha256(flac).hexdigest()


async def keep_sound(connection: AsyncConnection, said: sound.Audio) -> str:
    """Store a sound; returns its name, the SHA-256 of its bytes."""
    flac = sound.encode_flac(said)
    name = named(flac)
    await connection.execute(
        upsert(Audio).on_conflict_do_nothing(), {"sha256": name, "seconds": said.seconds, "flac": flac}
    )
    return name


async def kept_sound(connection: AsyncConnection, name: str) -> bytes | None:
    """A sound that was stored, as FLAC."""
    return await connection.scalar(select(Audio.flac).where(Audio.sha256 == name))


async def forget_sound(connection: AsyncConnection, name: str) -> None:
    """Remove a sound, unless the same bytes are somebody else's too."""
    needed = [
        exists().where(column == name)
        for column in (MemberReport.audio, Pass.audio, BroadcastRecording.audio)
    ]
    await connection.execute(delete(Audio).where(Audio.sha256 == name, *[~one for one in needed]))
