"""Every sound that is no speech: silence, tones, noise, music, and bringing speech to a level."""

from collections.abc import Sequence

import numpy as np

from prompts.audio import TELEPHONE_RATE, Audio, Samples

RINGING = 425.0
"""Hertz of every tone in Belgium."""
FAX_ANSWER = 2100.0

_FADE = 0.005
_CHORDS = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (246.9, 293.7, 370.0))
_CHORD_SECONDS = 1.6
_V21_MARK, _V21_SPACE, _V21_BAUD = 1650.0, 1850.0, 300
_KNEE, _TOP = 0.56, 0.9
"""Of full scale: what speech is bent from, and what it never passes."""


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * TELEPHONE_RATE), np.float32)


def joined(parts: Sequence[Samples]) -> Samples:
    return np.concatenate([*parts, silence(0)])


def tone(hertz: float, seconds: float, level: float) -> Samples:
    """A sine of this level in dBov, without clicks at its ends."""
    wave = np.sin(2 * np.pi * hertz * _clock(seconds)) * (np.sqrt(2) * 10 ** (level / 20))
    return _faded(wave.astype(np.float32))


def noise(seconds: float, level: float, seed: int) -> Samples:
    """Noise as rooms and lines have it, softer towards high tones. It can be repeated without a seam."""
    count = round(seconds * TELEPHONE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / TELEPHONE_RATE)
    spectrum *= (hertz > 100) / np.sqrt(np.maximum(hertz, 100))
    return _at_mean(np.fft.irfft(spectrum, count), level)


def street(seconds: float, level: float, seed: int) -> Samples:
    """Traffic that swells and fades by some 6 dB around its mean. It can be repeated without a seam."""
    swell = np.zeros(round(seconds * TELEPHONE_RATE))
    generator = np.random.default_rng(seed)
    for rounds in (1, 3, 7):
        phase = generator.uniform(0, 2 * np.pi)
        swell += 3.0 * np.sin(2 * np.pi * rounds * _clock(seconds) / seconds + phase)
    return _at_mean(noise(seconds, 0.0, seed) * 10 ** (swell / 20), level)


def music(seconds: float, level: float, seed: int) -> Samples:
    """Slow chords of three tones with a soft attack, in an order of their own."""
    order = np.random.default_rng(seed).permutation(len(_CHORDS))
    clock = _clock(_CHORD_SECONDS)
    shape = np.minimum(clock / 0.05, 1) * np.exp(-clock)
    chords = [shape * sum(np.sin(2 * np.pi * note * clock) for note in _CHORDS[turn]) for turn in order]
    row = np.concatenate(chords)
    return _at_mean(np.resize(row, round(seconds * TELEPHONE_RATE)), level)


def ringing(seconds: float, level: float) -> Samples:
    """One second on, three off, until so many seconds are over."""
    turn = np.concatenate([tone(RINGING, 1.0, level), silence(3.0)])
    return np.resize(turn, round(seconds * TELEPHONE_RATE))


def fax_burst(seconds: float, level: float, seed: int) -> Samples:
    """What a fax says of itself: random bits at 300 baud, as V.21 sends them."""
    count = round(seconds * TELEPHONE_RATE)
    bits = np.random.default_rng(seed).integers(0, 2, int(seconds * _V21_BAUD) + 1)
    hertz = np.where(bits, _V21_MARK, _V21_SPACE)[np.arange(count) * _V21_BAUD // TELEPHONE_RATE]
    wave = np.sin(2 * np.pi * np.cumsum(hertz) / TELEPHONE_RATE) * (np.sqrt(2) * 10 ** (level / 20))
    return _faded(wave.astype(np.float32))


def at_level(speech: Samples, level: float) -> Samples:
    """Speech with this active level in dBov; peaks that would pass full scale are bent, not cut."""
    for _ in range(4):  # Bending takes a little of the level away again.
        measured = Audio(speech, TELEPHONE_RATE).level
        if not np.isfinite(measured):
            return speech
        speech = _bent(speech * np.float32(10 ** ((level - measured) / 20)))
    return speech


def _bent(speech: Samples) -> Samples:
    size = np.abs(speech)
    bent = _KNEE + (_TOP - _KNEE) * np.tanh((size - _KNEE) / (_TOP - _KNEE))
    return np.where(size > _KNEE, np.copysign(bent, speech), speech).astype(np.float32)


def _clock(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.arange(round(seconds * TELEPHONE_RATE)) / TELEPHONE_RATE


def _at_mean(wave: np.ndarray[tuple[int], np.dtype[np.float64]], level: float) -> Samples:
    mean = float(np.sqrt(np.mean(np.square(wave)))) or 1.0
    return (wave * (10 ** (level / 20) / mean)).astype(np.float32)


def _faded(wave: Samples) -> Samples:
    edge = min(round(_FADE * TELEPHONE_RATE), len(wave) // 2)
    rise = np.linspace(0, 1, edge, dtype=np.float32)
    wave[:edge] *= rise
    wave[len(wave) - edge :] *= rise[::-1]
    return wave
