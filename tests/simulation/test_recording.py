"""What a phone heard is written in true time: holes only where sound was missing for good."""

import json
from pathlib import Path

import numpy as np
import pytest

from prompts.audio import TELEPHONE_RATE, read
from simulation.phones.recording import PhoneRecording, in_true_time
from simulation.sound.frames import FRAME, Pcm

TICK = 0.02


def frames(count: int) -> list[Pcm]:
    """Each of them recognisable."""
    return [np.full(FRAME, index + 1000, np.int16) for index in range(count)]


def heard(arrivals: list[float], seconds: float = 0.0) -> Pcm:
    return in_true_time(arrivals, frames(len(arrivals)), seconds)


def test_frames_that_come_in_time_lie_one_behind_the_other() -> None:
    assert np.array_equal(heard([TICK * turn for turn in range(100)]), np.concatenate(frames(100)))


def test_jitter_tears_no_hole() -> None:
    jitter = np.random.default_rng(1).uniform(0, 0.05, 200)
    arrivals = sorted(TICK * turn + late for turn, late in enumerate(jitter))
    assert np.count_nonzero(heard(arrivals)[600:] == 0) == 0


def test_a_stall_that_is_caught_up_tears_no_hole() -> None:
    arrivals = [TICK * turn for turn in range(50)] + [1.3] * 15 + [TICK * turn for turn in range(65, 100)]
    assert np.count_nonzero(heard(arrivals) == 0) == 0


def test_a_pause_in_which_nothing_was_sent_is_as_long_as_it_was() -> None:
    arrivals = [TICK * turn for turn in range(50)] + [1.5 + TICK * turn for turn in range(50)]
    samples = heard(arrivals)
    assert len(samples) == round(2.5 * TELEPHONE_RATE)
    assert not samples[8000:12000].any()
    assert samples[12000] == 1050


def test_what_came_before_the_first_frame_and_after_the_last_is_silence() -> None:
    samples = heard([0.5], seconds=2.0)
    assert len(samples) == 2 * TELEPHONE_RATE
    assert np.flatnonzero(samples).tolist() == list(range(4000, 4160))


def test_a_phone_that_heard_nothing_has_a_silent_recording() -> None:
    assert len(in_true_time([], [], 1.0)) == TELEPHONE_RATE


def heard_by(made: PhoneRecording) -> PhoneRecording:
    """Two seconds, the first half second of them quiet."""
    made.seconds = 2.0
    for turn, frame in enumerate(frames(100)):
        made.hear(TICK * turn, frame if turn >= 25 else frame * 0)
    return made


def test_a_recording_tells_when_the_first_sound_came_and_who_hung_up(tmp_path: Path) -> None:
    heard_by(PhoneRecording(ended_by="them", answered=0.031)).write(tmp_path / "99930000001-1")
    told = json.loads((tmp_path / "99930000001-1.json").read_text())
    assert told == {
        "seconds": 2.0,
        "ended_by": "them",
        "answer_to_connection_seconds": 0.031,
        "first_sound_seconds": 0.5,
        "kept_from_seconds": None,
    }
    assert not (tmp_path / "99930000001-1.kept.wav").exists()


@pytest.mark.parametrize(("until", "seconds"), [(None, 1.2), (1.3, 0.5)])
def test_a_box_keeps_what_came_from_its_beep_until_it_was_full(
    tmp_path: Path, until: float | None, seconds: float
) -> None:
    made = heard_by(PhoneRecording(kept_from=0.8, kept_until=until))
    made.write(tmp_path / "99930000001-1")
    kept = read(tmp_path / "99930000001-1.kept.wav")
    assert kept.seconds == pytest.approx(seconds)
    assert round(float(kept.samples[0]) * 32768) == 1040
    assert read(tmp_path / "99930000001-1.wav").seconds == pytest.approx(2.0)
