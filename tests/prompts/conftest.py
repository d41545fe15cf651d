"""Real speech for the tests: espeak-ng is quick and says the same thing every time."""

import asyncio

import pytest

from prompts.audio import Audio
from prompts.espeak import EspeakVoice
from prompts.passes import render_pass

BURGLARY = (
    "Er werd om 22u30 ingebroken in de Kerkstr. 12A te Oevel. Twee mannen met een donkere jas, 1m80, zijn "
    "gevlucht met een grijze VW Golf, nummerplaat 1-ABC-123, richting E313."
)
OTHER_BURGLARY = (
    "Er werd om 21u45 ingebroken in de Dorpsstr. 14 te Tongerlo. Drie mannen met een bruine jas, 1m70, zijn "
    "gevlucht met een witte BMW, nummerplaat 1-XYZ-987, richting N19."
)


def rendered(text: str) -> Audio:
    return asyncio.run(
        render_pass(
            EspeakVoice(),
            language="nl",
            text=text,
            text_language="nl",
            zone="Politie Zuiderkempen",
            network="BIN Oevel Oost",
            urgent=True,
        )
    )


@pytest.fixture(scope="session")
def burglary() -> Audio:
    return rendered(BURGLARY)


@pytest.fixture(scope="session")
def other_burglary() -> Audio:
    return rendered(OTHER_BURGLARY)
