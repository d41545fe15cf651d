"""Who speaks: the port that every speech engine answers to, and the choice of an engine by its name."""

from collections.abc import Mapping
from typing import Protocol

from prompts.audio import Audio
from prompts.errors import VoiceMissing


class Voice(Protocol):
    """Speaks plain words; knows nothing of alerts."""

    @property
    def languages(self) -> frozenset[str]:
        """What it can speak, as two-letter codes."""

    async def speak(self, text: str, language: str) -> Audio:
        """Say the text, which must be normalised, in this language.

        Raises VoiceMissing when engine or voice are not there, VoiceFailed when they are but did not speak.
        """


def voice_for(engine: str, voices: Mapping[str, str] | None = None) -> Voice:
    """The voice behind a setting: `espeak-ng` (offline), or `gtts` (online, falls back to espeak-ng).

    `voices` names another espeak-ng voice for a language. Raises VoiceMissing for any other engine.
    """
    from prompts.espeak import EspeakVoice  # noqa: PLC0415  engines import this port

    local = EspeakVoice(voices or {})
    match engine:
        case "espeak-ng":
            return local
        case "gtts":
            from prompts.gtts_voice import GttsVoice  # noqa: PLC0415  only who opts in loads an online engine

            return GttsVoice(fallback=local)
    msg = f"There is no speech engine called {engine!r}: choose espeak-ng or gtts."
    raise VoiceMissing(msg)
