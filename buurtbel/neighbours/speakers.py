"""Who can speak: voices of the speech engine at several paces, and humans recorded for Debian's Asterisk."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice in one language: a voice of espeak-ng, or `HUMAN`."""

    language: str
    voice: str
    words_a_minute: int = 160

    @property
    def is_human(self) -> bool:
        return self.voice == HUMAN


def _engine(language: str, *voices: tuple[str, int]) -> tuple[Speaker, ...]:
    return tuple(Speaker(language, voice, pace) for voice, pace in voices)


SYNTHETIC: Mapping[str, tuple[Speaker, ...]] = MappingProxyType(
    {
        "nl": _engine("nl", ("nl", 150), ("nl+david", 170), ("nl+f2", 160), ("nl+f5", 185), ("nl+m7", 140)),
        "fr": _engine("fr", ("fr-be", 160), ("fr+f3", 175), ("fr+m4", 145)),
        "de": _engine("de", ("de", 155), ("de+f4", 175), ("de+m3", 140)),
        "en": _engine("en", ("en-gb", 160), ("en-us+f1", 180), ("en-gb+m6", 145)),
    }
)

HUMANS: Mapping[str, Speaker] = MappingProxyType(
    {language: Speaker(language, HUMAN) for language in ("fr", "en")}
)
"""Debian 12 has no human recordings in Dutch or German."""
