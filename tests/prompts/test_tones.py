"""A busy tone or a howl at the end of what somebody said, and people who must not be taken for one."""

import numpy as np
import pytest

from prompts.audio import TELEPHONE_RATE, Audio, Samples, joined
from prompts.tones import KEPT, without_tone
from tests.pbx_fixtures import speech


def sines(seconds: float, *hertz: float) -> Samples:
    time = np.arange(round(seconds * TELEPHONE_RATE)) / TELEPHONE_RATE
    waves = [0.2 * np.sin(2 * np.pi * one * time) for one in hertz]
    return np.sum(waves, axis=0, dtype=np.float32) if hertz else np.zeros_like(time, np.float32)


def cadence(on: float, off: float, times: int, *hertz: float) -> Audio:
    return Audio(np.concatenate([sines(on, *hertz), sines(off)] * times).astype(np.float32), TELEPHONE_RATE)


def noisy(audio: Audio) -> Audio:
    """As a line that hisses."""
    noise = np.random.default_rng(1).normal(0, 0.003, len(audio.samples)).astype(np.float32)
    return Audio(audio.samples + noise, audio.rate)


MACHINES = {
    "busy, Belgium": cadence(0.5, 0.5, 20, 425.0),
    "congestion": cadence(0.17, 0.17, 40, 425.0),
    "busy, North America": cadence(0.5, 0.5, 20, 480.0, 620.0),
    "off the hook": cadence(0.1, 0.1, 60, 1400.0, 2060.0, 2450.0, 2600.0),
    "a howl": cadence(12.0, 0.1, 1, 1130.0),
    "dial tone": cadence(20.0, 0.1, 1, 425.0),
}
SAID = speech("Er staat een grijze bestelwagen in de Beukenlaan, en er lopen twee mannen weg.").at(
    TELEPHONE_RATE
)


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_alone_is_kept_short_and_known(name: str) -> None:
    kept, is_only_tone = without_tone(noisy(MACHINES[name]))
    assert is_only_tone
    assert kept.seconds <= KEPT + 0.2


@pytest.mark.parametrize("name", MACHINES)
def test_what_was_said_before_it_is_kept_whole(name: str) -> None:
    kept, is_only_tone = without_tone(noisy(joined([SAID, MACHINES[name]])))
    assert not is_only_tone
    assert SAID.seconds <= kept.seconds <= SAID.seconds + KEPT + 0.6


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        speech("Help. Help. Help. Help. Help. Help. Help.").at(TELEPHONE_RATE),
        speech("Aaaaaaaaaaaaaaaaaaa, ooooooooooooooooooo, eeeeeeeeeeeeeeeee.").at(TELEPHONE_RATE),
        joined([cadence(0.5, 0.5, 20, 425.0), SAID]),
        cadence(0.4, 0.1, 1, 1000.0),
        Audio(np.zeros(8000, np.float32), TELEPHONE_RATE),
        Audio(np.zeros(0, np.float32), TELEPHONE_RATE),
    ],
    ids=[
        "a report",
        "one word again and again",
        "drawn out",
        "a tone before it",
        "the tone",
        "quiet",
        "none",
    ],
)
def test_what_somebody_says_stays_as_it_is(said: Audio) -> None:
    kept, is_only_tone = without_tone(said)
    assert kept is said
    assert not is_only_tone
