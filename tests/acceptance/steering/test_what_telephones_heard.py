"""What is heard on a call is told apart: whole, in part, in another order, and what should not be heard."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from prompts.audio import TELEPHONE_RATE, Audio, joined
from tests.acceptance.steering.hearing import Part, Sentence, Tape, Text
from tests.pbx_fixtures import speech

WHO, KEYS = speech("Dit is de politie."), speech("Druk 1 als u dit gehoord hebt.")
THANKS = Sentence("thanks", speech("Dank u wel."))


def text(name: str, words: str) -> Text:
    body = speech(words)
    return Text(name, joined([WHO, body, KEYS]), body)


WRONG = text("the wrong text", "Inbraak in de Kerkstraat, de daders rijden in een blauwe wagen weg.")
RIGHT = text("the right text", "Het is in de Molenstraat, let op een witte bestelwagen met een ladder.")


def first(share: float, sound: Audio) -> Audio:
    return Audio(sound.samples[: round(share * len(sound.samples))], sound.rate)


def tape(folder: Path, *sounds: Audio) -> Tape:
    file = folder / "tape.wav"
    heard = joined(sounds).at(TELEPHONE_RATE)
    soundfile.write(file, heard.samples, heard.rate, subtype="PCM_16")
    return Tape(file)


def test_who_hears_a_part_of_one_and_then_all_of_another_has_heard_just_that(tmp_path: Path) -> None:
    heard = tape(tmp_path, first(0.6, WRONG.whole), RIGHT.whole, THANKS.sound)
    assert heard.differs([Part(WRONG), RIGHT, THANKS], []) == []
    assert heard.begins_at(RIGHT) == pytest.approx(0.6 * WRONG.whole.seconds, abs=0.5)
    assert heard.begins_at(WRONG) is None


def test_what_was_withdrawn_is_noticed_though_only_a_part_of_it_is_heard(tmp_path: Path) -> None:
    heard = tape(tmp_path, RIGHT.whole, first(0.6, WRONG.whole))
    [problem] = heard.differs([RIGHT], [WRONG])
    assert "the wrong text" in problem
    assert tape(tmp_path, RIGHT.whole).differs([RIGHT], [WRONG]) == []


def test_a_part_is_not_the_whole_and_the_whole_is_no_part(tmp_path: Path) -> None:
    assert tape(tmp_path, first(0.7, WRONG.whole)).differs([WRONG], [])
    assert tape(tmp_path, WRONG.whole).differs([Part(WRONG)], []) == ["all of the wrong text"]


def test_another_order_is_noticed(tmp_path: Path) -> None:
    heard = tape(tmp_path, RIGHT.whole, WRONG.whole)
    assert heard.differs([RIGHT, WRONG], []) == []
    assert heard.differs([WRONG, RIGHT], []) == ["the right text too early"]


def test_an_empty_recording_is_nothing(tmp_path: Path) -> None:
    silence = tape(tmp_path, Audio(np.zeros(0, np.float32), TELEPHONE_RATE))
    assert silence.differs([], [WRONG]) == []
    assert silence.differs([RIGHT], []) == ["nothing instead of the right text"]
