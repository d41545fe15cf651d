"""One pass of an alert, from its first word to the offer of keys."""

from functools import partial

import numpy as np
import pytest

from prompts.audio import SPEECH_LEVEL, STORED_RATE, TELEPHONE_RATE, Audio
from prompts.catalogue import sentence
from prompts.comparator import compare
from prompts.errors import MessageEmpty, MessageTooLong
from prompts.espeak import EspeakVoice
from prompts.languages import LANGUAGES
from prompts.passes import render_pass, render_recorded_pass, render_sentence
from prompts.voice import Voice


class Listener:
    """A voice that writes down what it was given, and speaks each word for a fixed time."""

    languages = frozenset({"nl", "fr", "de", "en"})

    def __init__(self, seconds_a_word: float = 0.4) -> None:
        self.said: list[tuple[str, str]] = []
        self._seconds_a_word = seconds_a_word

    async def speak(self, text: str, language: str) -> Audio:
        self.said.append((language, text))
        samples = round(len(text.split()) * self._seconds_a_word * TELEPHONE_RATE)
        return Audio(np.sin(np.arange(samples) / 3).astype(np.float32), TELEPHONE_RATE)


async def spoken(
    voice: Voice, text: str, *, language: str = "nl", urgent: bool = True, longest: float = 60
) -> Audio:
    return await render_pass(
        voice,
        language=language,
        text=text,
        text_language="nl",
        zone="Politie Zuiderkempen",
        network="BIN De Bist",
        urgent=urgent,
        longest=longest,
    )


async def test_the_police_come_first_and_the_keys_last() -> None:
    voice = Listener()
    await spoken(voice, "Inbraak in de Kerkstr. 5.")
    assert [text for _, text in voice.said] == [
        "Politie Zuiderkempen, dringend bericht.",
        "Inbraak in de Kerkstraat vijf.",
        "BIN De Bist, ziet u iets? Bel honderdéén.",
        "Druk één als u dit gehoord hebt, twee om te herhalen, negen om zelf te melden.",
    ]


async def test_a_message_that_is_not_urgent_does_not_send_people_to_the_emergency_number() -> None:
    voice = Listener()
    await spoken(voice, "Buurtfeest op 21/11.", urgent=False)
    assert not any("honderdéén" in text for _, text in voice.said)


async def test_the_text_keeps_its_own_language_when_the_listener_has_another() -> None:
    voice = Listener()
    await spoken(voice, "Blijf binnen.", language="fr")
    assert [language for language, _ in voice.said] == ["fr", "nl", "fr", "fr"]


@pytest.mark.parametrize("text", ["", "  \n", "... !!!", "😀"])
async def test_a_message_without_words_is_refused(text: str) -> None:
    with pytest.raises(MessageEmpty, match="no words"):
        await spoken(Listener(), text)


async def test_three_thousand_words_are_refused_before_anything_is_spoken() -> None:
    voice = Listener()
    with pytest.raises(MessageTooLong, match="3000 words"):
        await spoken(voice, "woord " * 3_000)
    assert not voice.said


async def test_one_endless_word_is_refused_before_anything_is_spoken() -> None:
    voice = Listener()
    with pytest.raises(MessageTooLong, match="5000 characters"):
        await spoken(voice, "a" * 5_000)
    assert not voice.said


async def test_a_message_longer_than_a_call_may_last_says_how_long_it_is() -> None:
    with pytest.raises(MessageTooLong, match=r"lasts \d+ seconds, of 20 at most"):
        await spoken(Listener(), "woord " * 60, longest=20)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_offer_of_keys_takes_at_most_seven_seconds(language: str) -> None:
    assert (await render_sentence(EspeakVoice(), sentence("offer_keys", language), language)).seconds <= 7


def test_a_pass_has_the_level_of_a_telephone_and_no_pause_that_sounds_like_an_end(burglary: Audio) -> None:
    heard = burglary.at(TELEPHONE_RATE)
    assert heard.level == pytest.approx(SPEECH_LEVEL, abs=0.5)
    assert heard.peak <= -1
    assert heard.longest_pause < 0.45
    assert heard.seconds < 40


async def test_a_pass_is_the_same_every_time() -> None:
    first, second = await spoken(EspeakVoice(), "Blijf binnen."), await spoken(EspeakVoice(), "Blijf binnen.")
    assert np.array_equal(first.samples, second.samples)


async def test_a_recorded_message_is_spoken_between_the_listeners_own_sentences(burglary: Audio) -> None:
    voice = Listener()
    around = partial(
        render_recorded_pass,
        voice,
        language="fr",
        recording=burglary,
        zone="Politie Zuiderkempen",
        network="BIN De Bist",
    )
    whole = await around(urgent=True)
    assert [language for language, _ in voice.said] == ["fr", "fr", "fr"]
    assert voice.said[-1][1].startswith("Tapez un si vous avez entendu")
    assert compare(burglary, whole).whole
    assert whole.rate == STORED_RATE
    calm = await around(urgent=False)
    assert calm.seconds < whole.seconds
