"""What was said in alerts and reports is forgotten; that an alert went to a network stays."""

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.audio.kept_sounds import forget_sound, named
from broadcast.tables import BroadcastRecording, BroadcastText, Pass, StoredAudio

SILENCE = named(b"")
"""The sound of a pass that is not kept any more: there is none, and nobody can play it."""


async def forget_said(connection: AsyncConnection, broadcasts: Collection[int]) -> int:
    """Forget the texts and sounds of these broadcasts, which are over; returns how many sounds are gone."""
    if not broadcasts:
        return 0
    passes = select(Pass.audio).where(Pass.broadcast_id.in_(broadcasts), Pass.audio != SILENCE)
    recordings = select(BroadcastRecording.audio).where(BroadcastRecording.broadcast_id.in_(broadcasts))
    names = {*await connection.scalars(passes), *await connection.scalars(recordings)}
    silence = insert(StoredAudio).values(sha256=SILENCE, seconds=0, flac=b"")
    await connection.execute(silence.on_conflict_do_nothing())
    await connection.execute(update(Pass).where(Pass.broadcast_id.in_(broadcasts)).values(audio=SILENCE))
    await connection.execute(
        delete(BroadcastRecording).where(BroadcastRecording.broadcast_id.in_(broadcasts))
    )
    await connection.execute(delete(BroadcastText).where(BroadcastText.broadcast_id.in_(broadcasts)))
    return await forget_those(connection, names)


async def forget_those(connection: AsyncConnection, names: Collection[str]) -> int:
    """Forget these sounds, unless something else needs them; returns how many are gone."""
    return sum([await forget_sound(connection, name) for name in sorted(names)])
