"""`buurtbel say` and `buurtbel pronunciation`: hearing a text before it is sent, and mending it."""

from pathlib import Path

import pytest

from prompts.audio import Audio, read
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST

TEXT = "Inbraak om 3.15 in de Cauwenberghslaan 12/3."


def player(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "aplay").write_text(f"#!/bin/sh\n{body}\n")
    (folder / "aplay").chmod(0o755)
    monkeypatch.setattr("buurtbel.commands.say.PLAYERS", (("aplay", "-q"),))
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.usefixtures("no_database")
def test_the_words_of_a_text_are_shown_without_any_database(typed: Typed) -> None:
    told = typed("say", "nl", TEXT, "--words")
    assert told.out == "Inbraak om drie uur vijftien in de Cauwenberghslaan twaalf bus drie.\n"
    assert typed("say", "fr", "Vol de 80 €.", "--words", "--json").document == {
        "words": "Vol de quatre-vingts euros."
    }


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("nl", "Brand om 3.15, bel 112.", "Brand om drie uur vijftien, bel honderdtwaalf."),
        ("fr", "Feu à 3h15, appelez le 112.", "Feu à trois heures quinze, appelez le cent douze."),
        ("de", "Feuer um 3.15 Uhr, Notruf 112.", "Feuer um drei Uhr fünfzehn, Notruf eins eins zwei."),
        ("en", "Fire at 3.15pm, call 112.", "Fire at three fifteen p m, call one one two."),
    ],
)
def test_every_language_is_shown_and_spoken(
    typed: Typed, tmp_path: Path, language: str, text: str, said: str
) -> None:
    assert typed("say", language, text, "--words").out == f"{said}\n"
    told = typed("say", language, text, "--out", str(tmp_path / "said.wav"))
    assert told.out == f"{said}\n"
    assert 1.5 < read(tmp_path / "said.wav").seconds < 8


@pytest.mark.usefixtures("no_database")
def test_a_text_may_begin_with_a_minus(typed: Typed) -> None:
    assert typed("say", "nl", "-5 graden verwacht.", "--words").out == "min vijf graden verwacht.\n"


@pytest.mark.usefixtures("no_database")
def test_a_text_is_written_as_a_sound_file(typed: Typed, tmp_path: Path) -> None:
    told = typed("say", "nl", TEXT, "--out", str(tmp_path / "said.wav"), "--json").document
    assert told["seconds"] == pytest.approx(read(tmp_path / "said.wav").seconds, abs=0.01)
    assert told["seconds"] > 2


@pytest.mark.usefixtures("no_database")
def test_a_text_is_played_by_what_plays_sound_here(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player(tmp_path / "bin", monkeypatch, f'cp "$2" {tmp_path}/played.wav')
    assert typed("say", "nl", TEXT).code == 0
    assert read(tmp_path / "played.wav").seconds > 2


@pytest.mark.usefixtures("no_database")
def test_a_player_that_fails_and_none_at_all_are_told(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player(tmp_path / "bin", monkeypatch, "exit 1")
    assert "is there a sound card?" in typed("say", "nl", TEXT, "--play").complaint
    monkeypatch.setattr("buurtbel.commands.say.PLAYERS", ())
    assert "Nothing here plays sound" in typed("say", "nl", TEXT, "--play").refusal


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["it", "Ciao"], "use nl, fr, de, en"),
        (["nl", "..."], "no words to say"),
        (["nl", "a" * 5_000], "5000 characters"),
        (["nl", "Brand", "--network", DE_BIST, "--words"], "start it with `buurtbel serve`"),
        (["nl", "Brand", "--wrods"], "--wrods"),
        (["nl", "Brand", "--words", "--out", "said.wav"], "leave it out"),
        (["nl", "Brand", "--words", "--play"], "leave it out"),
        (["nl", "Brand", "--out", "nowhere/said.wav"], "nowhere/said.wav"),
    ],
)
def test_what_cannot_be_said_is_told(typed: Typed, words: list[str], complaint: str) -> None:
    assert complaint in typed("say", *words).refusal


def test_a_name_is_put_on_the_list_heard_and_taken_off_again(town: Town, typed: Typed) -> None:
    town.add()
    text = ("say", "nl", "Brand bij Q8 op de Bist.", "--words")
    kept = typed("pronunciation", "add", "Q8", "kjoe acht", "--json").document
    assert kept == {"written": "Q8", "said": "kjoe acht", "language": None, "network": None}
    typed("pronunciation", "add", "Bist", "bisst", "--network", DE_BIST, "--language", "nl")
    assert typed(*text).out == "Brand bij kjoe acht op de Bist.\n"
    assert typed(*text, "--network", DE_BIST).out == "Brand bij kjoe acht op de bisst.\n"
    assert "kjoe acht" in typed("pronunciation", "list").out
    assert len(typed("pronunciation", "list", "--network", DE_BIST, "--json").document) == 2
    assert typed("pronunciation", "remove", "q8").code == 0
    assert "no such name" in typed("pronunciation", "remove", "q8").refusal
    assert typed(*text).out == "Brand bij Q acht op de Bist.\n"


def test_a_reading_of_one_language_counts_in_that_language_alone(town: Town, typed: Typed) -> None:
    town.add()
    typed("pronunciation", "add", "Auchan", "osjan", "--language", "nl")
    typed("pronunciation", "add", "Quick", "kwik")
    said = {
        language: typed("say", language, "Auchan, Quick", "--words").out
        for language in ("nl", "fr", "de", "en")
    }
    assert said == {"nl": "osjan, kwik\n"} | dict.fromkeys(("fr", "de", "en"), "Auchan, kwik\n")


def test_an_alert_is_spoken_with_the_list_of_its_network(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.add()
    heard: list[str] = []

    from prompts.espeak import EspeakVoice  # noqa: PLC0415 - what is listened to

    async def speak(self: EspeakVoice, text: str, language: str) -> Audio:
        heard.append(text)
        return await spoken(self, text, language)

    spoken = EspeakVoice.speak
    monkeypatch.setattr(EspeakVoice, "speak", speak)
    typed("pronunciation", "add", "De Bist", "de bisst", "--network", DE_BIST)
    assert typed("send", "--network", DE_BIST, "--urgent", "--text", "nl=Brand op De Bist.").code == 0
    assert "Brand op de bisst." in heard
    assert any("BIN de bisst" in text for text in heard)
