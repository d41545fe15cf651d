"""Sound as a value, and the files it becomes."""

import resource
from pathlib import Path

import numpy as np
import pytest
import soundfile

from prompts.audio import (
    HIGHEST_PEAK,
    PAUSE,
    SPEECH_LEVEL,
    Audio,
    decode,
    encode_flac,
    joined,
    read,
    write_sound,
)
from prompts.errors import AudioUnreadable


def tone(hertz: float, seconds: float, rate: int = 16_000, size: float = 0.3) -> Audio:
    time = np.arange(round(seconds * rate)) / rate
    return Audio((size * np.sin(2 * np.pi * hertz * time)).astype(np.float32), rate)


def quiet(seconds: float, rate: int = 16_000) -> Audio:
    return Audio(np.zeros(round(seconds * rate), np.float32), rate)


def row(*parts: Audio) -> Audio:
    return joined(parts, pause=0)


def test_resampling_to_telephone_rate_lets_nothing_above_it_fold_back() -> None:
    above, below = (tone(hertz, 1).at(8_000).samples[1_000:-1_000] for hertz in (5_000, 1_000))
    assert np.abs(above).max() < 0.0003
    assert np.abs(below).max() == pytest.approx(0.3, abs=0.003)


def test_quiet_before_and_after_speech_is_trimmed() -> None:
    assert row(quiet(1), tone(400, 2), quiet(3)).trimmed().seconds == pytest.approx(2, abs=0.05)


def test_trimming_silence_leaves_nothing() -> None:
    assert quiet(2).trimmed().seconds == 0


def test_long_pauses_inside_speech_are_cut_down_and_short_ones_left() -> None:
    speech = row(tone(400, 1), quiet(0.2), tone(400, 1), quiet(2), tone(400, 1)).with_short_pauses()
    assert speech.seconds == pytest.approx(3.2 + PAUSE, abs=0.05)
    assert speech.longest_pause <= PAUSE


@pytest.mark.parametrize("size", [0.001, 0.02, 0.9])
def test_speech_is_brought_to_one_level_however_loud_it_came(size: float) -> None:
    levelled = row(tone(400, 1, size=size), quiet(2)).levelled()
    assert levelled.level == pytest.approx(SPEECH_LEVEL, abs=0.2)


def test_peaks_stay_below_the_limit_when_soft_speech_is_raised() -> None:
    clicks = tone(400, 2, size=0.01)
    clicks.samples[::4_000] = 0.9
    assert clicks.levelled().peak == pytest.approx(HIGHEST_PEAK, abs=0.01)


def test_silence_stays_silence_when_levelled() -> None:
    assert quiet(1).levelled().peak == -np.inf


def test_parts_are_joined_with_a_pause_between_them_at_one_rate() -> None:
    both = joined([tone(400, 1, 16_000), tone(400, 1, 22_050)])
    assert both.rate == 16_000
    assert both.seconds == pytest.approx(2 + PAUSE, abs=0.001)
    assert PAUSE < 0.6


def test_the_pbx_finds_all_three_forms_side_by_side_and_nothing_unfinished(tmp_path: Path) -> None:
    write_sound(tmp_path / "alert.3", tone(400, 1, 22_050))
    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert sizes == {"alert.3.alaw": 8_000, "alert.3.ulaw": 8_000, "alert.3.sln16": 32_000}


def test_what_is_written_as_alaw_is_what_was_meant(tmp_path: Path) -> None:
    meant = tone(400, 1, 8_000)
    write_sound(tmp_path / "alert", meant)
    written, _ = soundfile.read(
        tmp_path / "alert.alaw", samplerate=8_000, channels=1, format="RAW", subtype="ALAW", dtype="float32"
    )
    assert np.corrcoef(written, meant.samples)[0, 1] > 0.999


def test_a_sound_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "alert.sln16").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_sound(tmp_path / "alert", tone(400, 1))
    assert not [file.name for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_a_disk_that_becomes_full_is_told_as_such_and_leaves_nothing_behind(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_sound(tmp_path / "alert", tone(400, 1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_audio_kept_as_flac_comes_back_the_same(burglary: Audio) -> None:
    again = decode(encode_flac(burglary))
    assert (again.rate, again.seconds) == (16_000, burglary.seconds)
    assert np.abs(again.samples - burglary.samples).max() <= 1 / 32_768


def test_every_node_makes_the_same_flac(burglary: Audio) -> None:
    assert encode_flac(decode(encode_flac(burglary))) == encode_flac(burglary)


def test_a_stereo_recording_is_mixed_to_one_channel(tmp_path: Path) -> None:
    left, right = tone(400, 1).samples, np.zeros(16_000, np.float32)
    soundfile.write(tmp_path / "stereo.wav", np.column_stack((left, right)), 16_000)
    mixed = read(tmp_path / "stereo.wav")
    assert mixed.samples.ndim == 1
    assert mixed.peak == pytest.approx(tone(400, 1).peak - 6, abs=0.1)


def test_bytes_that_are_no_sound_are_refused_with_what_to_do() -> None:
    with pytest.raises(AudioUnreadable, match="WAV or FLAC"):
        decode(b"<html>not a sound</html>")


def test_two_rows_of_samples_are_no_telephone_audio() -> None:
    with pytest.raises(ValueError, match="mono"):
        Audio(np.zeros((2, 10), np.float32), 8_000)
