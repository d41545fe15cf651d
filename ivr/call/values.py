"""The sounds that a call plays, and the values that its verbs return."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound as the PBX sees it: path without extension, and its length."""

    path: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class WholePlayed:
    """The sound was played from its first sample to its last."""
