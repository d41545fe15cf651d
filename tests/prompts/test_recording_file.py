"""A recording that somebody hands over: its sound, or a sentence, whatever the file says of itself."""

import io
import struct
from time import process_time

import numpy as np
import pytest
import soundfile

from prompts.audio import STORED_RATE, Audio, Samples
from prompts.errors import AudioUnreadable
from prompts.recording_file import MOST_BYTES, read_recording
from simulation.sound.frames import Pcm

LONGEST = 60.0
UNKNOWN, SHORT, LONG = 0, 10, 2**36 - 1
"""Samples that a FLAC file says it has."""


def file_of(
    samples: Samples | Pcm, rate: int = STORED_RATE, kind: str = "WAV", subtype: str | None = None
) -> bytes:
    written = io.BytesIO()
    soundfile.write(written, samples, rate, format=kind, subtype=subtype)
    return written.getvalue()


def silence(seconds: float, rate: int, channels: int) -> bytes:
    return file_of(np.zeros((round(seconds * rate), channels), np.int16), rate, "FLAC")


def saying_it_has(samples: int, flac: bytes) -> bytes:
    described = int.from_bytes(flac[18:26], "big") >> 36 << 36 | samples
    return flac[:18] + described.to_bytes(8, "big") + flac[26:]


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AIFF", "CAF"])
@pytest.mark.parametrize(
    ("rate", "channels"),
    [(8_000, 1), (16_000, 2), pytest.param(44_100, 2, marks=pytest.mark.thorough), (48_000, 1)],
)
def test_a_recording_is_read_as_one_channel_at_the_rate_that_is_kept(
    burglary: Audio, kind: str, rate: int, channels: int
) -> None:
    said = burglary.at(rate).samples
    recording = read_recording(file_of(np.stack([said] * channels, axis=1), rate, kind), LONGEST)
    assert recording.rate == STORED_RATE
    assert recording.seconds == pytest.approx(burglary.seconds, abs=0.1)
    assert recording.level == pytest.approx(burglary.level, abs=1)


def test_channels_are_mixed() -> None:
    left, right = np.full(1000, 0.5), np.full(1000, -0.25)
    mixed = read_recording(file_of(np.stack([left, right], axis=1)), LONGEST)
    assert mixed.samples == pytest.approx(0.125, abs=0.001)


@pytest.mark.parametrize(("seconds", "is_taken"), [(59.9, True), (60.9, True), (61.1, False), (3600, False)])
def test_a_recording_that_lasts_longer_than_an_alert_may_is_refused(seconds: float, is_taken: bool) -> None:
    file = silence(seconds, 8_000, 1)
    if is_taken:
        assert read_recording(file, LONGEST).seconds == pytest.approx(seconds)
        return
    with pytest.raises(AudioUnreadable, match="lasts longer than 60 seconds: cut out"):
        read_recording(file, LONGEST)


def test_no_setting_lets_a_recording_last_for_ever() -> None:
    with pytest.raises(AudioUnreadable, match="lasts longer than 600 seconds"):
        read_recording(silence(602, 8_000, 1), 10**9)


def test_what_a_file_says_of_its_length_is_not_believed() -> None:
    short, long = silence(5, 16_000, 1), silence(600, 16_000, 1)
    for said in (UNKNOWN, LONG):
        assert read_recording(saying_it_has(said, short), LONGEST).seconds == 5
        with pytest.raises(AudioUnreadable, match="lasts longer than"):
            read_recording(saying_it_has(said, long), LONGEST)
    assert read_recording(saying_it_has(SHORT, long), LONGEST).seconds < 1


@pytest.mark.parametrize("length", [0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFF024])
def test_a_wav_file_whose_length_was_never_written_is_read_to_its_end(length: int) -> None:
    file = file_of(np.zeros(STORED_RATE, np.int16))
    assert read_recording(file[:40] + struct.pack("<I", length) + file[44:], LONGEST).seconds == 1


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
@pytest.mark.parametrize("of_it", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_a_file_that_was_not_copied_whole_is_refused(kind: str, of_it: float, burglary: Audio) -> None:
    file = file_of(burglary.samples, burglary.rate, kind)
    with pytest.raises(AudioUnreadable, match="again"):
        read_recording(file[: round(len(file) * of_it)], LONGEST)


@pytest.mark.parametrize(
    ("rate", "channels"), [(655_350, 8), (655_350, 1), (192_010, 1), (3_999, 1), (1, 1), (2**31 - 1, 1)]
)
def test_a_rate_that_nobody_records_at_is_refused_at_once(rate: int, channels: int) -> None:
    if rate <= 655_350:
        file = file_of(np.zeros((100, channels), np.int16), rate, "FLAC")
    else:
        file = file_of(np.zeros(100, np.int16))
        file = file[:24] + struct.pack("<I", rate) + file[28:]
    with pytest.raises(AudioUnreadable, match=f"{channels} channels of {rate} samples a second: save it"):
        read_recording(file, LONGEST)


def test_channels_that_nobody_has_are_refused() -> None:
    with pytest.raises(AudioUnreadable, match="9 channels of 16000"):
        read_recording(file_of(np.zeros((100, 9), np.int16)), LONGEST)


@pytest.mark.thorough
def test_the_best_recording_that_is_taken_costs_little_time() -> None:
    file = silence(65, 192_000, 8)
    began = process_time()
    with pytest.raises(AudioUnreadable, match="lasts longer than"):
        read_recording(file, LONGEST)
    assert process_time() - began < 5


def test_samples_that_are_no_numbers_are_kept_as_silence_or_as_loud_as_can_be() -> None:
    strange = np.tile(np.array([np.nan, np.inf, -np.inf, 1e38, -1e38], np.float32), 3200)
    kept = read_recording(file_of(strange, subtype="FLOAT"), LONGEST).samples
    assert kept.tolist()[:5] == [0, 1, -1, 1, -1]


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"not a sound",
        b"RIFF",
        b"RIFF\xff\xff\xff\xffWAVE" + b"junk\x00\x00\x00\x00" * 1000,
        b"fLaC" + bytes(1000),
        b"OggS" + bytes(1000),
        b"\xff\xfb\x90\x00" + bytes(1_000_000),
        b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + bytes(1000),
        bytes(1_000_000),
    ],
)
def test_what_is_no_sound_is_refused_in_one_sentence(file: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AudioUnreadable, match="not a sound file that can be read"):
        read_recording(file, LONGEST)
    assert capfd.readouterr().err == ""


def test_a_file_that_is_too_large_is_not_looked_into() -> None:
    with pytest.raises(AudioUnreadable, match="larger than 40 MiB: cut out"):
        read_recording(bytes(MOST_BYTES + 1), LONGEST)
