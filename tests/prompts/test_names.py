"""How names are said: the pronunciation list, and the streets of a network."""

import pytest

from prompts.normalise import normalise
from prompts.normalise.names import Names, Reading


def said(text: str, *readings: Reading, streets: tuple[str, ...] = (), language: str = "nl") -> str:
    return normalise(text, language, Names(readings, frozenset(streets)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Brand bij Cauwenberghs.", "Brand bij kouwenbergs."),
        ("brand bij CAUWENBERGHS", "brand bij kouwenbergs"),
        ("De Cauwenberghs-hoeve brandt.", "De kouwenbergs hoeve brandt."),
        ("De oude Cauwenberghsen zijn weg.", "De oude Cauwenberghsen zijn weg."),
        ("Aan de Q8 nr. 5.", "Aan de kjoe acht nummer vijf."),
        ("In de Rue du  Midi 12.", "In de ruu du midie twaalf."),
    ],
)
def test_a_name_of_the_list_is_said_as_the_list_has_it(text: str, expected: str) -> None:
    listed = (
        Reading("Cauwenberghs", "kouwenbergs"),
        Reading("Q8", "kjoe acht"),
        Reading("rue du Midi", "ruu du midie"),
    )
    assert said(text, *listed) == expected


def test_an_entry_for_a_language_goes_before_one_for_all_and_counts_in_no_other() -> None:
    listed = (Reading("Auchan", "osjan", "nl"), Reading("Auchan", "ochan"))
    assert said("Auchan", *listed) == "osjan"
    assert said("Auchan", *listed, language="fr") == "ochan"
    assert said("Auchan", listed[0], language="fr") == "Auchan"


def test_a_later_entry_overrules_an_earlier_one() -> None:
    assert said("Zoelse", Reading("Zoelse", "een"), Reading("ZOELSE", "twee")) == "twee"


def test_what_an_entry_says_is_not_read_again() -> None:
    assert said("De GBM.", Reading("GBM", "ca. nr. KBC")) == "De ca. nr. KBC."


def test_a_street_of_the_network_is_no_acronym_no_numeral_and_no_abbreviation() -> None:
    assert said("Brand in de KMS-dreef.") == "Brand in de K M S dreef."
    assert said("Brand in de KMS-dreef.", streets=("KMS-dreef",)) == "Brand in de KMS-dreef."
    assert said("Brand in Veld II.", streets=("Veld II",)) == "Brand in Veld II."


def test_figures_behind_a_street_of_the_network_are_a_house_and_its_box() -> None:
    assert said("Brand de Mert 12/3.") == "Brand de Mert twaalf bus drie."
    assert said("Mert 12/3: brand.") == "Mert twaalf maart: brand."
    assert said("Mert 12/3: brand.", streets=("Mert",)) == "Mert twaalf bus drie: brand."


def test_a_street_that_is_written_short_is_still_said_whole() -> None:
    streets = ("Kerkstr.", "St. Annastraat", "Albert I-laan")
    assert said("In de Kerkstr. 5.", streets=streets) == "In de Kerkstraat vijf."
    assert said("In de St. Annastraat.", streets=streets) == "In de Sint Annastraat."
    assert said("In de Albert I-laan.", streets=streets) == "In de Albert de eerste laan."
