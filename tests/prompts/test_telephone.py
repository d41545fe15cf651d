"""The curve that makes a voice fit for a telephone."""

import numpy as np
import pytest

from prompts.audio import STORED_RATE, Audio, tone
from prompts.comparator import compare
from prompts.telephone import CLEAR, FLAT, Curve, shaped


def gain(hertz: float, curve: Curve) -> float:
    """Decibels by which a tone becomes louder, away from its ends."""
    before = tone(1.0, hertz)
    after = shaped(before, curve)
    middle = slice(len(before.samples) // 4, -len(before.samples) // 4)
    power = [float(np.mean(np.square(one.samples[middle]))) for one in (after, before)]
    return 10 * float(np.log10(power[0] / power[1]))


@pytest.mark.parametrize(("hertz", "decibels"), CLEAR)
def test_each_pitch_is_as_loud_as_the_curve_says(hertz: float, decibels: float) -> None:
    assert gain(hertz, CLEAR) == pytest.approx(decibels, abs=0.3)


def test_outside_the_curve_it_goes_on_level() -> None:
    curve = ((500.0, -6.0), (2000.0, 3.0))
    assert gain(200, curve) == pytest.approx(-6, abs=0.3)
    assert gain(6000, curve) == pytest.approx(3, abs=0.3)


def test_a_flat_curve_changes_nothing(burglary: Audio) -> None:
    assert np.allclose(shaped(burglary, FLAT).samples, burglary.samples, atol=1e-6)


def test_no_sound_comes_earlier_or_later(burglary: Audio) -> None:
    after = shaped(burglary, CLEAR)
    assert len(after.samples) == len(burglary.samples)
    assert compare(burglary, after).offset_s == pytest.approx(0, abs=0.001)


def test_what_is_at_the_end_does_not_come_back_at_the_beginning() -> None:
    samples = np.zeros(STORED_RATE, np.float32)
    samples[-1] = 1
    assert np.abs(shaped(Audio(samples, STORED_RATE), CLEAR).samples[: STORED_RATE // 2]).max() < 1e-3
