"""Sounds in the database: each once, however often it is kept, and gone when nothing needs it any more."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.pending_alert_tables import PendingAlert
from broadcast.tables import BroadcastRecording, MemberReport, Pass, StoredAudio

if TYPE_CHECKING:
    from prompts import audio as sound

FORGOTTEN_AFTER = timedelta(days=1)
"""How long nobody needs to refer to a sound: far longer than an officer speaks, hears and sends an alert."""
_KEEP = upsert(StoredAudio).on_conflict_do_update(
    index_elements=[StoredAudio.sha256], set_={"kept_at": func.now()}
)


def named(flac: bytes) -> str:
    """The name by which this sound is kept."""
    return hashlib.sha256(flac).hexdigest()


async def keep_sound(connection: AsyncConnection, said: "sound.Audio") -> str:
    """Store a sound; returns its name, the SHA-256 of its bytes."""
    from prompts.audio import encode_flac  # noqa: PLC0415 - it brings numpy, which few commands need

    flac = encode_flac(said)
    name = named(flac)
    await keep_sounds(connection, {name: (said.seconds, flac)})
    return name


async def keep_sounds(connection: AsyncConnection, sounds: Mapping[str, tuple[float, bytes]]) -> None:
    """Store sounds by their names: how long each lasts, and its bytes."""
    rows: list[dict[str, Any]] = [
        # Always in this order: two alerts that speak the same would else wait for each other.
        {"sha256": name, "seconds": seconds, "flac": flac}
        for name, (seconds, flac) in sorted(sounds.items())
    ]
    await connection.execute(_KEEP, rows)


async def kept_sound(connection: AsyncConnection, name: str) -> bytes | None:
    """A sound that was stored, as FLAC."""
    return await connection.scalar(select(StoredAudio.flac).where(StoredAudio.sha256 == name))


async def forget_sound(connection: AsyncConnection, name: str) -> bool:
    """Remove a sound, unless the same bytes are somebody else's too; whether it is gone by this."""
    gone = delete(StoredAudio).where(StoredAudio.sha256 == name, _is_of_nobody())
    return (await connection.execute(gone)).rowcount > 0


async def forget_sounds_of_nobody(connection: AsyncConnection) -> int:
    """Remove what a crash left between the keeping of a sound and what it was for; says how many."""
    is_old = StoredAudio.kept_at < func.now() - FORGOTTEN_AFTER
    return (await connection.execute(delete(StoredAudio).where(is_old, _is_of_nobody()))).rowcount


def _is_of_nobody() -> ColumnElement[bool]:
    needed_by = (MemberReport.audio, Pass.audio, BroadcastRecording.audio, PendingAlert.audio)
    return and_(*[~exists().where(column == StoredAudio.sha256) for column in needed_by])
