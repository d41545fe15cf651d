"""How fast our voice speaks, how soon an urgent alert says what it is about, and in which band."""

import pytest

from bench.voice.measures import OURS, substance_after, words_a_minute
from bench.voice.telephone_line import low_share
from bench.voice.texts import alerts
from prompts.languages import LANGUAGES

SLOWEST, QUICKEST = 138, 150


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_is_spoken_at_about_140_words_a_minute(language: str) -> None:
    assert SLOWEST <= await words_a_minute(OURS, language) <= QUICKEST


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_substance_of_an_urgent_alert_begins_within_three_seconds(language: str) -> None:
    assert await substance_after(language) <= 3


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hardly_anything_lies_below_the_band_of_a_telephone(language: str) -> None:
    assert low_share(await OURS.said(alerts(language)[0], language)) < 0.05
