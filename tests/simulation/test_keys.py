"""Keys that are tones in the sound: two tones each, with quiet between them."""

import numpy as np
import pytest

from prompts.audio import TELEPHONE_RATE, Samples
from simulation.sound.keys import keys_as_tones

TENTH = TELEPHONE_RATE // 10


def loudest(samples: Samples, count: int = 2) -> set[int]:
    """The frequencies, to the nearest ten."""
    return {10 * int(place) for place in np.argsort(np.abs(np.fft.rfft(samples)))[-count:]}


@pytest.mark.parametrize(
    ("key", "tones"),
    [("1", {700, 1210}), ("5", {770, 1340}), ("9", {850, 1480}), ("0", {940, 1340}), ("#", {940, 1480})],
)
def test_a_key_is_its_rows_tone_and_its_columns(key: str, tones: set[int]) -> None:
    assert loudest(keys_as_tones(key).samples[:TENTH]) == tones


def test_between_two_keys_it_is_quiet() -> None:
    two = keys_as_tones("*4").samples
    assert len(two) == 4 * TENTH
    assert loudest(two[:TENTH]) == {940, 1210}
    assert loudest(two[2 * TENTH : 3 * TENTH]) == {770, 1210}
    assert not two[TENTH : 2 * TENTH].any()
