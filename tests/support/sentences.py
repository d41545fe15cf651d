"""Where a server that speaks by espeak-ng, as it comes, keeps the fixed sentences."""

from pathlib import Path

from prompts.catalogue import Key
from prompts.espeak import EspeakVoice
from prompts.fixed import place_of
from prompts.normalise.names import NO_NAMES, Names


def laid_at(folder: Path, key: Key, language: str, names: Names = NO_NAMES, **slots: str) -> Path:
    """Where this sentence lies there, without extension."""
    return place_of(folder, EspeakVoice(), key, language, names, **slots)
