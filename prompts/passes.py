"""One pass of an alert: everything a called person hears from the first word to the offer of keys."""

import asyncio
from collections.abc import Sequence

from prompts.audio import STORED_RATE, Audio, joined
from prompts.catalogue import Key, sentence
from prompts.errors import MessageEmpty, MessageTooLong
from prompts.normalise import normalise
from prompts.recorded import cleaned
from prompts.voice import Voice

LONGEST = 60.0
"""Seconds."""
_MOST_WORDS = 400
_MOST_CHARACTERS = 4_000
"""No voice speaks this much in a minute, so that nothing is rendered to find out."""


async def render_pass(
    voice: Voice,
    *,
    language: str,
    text: str,
    text_language: str,
    zone: str,
    network: str,
    urgent: bool,
    longest: float = LONGEST,
) -> Audio:
    """Identification, text, for an urgent alert the closing sentence, and the offer of keys, as one sound.

    The text is spoken in its own language, the rest in the listener's. Raises MessageEmpty when there is
    nothing to say, MessageTooLong above `longest` seconds, and what the voice raises.
    """
    _check_words(text, longest)
    first = await render_sentence(
        voice, sentence("identification", language, zone=zone, network=network), language
    )
    message = await render_sentence(voice, text, text_language)
    whole = await _joined([first, message, *await _closing(voice, language, urgent=urgent)])
    if whole.seconds > longest:
        msg = f"The message lasts {whole.seconds:.0f} seconds, of {longest:.0f} at most: shorten it."
        raise MessageTooLong(msg)
    return whole


async def render_recorded_pass(
    voice: Voice, *, language: str, recording: Audio, zone: str, network: str, urgent: bool
) -> Audio:
    """The same with a message that was recorded: only what is said around it is in the listener's language.

    Raises MessageEmpty when nothing is heard in the recording, and what the voice raises.
    """
    message = await asyncio.to_thread(cleaned, recording)
    first = await render_sentence(
        voice, sentence("identification", language, zone=zone, network=network), language
    )
    return await _joined([first, message, *await _closing(voice, language, urgent=urgent)])


async def render_sentence(voice: Voice, text: str, language: str) -> Audio:
    """A text by itself, in plain words and at the level of a telephone: also how fixed prompts are made."""
    words = await asyncio.to_thread(normalise, text, language)
    if not any(sign.isalnum() for sign in words):
        msg = "There are no words to say: write what people must hear."
        raise MessageEmpty(msg)
    raw = await voice.speak(words, language)
    return await asyncio.to_thread(lambda: raw.trimmed().with_short_pauses().levelled())


async def _closing(voice: Voice, language: str, *, urgent: bool) -> list[Audio]:
    keys: list[Key] = ["closing_urgent", "offer_keys"] if urgent else ["offer_keys"]
    return [await render_sentence(voice, sentence(key, language), language) for key in keys]


async def _joined(parts: Sequence[Audio]) -> Audio:
    return (await asyncio.to_thread(joined, parts)).at(STORED_RATE)


def _check_words(text: str, longest: float) -> None:
    if not any(sign.isalnum() for sign in text):
        msg = "The message has no words: write what people must hear."
        raise MessageEmpty(msg)
    if (count := len(text.split())) > _MOST_WORDS:
        msg = f"The message has {count} words, too many for {longest:.0f} seconds: shorten it."
        raise MessageTooLong(msg)
    if len(text) > _MOST_CHARACTERS:
        msg = f"The message has {len(text)} characters, too many for {longest:.0f} seconds: shorten it."
        raise MessageTooLong(msg)
