"""Who speaks: the port that every speech engine answers to."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from prompts.audio import Audio


class Voice(Protocol):
    """Speaks plain words; knows nothing of alerts."""

    @property
    def languages(self) -> frozenset[str]:
        """What it can speak, as two-letter codes."""

    async def speak(self, text: str, language: str) -> "Audio":
        """Say the text, which must be normalised, in this language.

        Raises VoiceMissing when engine or voice are not there, VoiceFailed when they are but did not speak.
        """


class LastingVoice(Voice, Protocol):
    """A voice of which is known when it speaks otherwise than before, so that its speech can be kept."""

    def mark(self, language: str) -> str:
        """What makes it speak this language as it does: engine, version and settings. Blocks at first.

        Raises VoiceMissing.
        """
