"""`make bench-voice`: is our voice understood on a telephone, and how soon and how fast does it speak?"""

import asyncio
import sys

from bench.say import say
from bench.voice.measures import (
    FORMER,
    OURS,
    former_pass_seconds,
    pass_seconds,
    substance_after,
    understood,
    words_a_minute,
)
from bench.voice.recogniser import Recogniser
from bench.voice.texts import judged_by
from prompts.languages import LANGUAGES

BETTER = 0.8
"""Of the former character error rate, at most."""
SOON = 3.0
"""Seconds."""


async def main() -> int:
    pace = {one: await words_a_minute(OURS, one) for one in LANGUAGES}
    begins = {one: await substance_after(one) for one in LANGUAGES}
    lasts = {one: (await former_pass_seconds(one), await pass_seconds(one)) for one in LANGUAGES}
    for one in LANGUAGES:
        earlier = await words_a_minute(FORMER, one)
        before, after = lasts[one]
        say(
            f"{one}: {pace[one]:.0f} words a minute (before {earlier:.0f}), an urgent text after "
            f"{begins[one]:.2f} s, a pass {after:.1f} s (before {before:.1f})"
        )
    ear, sentences = Recogniser(threads=2), judged_by()
    former = await understood(FORMER, ear, sentences)
    say(f"before: {former.told_apart}/{len(sentences)} told apart, {former.low:.3f} of it below 300 Hz")
    ours = await understood(OURS, ear, sentences)
    before, after = lasts["nl"]
    say(
        f"voice: nl_cer_before={former.errors:.3f} nl_cer_after={ours.errors:.3f} "
        f"closed_set={ours.told_apart}/{len(sentences)} substance_s={max(begins.values()):.2f} "
        + " ".join(f"wpm_{one}={pace[one]:.0f}" for one in LANGUAGES)
        + f" low_band_share={ours.low:.3f} pass_seconds_before={before:.1f} pass_seconds_after={after:.1f}"
    )
    is_better = ours.errors <= BETTER * former.errors and ours.told_apart == len(sentences)
    return 0 if is_better and max(begins.values()) <= SOON else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
