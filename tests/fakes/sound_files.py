"""Sounds of a fake PBX: how long one lasts, and how much of it was heard."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_SOUND_SECONDS = 5.0
ALAW_BYTES_A_SECOND = 8000


@dataclass(slots=True)
class Heard:
    """One sound as the phone heard it."""

    sound: str
    seconds: float
    whole: bool


def seconds_of(media: str) -> float | None:
    """How long a sound lasts, by its .alaw file; None without one; a default for Asterisk's own sounds."""
    name = media.removeprefix("sound:")
    if not name.startswith("/"):
        return DEFAULT_SOUND_SECONDS
    file = Path(f"{name}.alaw")
    return file.stat().st_size / ALAW_BYTES_A_SECOND if file.exists() else None
