"""Who can speak: voices of two speech engines at several paces, and humans recorded for Debian's Asterisk."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from types import MappingProxyType


class SpeechSource(StrEnum):
    """Where a voice comes from."""

    ESPEAK = "espeak-ng"
    FLITE = "flite"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class DrawnVoice:
    """One voice in one language: a voice of an engine, or the folder of a human's recordings."""

    language: str
    voice: str
    words_a_minute: int = 160
    source: SpeechSource = SpeechSource.ESPEAK

    @property
    def is_human(self) -> bool:
        return self.source is SpeechSource.HUMAN


def _espeak(language: str, *voices: tuple[str, int]) -> tuple[DrawnVoice, ...]:
    return tuple(DrawnVoice(language, voice, pace) for voice, pace in voices)


def _flite(language: str, *voices: tuple[str, int]) -> tuple[DrawnVoice, ...]:
    return tuple(DrawnVoice(language, voice, pace, SpeechSource.FLITE) for voice, pace in voices)


def _humans(language: str, *folders: str) -> tuple[DrawnVoice, ...]:
    return tuple(DrawnVoice(language, folder, source=SpeechSource.HUMAN) for folder in folders)


SYNTHETIC: Mapping[str, tuple[DrawnVoice, ...]] = MappingProxyType(
    {
        "nl": _espeak("nl", ("nl", 150), ("nl+david", 170), ("nl+f2", 160), ("nl+f5", 185), ("nl+m7", 140)),
        "fr": _espeak("fr", ("fr-be", 160), ("fr+f3", 175), ("fr+m4", 145)),
        "de": _espeak("de", ("de", 155), ("de+f4", 175), ("de+m3", 140)),
        "en": (
            *_espeak("en", ("en-gb", 160), ("en-us+f1", 180)),
            *_flite("en", ("rms", 160), ("slt", 170), ("awb", 165)),
        ),
    }
)

HUMANS: Mapping[str, tuple[DrawnVoice, ...]] = MappingProxyType(
    {"fr": _humans("fr", "fr_CA_f_June", "fr"), "en": _humans("en", "en_US_f_Allison")}
)
"""Debian 12 has none in Dutch or German. Those in `fr` are GSM, as a mobile network codes them."""


def drawn_speaker(rng: Random, language: str) -> DrawnVoice:
    """A human half of the times, in a language that has one."""
    engine, is_human = rng.choice(SYNTHETIC[language]), rng.random() < 0.5
    return rng.choice(HUMANS[language]) if is_human and language in HUMANS else engine
