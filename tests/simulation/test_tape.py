"""A phone waits for what it is to hear, in a file that grows, from where it heard something last."""

import asyncio
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from prompts.audio import Audio, joined
from simulation.phones.tape import Tape
from tests.far_ends.sounds import babble, quiet

FIRST, SECOND = babble(2.0, seed=1), babble(3.0, seed=2)


def written(file: Path, heard: Audio) -> None:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(heard.rate)
        out.writeframes((heard.samples * 32767).astype("<i2").tobytes())


async def test_what_comes_later_is_found_where_it_began_however_long_it_was_waited_for(
    tmp_path: Path,
) -> None:
    file = tmp_path / "heard.wav"
    heard = joined([quiet(1.0), FIRST, quiet(4.0), SECOND, quiet(1.0)], pause=0.0)
    tape = Tape(file)

    async def speaks() -> None:
        edges = np.linspace(0, len(heard.samples), 9).astype(int)
        for _, upto in pairwise(edges):
            written(file, Audio(heard.samples[:upto], heard.rate))
            await asyncio.sleep(0.3)

    speaking = asyncio.create_task(speaks())
    assert await tape.hears(FIRST) == pytest.approx(1.0, abs=0.1)
    assert await tape.hears(SECOND) == pytest.approx(7.0, abs=0.1)
    await speaking


async def test_what_does_not_come_is_told_with_how_much_of_it_came(tmp_path: Path) -> None:
    file = tmp_path / "heard.wav"
    half = Audio(SECOND.samples[: len(SECOND.samples) // 2], SECOND.rate)
    written(file, joined([quiet(1.0), half, quiet(2.0)], pause=0.0))
    with pytest.raises(TimeoutError, match=r"100% of a sound was not heard, and [45]\d% at the most"):
        await Tape(file, patience=0.0).hears(SECOND)
