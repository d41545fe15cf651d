"""What is measured of a voice, on sounds and words whose measures are known."""

import pytest

from bench.voice.measures import OURS, errors, letters, understood
from bench.voice.telephone_line import LOW, low_share, over_a_line
from bench.voice.texts import chosen_by, judged_by
from prompts.audio import Audio, tone


class Told:
    """An ear that writes down what it is told to, in this order."""

    def __init__(self, *words: str) -> None:
        self._words = iter(words)

    def words(self, heard: Audio, language: str) -> str:
        return next(self._words)


@pytest.mark.parametrize(
    ("meant", "heard", "rate"),
    [
        ("blijf binnen", "blijf binnen", 0),
        ("blijf binnen", "blijf winnen", 1 / 12),
        ("blijf binnen", "blijf", 7 / 12),
        ("blijf", "", 1),
        ("blijf", "de de de de de de de de", 1),
    ],
)
def test_errors_are_letters_to_be_changed(meant: str, heard: str, rate: float) -> None:
    assert errors(meant, heard) == pytest.approx(rate)


def test_figures_accents_and_signs_are_no_errors() -> None:
    assert letters("Bel 101, vóór 8 uur!", "nl") == letters("bel honderdéén voor acht uur", "nl")


async def test_sentences_are_told_apart_by_what_was_heard() -> None:
    sentences = ("De brug is dicht.", "Blijf binnen.", "Zoek in uw tuin.")
    found = await understood(OURS, Told("de bruk is dicht", "de brug is dicht", "Zoek in uw tuin"), sentences)
    assert found.told_apart == 2
    assert 0 < found.errors < 0.5


def test_a_line_carries_what_lies_in_its_band() -> None:
    assert steady(over_a_line(tone(1, 100))) < steady(tone(1, 100)) - 35
    assert steady(over_a_line(tone(1, 1000))) == pytest.approx(steady(tone(1, 1000)), abs=0.5)


def steady(sound: Audio) -> float:
    """The peak of a tone, away from its ends."""
    quarter = len(sound.samples) // 4
    return Audio(sound.samples[quarter:-quarter], sound.rate).peak


def test_what_is_low_is_told_from_what_is_not() -> None:
    assert low_share(tone(1, LOW / 2)) > 0.99
    assert low_share(tone(1, LOW * 2)) < 0.01


def test_no_sentence_judges_that_chose() -> None:
    assert not set(chosen_by()) & set(judged_by())
    assert len(judged_by()) >= 20
