"""The fixed sentences in four languages."""

from typing import get_args

import pytest

from prompts.catalogue import Key, checked, sentence, slots_of
from prompts.errors import CatalogueError
from prompts.languages import LANGUAGES

FIGURES = {"time": "14:35", "confirmed": "38", "heard": "4", "voicemail": "11", "to_go": "6"}
FILLED = {
    "identification": {"zone": "Politie Zuiderkempen", "network": "BIN De Bist"},
    "identification_urgent": {"zone": "Politie Zuiderkempen"},
    "closing_urgent": {"network": "BIN De Bist"},
    "line_welcome": {"zone": "Politie Zuiderkempen"},
    "leave_asked": {"zone": "Politie Zuiderkempen"},
    "test_call": {"zone": "Politie Zuiderkempen"},
    "told_who_leaves": {"offers": "1 voor An"},
    "told_person": {"digit": "1", "name": "An"},
    "told_networks": {"offers": "1 voor BIN De Bist"},
    "told_offer": {"digit": "1", "network": "BIN De Bist"},
    "told_chosen": {"network": "BIN De Bist"},
    "told_not_chosen": {"network": "BIN De Bist"},
    "told_plan": {"networks": "BIN De Bist", "members": "86", "minutes": "4"},
    "told_figures": FIGURES,
    "told_figures_called_back": FIGURES | {"called_back": "2"},
    "told_call_back": {"zone": "Politie Zuiderkempen", "networks": "BIN De Bist"},
    "told_duty": {"network": "BIN De Bist", "networks": "BIN De Bist"},
    "told_duty_unknown": {"networks": "BIN De Bist"},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", get_args(Key))
def test_every_sentence_can_be_said_in_every_language(key: Key, language: str) -> None:
    said = sentence(key, language, **FILLED.get(key, {}))
    assert said
    assert "{" not in said


def test_who_is_calling_and_for_whom_is_the_first_sentence_of_what_is_not_urgent() -> None:
    said = sentence("identification", "nl", zone="Politie Zuiderkempen", network="BIN De Bist")
    assert said == "Politie Zuiderkempen, bericht voor BIN De Bist."


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("la zone de police Geel", "Alerte de la zone de police Geel."),
        ("le service de police de Geel", "Alerte du service de police de Geel."),
        ("les polices de Geel et de Mol", "Alerte des polices de Geel et de Mol."),
    ],
)
def test_french_contracts_the_article_of_a_name(zone: str, said: str) -> None:
    assert sentence("identification_urgent", "fr", zone=zone) == said


def test_a_zone_with_braces_is_said_as_it_is() -> None:
    assert "{network}" in sentence("identification", "nl", zone="{network}", network="BIN De Bist")


def test_a_sentence_with_a_slot_left_open_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"\['network', 'zone'\]"):
        sentence("identification", "nl", zone="Politie Zuiderkempen")


def test_a_slot_that_the_sentence_lacks_is_refused() -> None:
    with pytest.raises(CatalogueError, match="offer_keys"):
        sentence("offer_keys", "nl", zone="Politie Zuiderkempen")


def test_a_language_that_nobody_translated_is_refused() -> None:
    with pytest.raises(CatalogueError, match="nl, fr, de, en"):
        sentence("goodbye", "it")


def test_a_catalogue_with_a_sentence_missing_in_one_language_is_refused() -> None:
    full = dict.fromkeys(get_args(Key), "Hallo")
    with pytest.raises(CatalogueError, match="goodbye"):
        checked({"nl": full, "fr": {key: text for key, text in full.items() if key != "goodbye"}})


def test_a_catalogue_with_other_slots_in_one_language_is_refused() -> None:
    full = dict.fromkeys(get_args(Key), "Hallo {zone}")
    with pytest.raises(CatalogueError, match="thank_you"):
        checked({"nl": full, "de": full | {"thank_you": "Danke"}})


def test_slots_are_found_in_the_text() -> None:
    assert slots_of("van {zone} voor {network}") == {"zone", "network"}
