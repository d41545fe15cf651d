"""How each language names the police zone."""

import pytest

from prompts.languages import LANGUAGES
from prompts.zone import zone_names


@pytest.mark.parametrize(
    "dutch",
    ["Politie Geel", "politie Geel", "Lokale Politie Geel", "de politie Geel", "PZ Geel", "Politiezone Geel"],
)
def test_a_dutch_name_is_put_into_the_other_languages(dutch: str) -> None:
    assert zone_names(dutch) == {
        "nl": dutch,
        "fr": "la zone de police Geel",
        "de": "die Polizei Geel",
        "en": "the Geel police",
    }


@pytest.mark.parametrize("name", ["Politie", "Zone Montgomery", "Politieschool", "Stad Geel"])
def test_a_name_of_another_shape_is_the_same_everywhere(name: str) -> None:
    assert zone_names(name) == dict.fromkeys(LANGUAGES, name)


def test_what_is_told_goes_before_what_is_made() -> None:
    names = zone_names("Politie Brussel-Noord", fr="la police de Bruxelles-Nord", de="")
    assert names["fr"] == "la police de Bruxelles-Nord"
    assert names["de"] == "die Polizei Brussel-Noord"
