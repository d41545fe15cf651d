"""What a benchmark says: alerts whose whole pass lasts exactly, or very nearly, as long as it wants."""

import numpy as np

from prompts.audio import PAUSE, STORED_RATE, Audio
from prompts.passes import BREATH, render_pass
from prompts.voice import Voice

PARTS = 4
"""Who is calling, text, closing sentences of an urgent alert, offer of keys."""
CLOSE = 0.5
"""Seconds by which a spoken pass may be shorter or longer than asked for."""
_BEGINS = "Inbraak bezig. Blijf binnen en sluit ramen en deuren. Dit geldt voor"
_STREETS = (
    "de Beukenlaan",
    "de Kerkstraat",
    "het Dorpsplein",
    "de Molenweg",
    "de Oude Baan",
    "de Lindedreef",
    "de Hoogstraat",
    "het Eikenpad",
    "de Kapellelaan",
    "de Veldweg",
    "de Boomgaard",
    "de Stationsstraat",
    "de Rozenlaan",
    "de Bosweg",
)


class NoSuchLength(Exception):  # noqa: N818 - named as what happened
    """No text of ours makes a pass of the length asked for."""


class ToneVoice:
    """Speaks everything as a tone; `PARTS` of them and the pauses between make `seconds`."""

    languages = frozenset({"nl"})

    def __init__(self, seconds: float) -> None:
        self._each = (seconds - BREATH - (PARTS - 2) * PAUSE) / PARTS

    async def speak(self, text: str, language: str) -> Audio:  # noqa: ARG002 - a voice's own signature
        time = np.arange(round(self._each * STORED_RATE)) / STORED_RATE
        return Audio((0.2 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), STORED_RATE)


async def text_lasting(seconds: float, voice: Voice, *, zone: str, network: str) -> str:
    """A Dutch text, ever more streets of it, whose whole urgent pass lasts `seconds` in this voice.

    Raises NoSuchLength when the voice speaks so fast or slowly that none comes within `CLOSE`.
    """
    for count in range(1, len(_STREETS) + 1):
        text = f"{_BEGINS} {', '.join(_STREETS[:count])}."
        spoken = await render_pass(
            voice, language="nl", text=text, text_language="nl", zone=zone, network=network, urgent=True
        )
        if abs(spoken.seconds - seconds) <= CLOSE:
            return text
        if spoken.seconds > seconds:
            break
    raise NoSuchLength(f"This voice speaks no text of ours in {seconds:.0f} s: add streets or shorten them.")
