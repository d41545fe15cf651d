"""Texts are said right: the table, a part of the words of each language, and figures in drawn texts."""

import re
from pathlib import Path
from random import Random

import pytest

from prompts.normalise import normalise
from prompts.normalise.lexicon import lexicon_of
from tests.texts import figures
from tests.texts.figures import drawn_texts, glued_letters, lost_figures
from tests.texts.table import LANGUAGES, OWN, lines_of
from tests.texts.word_lists import FOLDER, LISTS, changed, words_of

EVERY = 97
"""Every so many words of a list; `make texts` tries all of them."""


@pytest.mark.parametrize("table", OWN, ids=lambda table: table.stem)
def test_every_line_of_the_table_is_said_as_people_say_it(table: Path) -> None:
    assert [str(line) for line in lines_of(table) if not line.is_right] == []


def test_the_table_is_large_and_no_language_is_left_out() -> None:
    sizes = {table.stem: len(list(lines_of(table))) for table in OWN}
    assert sum(sizes.values()) >= 400
    assert all(sizes[language] >= sum(sizes.values()) / 5 for language in ("fr", "de", "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_a_language_are_said_as_they_are_written(language: str) -> None:
    assert (FOLDER / LISTS[language]).exists(), "run scripts/bootstrap dev texts: it installs the word lists"
    assert len(words_of(language)) > 50_000
    assert list(changed(language, EVERY)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_is_an_abbreviation_too_is_a_word_where_nothing_says_otherwise(language: str) -> None:
    lexicon = lexicon_of(language)
    tables = (lexicon.forms, lexicon.weekdays, lexicon.units, lexicon.months)
    short = {one.lower() for table in tables for one in table}
    words = [word for word in words_of(language) if word.lower() in short]
    assert words
    assert [word for word in words if normalise(word, language) != word] == []


def test_no_figure_of_a_drawn_text_is_lost() -> None:
    draw = Random(7)
    lost = [str(one) for language, text in drawn_texts(150, 7) for one in lost_figures(language, text, draw)]
    assert lost == []


def test_letters_are_never_glued_to_the_word_for_a_figure() -> None:
    texts = list(drawn_texts(300, 8))
    assert [(text, word) for language, text in texts for word in glued_letters(language, text)] == []


@pytest.mark.parametrize("deaf_to", ["-", "€", r"(?<=,)\d", r"\d(?= en)"])
def test_a_figure_that_is_lost_is_noticed(deaf_to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        figures, "normalise", lambda text, language: normalise(re.sub(deaf_to, "", text), language)
    )
    assert list(lost_figures("nl", "Buit: € -7,25 en 37 in Dorp 5.", Random(1)))


def test_letters_that_are_glued_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "normalise", lambda text, language: text.replace("5", "vijf"))
    assert list(glued_letters("nl", "BMW X5")) == ["xvijf"]
