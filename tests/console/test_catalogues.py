"""Every sentence of the pages is there in every language, with the same facts in it."""

import string

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from console.words.refusals import SENTENCES
from console.words.words import SOURCE, best_of, words_for
from directory.refusals import Reason
from prompts.languages import LANGUAGES
from tests.console.sentences import CATALOGUE, Said, sentences

OTHERS = [one for one in LANGUAGES if one != SOURCE]


def catalogue(language: str) -> Catalog:
    with (CATALOGUE / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def facts_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def as_forms(said: Said) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated_with_its_facts_and_no_other_is_kept(language: str) -> None:
    said = set(sentences())
    assert len(said) > 200
    kept = {one.id: one for one in catalogue(language) if one.id}
    assert {one for one in said if one not in kept or not kept[one].string} == set()
    assert kept.keys() - said == set()
    for sentence in said:
        translated = kept[sentence].string
        forms = [translated] if isinstance(translated, str) else list(translated)
        assert len(forms) == len(as_forms(sentence)), sentence
        for form in forms:
            assert facts_of(form) == facts_of(as_forms(sentence)[-1]), (sentence, form)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_is_said_as_one_or_several(language: str) -> None:
    words = words_for(language)
    one, several = (words.count("{n} member", "{n} members", n) for n in (1, 1214))
    assert one != several.replace("1.214", "1").replace("1,214", "1")
    assert one.startswith("1 ")


def test_every_reason_has_a_sentence_on_the_screen() -> None:
    assert SENTENCES.keys() == set(Reason)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr-BE,fr;q=0.9,nl;q=0.8", "fr"), ("es,de;q=0.5", "de"), ("", "nl"), ("*", "nl"), ("EN-gb", "en")],
)
def test_a_browser_is_spoken_to_as_it_asks_and_else_in_dutch(accepted: str, language: str) -> None:
    assert best_of(accepted) == language
