"""The text of a benchmark's alert is as long as it was asked for, or there is none."""

import numpy as np
import pytest

from bench.message import CLOSE, NoSuchLength, text_lasting
from prompts.audio import STORED_RATE, Audio
from prompts.passes import render_pass

ZONE, NETWORK = "Politie", "Bench"


class Clock:
    """A voice that takes the same time for every sign."""

    languages = frozenset({"nl"})

    def __init__(self, a_sign: float) -> None:
        self._a_sign = a_sign

    async def speak(self, text: str, language: str) -> Audio:
        return Audio(np.full(round(len(text) * self._a_sign * STORED_RATE), 0.1, np.float32), STORED_RATE)


@pytest.mark.parametrize("seconds", [20.0, 22.0, 25.0])
async def test_the_whole_pass_lasts_as_long_as_was_asked_for(seconds: float) -> None:
    voice = Clock(0.06)
    text = await text_lasting(seconds, voice, zone=ZONE, network=NETWORK)
    spoken = await render_pass(
        voice, language="nl", text=text, text_language="nl", zone=ZONE, network=NETWORK, urgent=True
    )
    assert abs(spoken.seconds - seconds) <= CLOSE


@pytest.mark.parametrize("a_sign", [0.01, 0.2])
async def test_a_voice_that_is_too_fast_or_too_slow_for_it_is_refused_in_a_sentence(a_sign: float) -> None:
    with pytest.raises(NoSuchLength, match=r"^This voice speaks no text of ours in 20 s"):
        await text_lasting(20.0, Clock(a_sign), zone=ZONE, network=NETWORK)
