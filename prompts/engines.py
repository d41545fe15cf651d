"""The choice of a speech engine by its name."""

from collections.abc import Mapping

from prompts.errors import VoiceMissing
from prompts.espeak import EspeakVoice
from prompts.voice import LastingVoice


def voice_for(engine: str, voices: Mapping[str, str] | None = None) -> LastingVoice:
    """The voice behind a setting: `espeak-ng` (offline), or `gtts` (online, falls back to espeak-ng).

    `voices` names another espeak-ng voice for a language. Raises VoiceMissing for any other engine.
    """
    local = EspeakVoice(voices or {})
    match engine:
        case "espeak-ng":
            return local
        case "gtts":
            from prompts.gtts_voice import GttsVoice  # noqa: PLC0415  only who opts in loads an online engine

            return GttsVoice(fallback=local)
    msg = f"There is no speech engine called {engine!r}: choose espeak-ng or gtts."
    raise VoiceMissing(msg)
