"""The engines: what they say, and what they say when they cannot."""

import logging
from pathlib import Path

import numpy as np
import pytest

from prompts.audio import Audio
from prompts.engines import voice_for
from prompts.errors import AudioUnreadable, VoiceFailed, VoiceMissing
from prompts.espeak import EspeakVoice
from prompts.gtts_voice import GttsVoice

SECRET = "Mieke Peeters zag een man in de tuin."


def script(tmp_path: Path, body: str) -> str:
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
async def test_every_language_is_spoken(language: str) -> None:
    spoken = await voice_for("espeak-ng").speak("Westerlo, Oevel, Tongerlo.", language)
    assert 1 < spoken.trimmed().seconds < 5


async def test_the_same_text_gives_the_same_samples() -> None:
    voice = EspeakVoice()
    first, second = await voice.speak(SECRET, "nl"), await voice.speak(SECRET, "nl")
    assert np.array_equal(first.samples, second.samples)


async def test_phonemes_in_a_text_are_not_obeyed() -> None:
    plain, tried = await EspeakVoice().speak("mama", "nl"), await EspeakVoice().speak("[[mama]]", "nl")
    assert np.array_equal(plain.samples, tried.samples)


async def test_the_text_never_stands_in_the_list_of_processes(tmp_path: Path) -> None:
    program = script(tmp_path, f'echo "$@" > {tmp_path}/arguments; cat > {tmp_path}/input; exit 1')
    with pytest.raises(VoiceMissing):
        await EspeakVoice(program=program).speak(SECRET, "nl")
    assert "Mieke" not in (tmp_path / "arguments").read_text()
    assert "Mieke" in (tmp_path / "input").read_text()


async def test_a_missing_program_says_what_to_install() -> None:
    with pytest.raises(VoiceMissing, match="install the package espeak-ng"):
        await EspeakVoice(program="/nowhere/espeak-ng").speak("Hallo", "nl")


async def test_a_missing_voice_is_named() -> None:
    with pytest.raises(VoiceMissing, match="voice-of-nobody"):
        await EspeakVoice({"nl": "voice-of-nobody"}).speak("Hallo", "nl")


async def test_a_language_without_a_voice_says_which_there_are() -> None:
    with pytest.raises(VoiceMissing, match="de, en, fr, nl"):
        await EspeakVoice().speak("Ciao", "it")


async def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    program = script(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 300")
    with pytest.raises(VoiceFailed, match="try again"):
        await EspeakVoice(program=program, timeout=0.5).speak("Hallo", "nl")
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(VoiceMissing, match="espeak-ng or gtts"):
        voice_for("sam")


def test_the_online_voice_is_only_chosen_by_name() -> None:
    assert isinstance(voice_for("gtts"), GttsVoice)
    assert isinstance(voice_for("espeak-ng"), EspeakVoice)


async def test_the_online_voice_speaks_when_it_answers() -> None:
    online = Audio(np.ones(100, np.float32), 24_000)
    voice = GttsVoice(EspeakVoice(), online=lambda text, language: online)
    assert await voice.speak("Hallo", "nl") is online


@pytest.mark.parametrize(
    "failure", [ConnectionError(SECRET), AudioUnreadable(SECRET), AssertionError(SECRET)]
)
async def test_the_local_voice_speaks_when_the_online_one_does_not(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(text: str, language: str) -> Audio:
        raise failure

    with caplog.at_level(logging.DEBUG):
        spoken = await GttsVoice(EspeakVoice(), online=unreachable).speak("Hallo", "nl")
    assert np.array_equal(spoken.samples, (await EspeakVoice().speak("Hallo", "nl")).samples)
    assert type(failure).__name__ in caplog.text
    assert "Mieke" not in caplog.text
