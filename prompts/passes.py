"""One pass of an alert: everything a called person hears from the first word to the offer of keys."""

import asyncio
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass

from prompts.audio import PAUSE, STORED_RATE, Audio, joined
from prompts.catalogue import Key, sentence
from prompts.errors import MessageEmpty, MessageTooLong
from prompts.normalise import normalise
from prompts.normalise.names import NO_NAMES, Names
from prompts.recorded import cleaned
from prompts.telephone import CLEAR, Curve, shaped
from prompts.voice import Voice

LONGEST = 60.0
"""Seconds."""
BREATH = 0.15
"""Seconds between who is calling and the message."""
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
    names: Names = NO_NAMES,
) -> Audio:
    """Who is calling, text, in an urgent alert for whom it is and what to do, and the offer of keys, as one.

    The text is spoken in its own language, the rest in the listener's; `zone` is the name in that one.
    Raises MessageEmpty when there is nothing to say, MessageTooLong above `longest` seconds, and what the
    voice raises.
    """
    _check_words(text, longest)
    around = _Around(voice, language, names, zone=zone, network=network, urgent=urgent)
    first = await around.first()
    message = await render_sentence(voice, text, text_language, names)
    whole = await _joined(first, message, await around.last())
    if whole.seconds > longest:
        msg = f"The message lasts {whole.seconds:.0f} seconds, of {longest:.0f} at most: shorten it."
        raise MessageTooLong(msg)
    return whole


async def render_recorded_pass(
    voice: Voice,
    *,
    language: str,
    recording: Audio,
    zone: str,
    network: str,
    urgent: bool,
    names: Names = NO_NAMES,
) -> Audio:
    """The same with a message that was recorded: only what is said around it is in the listener's language.

    Raises MessageEmpty when nothing is heard in the recording, and what the voice raises.
    """
    message = await asyncio.to_thread(cleaned, recording)
    around = _Around(voice, language, names, zone=zone, network=network, urgent=urgent)
    return await _joined(await around.first(), message, await around.last())


async def render_sentence(
    voice: Voice,
    text: str,
    language: str,
    names: Names = NO_NAMES,
    *,
    curve: Curve = CLEAR,
    longest_pause: float = PAUSE,
) -> Audio:
    """A text by itself, in plain words and at the level of a telephone: also how fixed prompts are made."""
    words = await asyncio.to_thread(normalise, text, language, names)
    if not any(sign.isalnum() for sign in words):
        msg = "There are no words to say: write what people must hear."
        raise MessageEmpty(msg)
    raw = await voice.speak(words, language)
    return await asyncio.to_thread(
        lambda: shaped(raw.trimmed().with_short_pauses(longest_pause), curve).levelled()
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """What is said before and after the message, in the listener's language.

    Before an urgent one it is only who is calling: its substance begins within three seconds.
    """

    voice: Voice
    language: str
    names: Names
    _: KW_ONLY
    zone: str
    network: str
    urgent: bool

    async def first(self) -> Audio:
        if self.urgent:
            return await self._said("identification_urgent", zone=self.zone)
        return await self._said("identification", zone=self.zone, network=self.network)

    async def last(self) -> Sequence[Audio]:
        closing = [await self._said("closing_urgent", network=self.network)] if self.urgent else []
        return [*closing, await self._said("offer_keys")]

    async def _said(self, key: Key, **slots: str) -> Audio:
        return await render_sentence(
            self.voice, sentence(key, self.language, **slots), self.language, self.names
        )


async def _joined(first: Audio, message: Audio, last: Sequence[Audio]) -> Audio:
    opened = await asyncio.to_thread(joined, [first, message], BREATH)
    return (await asyncio.to_thread(joined, [opened, *last])).at(STORED_RATE)


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
