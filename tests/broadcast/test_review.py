"""What an officer is told of a text before a neighbourhood hears it."""

import pytest

from broadcast.alert.own_numbers import OwnNumbers
from broadcast.alert.review import (
    HiddenSigns,
    LongPass,
    ManySentences,
    OtherLetters,
    Remark,
    SpokenAddress,
    TelephoneInText,
    UnspokenSigns,
    review,
    review_texts,
    unconfirmed,
)
from broadcast.draft import Draft

OWN = OwnNumbers(("014 53 96 00", "0800 30 300", "+3214539600"))
ORDINARY = {
    "nl": "Om 3.15 in de Beukenln. 12/3: 2 daders, plaat 1-ABC-123. Café dicht, 's nachts -5 °C. Bel 101.",
    "fr": "Vol à 21h30, rue de l'Église 12. Cœur de Liège : 1 250,50 € volés. Appelez le 101 ou le 112.",
    "de": "Einbruch gegen 5.30 Uhr in der Straße „Grüner Weg“ 3. Größe 1,80 m. Rufen Sie 101 oder 1733 an.",
    "en": "Seen at 9.30pm: 5'6\" tall, £300 taken – naïve. Łukasz Çelik and Ağa Ångström. Call 101 or 112.",
}


def of(text: str, language: str = "nl", own: OwnNumbers = OWN) -> list[Remark]:
    return review_texts({language: text}, own)


def numbers_in(text: str, own: OwnNumbers = OWN) -> list[TelephoneInText]:
    found = of(text, own=own)
    telephones = [one for one in found if isinstance(one, TelephoneInText)]
    assert telephones == found
    return telephones


@pytest.mark.parametrize("language", ORDINARY)
def test_of_an_ordinary_text_nothing_is_told(language: str) -> None:
    assert of(ORDINARY[language], language) == []


@pytest.mark.parametrize("language", ORDINARY)
@pytest.mark.parametrize(
    ("word", "script"),
    [
        ("Внимание", "Cyrillic"),
        ("br\u0430nd", "Cyrillic"),
        ("\u039cOL", "Greek"),
        ("مرحبا", "Arabic"),
        ("警察", "Cjk"),
        ("l\u0131cht", "phonetic"),
        ("str\u0251\u0251t", "phonetic"),
    ],
)
def test_a_word_with_a_letter_that_the_language_does_not_have_is_named(
    language: str, word: str, script: str
) -> None:
    text = ORDINARY[language].replace(". ", f". {word}, ", 1)
    assert of(text, language) == [OtherLetters(language, (word,), (script,))]


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u2066", "\u061c", "\u00ad"]
)
def test_a_sign_that_nobody_sees_is_told_by_its_number_and_changes_nothing_that_is_said(sign: str) -> None:
    assert of(f"In{sign}braak in de straat.") == [HiddenSigns("nl", (f"U+{ord(sign):04X}",))]


def test_what_is_seen_and_not_heard_is_told() -> None:
    assert of("🚨 Vluchtrichting: Mol → Geel.") == [UnspokenSigns("nl", ("🚨", "→"))]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Mail naar wijk@pz-heide.be.", "wijk@pz-heide.be"),
        ("Zie www.politie.be/5999.", "www.politie.be/5999"),
        ("Zie https://politie.be/nl/x, dank.", "https://politie.be/nl/x"),
        ("Zie buurtbel.vlaanderen.", "buurtbel.vlaanderen"),
    ],
)
def test_an_address_that_would_be_spoken_is_told(text: str, address: str) -> None:
    [found] = of(text)
    assert isinstance(found, SpokenAddress)
    assert found.written == address
    assert "punt" in found.said


@pytest.mark.parametrize(
    "number",
    [
        "014 53 96 00",
        "014/53.96.00",
        "014539600",
        "+32 14 53 96 00",
        "0032 14 53 96 00",
        "+32 (0)14 53 96 00",
        "(014) 53 96 00",
        "0800/30.300",
    ],
)
def test_a_number_of_ours_is_read_out_in_whichever_way_it_is_written(number: str) -> None:
    [found] = of(f"Bel {number} als u iets zag.")
    assert isinstance(found, TelephoneInText)
    assert (found.is_own, unconfirmed([found])) == (True, [])
    assert "nul" in found.said or "plus" in found.said


@pytest.mark.parametrize(
    "number",
    [
        "014 53 96 01",
        "0475 12 34 56",
        "0475123456",
        "+32475123456",
        "0800 30 301",
        "0900-8844",
        "475 12 34 56",
        "475/12.34.56",
        "53 96 00",
        "O475 12 34 56",
        "32475123456",
        "+31 6 12345678",
        "1234",
        "1 4 5 3 9 6 0 1",
    ],
)
def test_any_other_number_must_be_confirmed(number: str) -> None:
    found = of(f"Bel {number} als u iets zag.")
    assert [one.written for one in unconfirmed(found)] == [number]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Info: 53 96 00."),
        ("nl", "Stuur een sms naar 475 12 34 56."),
        ("fr", "Appelez le 475/12.34.56."),
        ("fr", "Infos au 24 66 11."),
        ("de", "Rufen Sie bitte 55 25 80 an."),
        ("en", "Text 07700 900123 now."),
        ("en", "Please call 475 12 34 56."),
    ],
)
def test_figures_behind_a_word_about_telephones_are_a_number(language: str, text: str) -> None:
    assert len(unconfirmed(review_texts({language: text}, OWN))) == 1


def test_each_number_of_a_text_is_told() -> None:
    found = numbers_in("Bel 0475 12 34 56, 0475 12 34 57 of 014 53 96 00, dringend 101.")
    assert [(one.written, one.is_own) for one in found] == [
        ("0475 12 34 56", False),
        ("0475 12 34 57", False),
        ("014 53 96 00", True),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Bel 101, 112, 1207, 1722 of 116000.",
        "Op 12/03/2026 tussen 14.30 en 16.45 uur verdween 15 000 euro.",
        "Rekening BE71 0961 2345 6769 is vals.",
        "Plaat 1-ABC-123, in 2260 Westerlo, E313 km 23,4.",
        "Er kwamen 125000 mensen in 2026.",
        "Bel aan bij nr. 12-14, bus 3.",
        "Pv 123456/2026 werd opgesteld.",
    ],
)
def test_figures_that_are_no_telephone_number_are_not_asked_about(text: str) -> None:
    assert of(text) == []


def test_where_the_trunk_is_at_home_decides_whose_number_it_is() -> None:
    dutch = OwnNumbers(("077 123 4567",), country="NL")
    assert [one.is_own for one in numbers_in("Bel +31 77 123 4567.", own=dutch)] == [True]
    assert [one.is_own for one in numbers_in("Bel +32 77 12 34 56.", own=dutch)] == [False]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Een. Twee! Drie? Vier: dit. Vijf.", None),
        ("Een. Twee. Drie. Vier. Vijf. Zes", 6),
        ("Een\nTwee\nDrie\nVier\nVijf\nZes", 6),
        ("Insp. Maes van de St.-Jansstr. 5 bel. dr. De Vos a.u.b. om 12.30 u. Op 1 jan. is het zover.", None),
        ("Weg... Ver weg?! Ja. Nee. Goed.", None),
    ],
)
def test_more_than_five_sentences_are_told(text: str, told: int | None) -> None:
    assert of(text) == ([ManySentences("nl", told)] if told else [])


def test_a_pass_that_is_long_is_told_by_the_language_of_who_listens() -> None:
    draft = Draft(["de-bist"], {"nl": "Blijf binnen."}, urgent=True)
    found = review(draft, {"nl": 12.0, "fr": 25.1}, own=OWN, long_pass=25.0)
    assert found == [LongPass("fr", 25.1, 25.0)]


def test_each_text_is_looked_at_in_its_own_language() -> None:
    found = review_texts({"nl": "Внимание.", "fr": "Zie www.politie.be.", "es": "Внимание."}, OWN)
    assert [(type(one), one.language) for one in found] == [(OtherLetters, "nl"), (SpokenAddress, "fr")]


def test_a_text_that_is_too_long_to_be_spoken_costs_no_time() -> None:
    assert of("Bel 0475 12 34 56. " * 100_000) == []


def test_every_remark_is_one_sentence_or_two_that_say_what_to_do() -> None:
    text = "Внимание\u200b 🚨 a@b.be. Bel 0475 12 34 56. Een. Twee. Drie. Vier."
    remarks = review(Draft(["de-bist"], {"nl": text}, urgent=True), {"nl": 60.0}, own=OWN, long_pass=25.0)
    assert len({type(one) for one in remarks}) == 7
    assert all(str(one).endswith(".") and "\n" not in str(one) for one in remarks)
