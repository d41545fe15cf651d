"""Where speech comes from: the engine once, then the disk; humans from their recordings."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile

from prompts.audio import TELEPHONE_RATE
from simulation.errors import VoicesMissing
from simulation.sound.frames import SPEECH
from simulation.sound.speakers import HUMANS, DrawnVoice, SpeechSource
from simulation.sound.studio import Studio, stretch
from tests.simulation.rehearsal import LOTTE, message

ALLISON, JUNE, ARMELLE = HUMANS["en"][0], *HUMANS["fr"]
RMS = DrawnVoice("en", "rms", source=SpeechSource.FLITE)


@pytest.fixture
def humans(tmp_path: Path) -> Path:
    """Folders with one long recording, one of a single word and one without any speech."""
    for who, kind in ((ALLISON, "wav"), (ARMELLE, "gsm")):
        folder = tmp_path / "usr/share/asterisk/sounds" / who.voice
        coded = {"format": "RAW", "subtype": "GSM610"} if kind == "gsm" else {"subtype": "PCM_16"}
        for name, seconds in (("vm-options", 4), ("vm-yes", 1), ("silence/5", 5)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(folder / f"{name}.{kind}", message(seconds), TELEPHONE_RATE, **coded)
    return tmp_path


async def test_speech_is_rendered_once_and_then_read_from_the_disk(tmp_path: Path) -> None:
    await Studio(tmp_path).learn([(LOTTE, "Hallo")])
    (kept,) = tmp_path.iterdir()
    rendered = kept.stat().st_mtime_ns
    again = Studio(tmp_path)
    await again.learn([(LOTTE, "Hallo")])
    assert kept.stat().st_mtime_ns == rendered
    assert len(again.spoken(LOTTE, "Hallo")) > 0.2 * TELEPHONE_RATE


async def test_without_the_human_recordings_it_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(VoicesMissing, match="run `scripts/bootstrap voices`"):
        await Studio(tmp_path, tmp_path / "no-humans").learn([(JUNE, "Bonjour")])


async def test_two_engines_and_every_pace_speak_the_same_words_in_their_own_way(tmp_path: Path) -> None:
    speakers = [RMS, replace(RMS, words_a_minute=110), DrawnVoice("en", "en-gb")]
    studio = Studio(tmp_path)
    await studio.learn([(speaker, "Leave a message after the tone.") for speaker in speakers])
    usual, slow, other = (studio.spoken(who, "Leave a message after the tone.") for who in speakers)
    assert len(slow) > 1.2 * len(usual)
    assert len(other) != len(usual)


async def test_flite_speaks_english_only_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        await Studio(tmp_path).learn([(replace(RMS, language="nl"), "Hallo")])
    assert raised.group_contains(VoicesMissing, match="voice of espeak-ng")


@pytest.mark.parametrize("who", [ALLISON, ARMELLE])
async def test_a_human_speaks_from_recordings_that_are_long_enough(
    tmp_path: Path, humans: Path, who: DrawnVoice
) -> None:
    studio = Studio(tmp_path / "cache", humans)
    await studio.learn([(who, "Whatever")])
    said = studio.monologue(who, "greeting", Random(1))
    lengths = [len(next(said)) / TELEPHONE_RATE for _ in range(3)]
    assert lengths == pytest.approx([4.0] * 3, abs=0.4)


@pytest.mark.parametrize("seconds", [0.8, 3.333, 12.0])
def test_a_stretch_has_its_length_and_ends_between_two_words(seconds: float) -> None:
    said = stretch(iter([message(2.0)] * 20), seconds)
    assert len(said) == round(seconds * TELEPHONE_RATE)
    assert not said[-1]
    last_word = np.flatnonzero(np.abs(said) > 10 ** (SPEECH / 20))[-1]
    assert len(said) - last_word <= 0.32 * TELEPHONE_RATE
