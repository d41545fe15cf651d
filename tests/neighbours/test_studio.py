"""Where speech comes from: the engine once, then the disk; humans from their recordings."""

from random import Random

import numpy as np
import pytest
import soundfile

from buurtbel.neighbours.errors import VoicesMissing
from buurtbel.neighbours.frames import SPEECH
from buurtbel.neighbours.speakers import HUMANS
from buurtbel.neighbours.studio import Studio, stretch
from prompts.audio import TELEPHONE_RATE
from tests.neighbours.rehearsal import LOTTE, message

RECORDINGS = "usr/share/asterisk/sounds/en_US_f_Allison"


@pytest.fixture
def humans(tmp_path):
    """A folder with one long recording, one of a single word and one without any speech."""
    folder = tmp_path / RECORDINGS
    for name, seconds in (("vm-options", 4), ("vm-yes", 1), ("silence/5", 5)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / f"{name}.wav", message(seconds), TELEPHONE_RATE, subtype="PCM_16")
    return tmp_path


async def test_speech_is_rendered_once_and_then_read_from_the_disk(tmp_path):
    await Studio(tmp_path).learn([(LOTTE, "Hallo")])
    (kept,) = tmp_path.iterdir()
    rendered = kept.stat().st_mtime_ns
    again = Studio(tmp_path)
    await again.learn([(LOTTE, "Hallo")])
    assert kept.stat().st_mtime_ns == rendered
    assert len(again.spoken(LOTTE, "Hallo")) > 0.2 * TELEPHONE_RATE


async def test_without_the_human_recordings_it_says_how_to_get_them(tmp_path):
    with pytest.raises(VoicesMissing, match="run `scripts/bootstrap voices`"):
        await Studio(tmp_path, tmp_path / "no-humans").learn([(HUMANS["fr"], "Bonjour")])


async def test_a_human_speaks_from_recordings_that_are_long_enough(tmp_path, humans):
    studio = Studio(tmp_path / "cache", humans)
    await studio.learn([(HUMANS["en"], "Whatever")])
    said = studio.monologue(HUMANS["en"], "greeting", Random(1))
    lengths = [len(next(said)) / TELEPHONE_RATE for _ in range(3)]
    assert lengths == pytest.approx([4.0] * 3, abs=0.4)


@pytest.mark.parametrize("seconds", [0.8, 3.333, 12.0])
def test_a_stretch_has_its_length_and_ends_between_two_words(seconds):
    said = stretch(iter([message(2.0)] * 20), seconds)
    assert len(said) == round(seconds * TELEPHONE_RATE)
    assert not said[-1]
    last_word = np.flatnonzero(np.abs(said) > 10 ** (SPEECH / 20))[-1]
    assert len(said) - last_word <= 0.32 * TELEPHONE_RATE
