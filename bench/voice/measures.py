"""What is measured of a voice: its pace, how long passes last, what a recogniser makes of it over a line."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.voice.telephone_line import low_share, over_a_line
from bench.voice.texts import alerts, former
from prompts.audio import PAUSE, Audio, joined
from prompts.catalogue import sentence
from prompts.espeak import EspeakVoice
from prompts.normalise import normalise
from prompts.passes import BREATH, render_pass, render_sentence
from prompts.telephone import CLEAR, FLAT, Curve
from prompts.voice import Voice
from prompts.zone import zone_names

ZONES = zone_names("Politie Zuiderkempen")
NETWORK = "BIN De Bist"


@dataclass(frozen=True, slots=True)
class Chain:
    """A voice, and what is made of it for a telephone."""

    voice: Voice
    curve: Curve
    pause: float = PAUSE
    """Seconds, at most within a sentence, and between two."""

    async def said(self, text: str, language: str) -> Audio:
        return await render_sentence(self.voice, text, language, curve=self.curve, longest_pause=self.pause)


FORMER = Chain(EspeakVoice({"nl": "nl+david"}, speed=160), FLAT, pause=0.35)
"""As everything was spoken before: every language asked for the same pace, and no curve."""
OURS = Chain(EspeakVoice(), CLEAR)


class Ear(Protocol):
    def words(self, heard: Audio, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Understood:
    errors: float
    """Character error rate: the mean of the sentences, each of them 1 at most."""
    told_apart: int
    """Of how many sentences what was heard is nearest to themselves."""
    low: float
    """Mean share of the energy below the telephone's band."""


async def words_a_minute(chain: Chain, language: str) -> float:
    """Words as they are written, over alerts as police write them, pauses within them included."""
    spoken = [await chain.said(text, language) for text in alerts(language)]
    return 60 * sum(len(text.split()) for text in alerts(language)) / sum(one.seconds for one in spoken)


async def substance_after(language: str) -> float:
    """Seconds from the first word of an urgent alert to the first of its text."""
    first = await OURS.said(sentence("identification_urgent", language, zone=ZONES[language]), language)
    return first.seconds + BREATH


async def pass_seconds(language: str) -> float:
    """Of an urgent alert, in the mean."""
    passes = [
        await render_pass(
            OURS.voice,
            language=language,
            text=text,
            text_language=language,
            zone=ZONES[language],
            network=NETWORK,
            urgent=True,
        )
        for text in alerts(language)
    ]
    return sum(one.seconds for one in passes) / len(passes)


async def former_pass_seconds(language: str) -> float:
    """The same, as it was put and spoken before."""
    parts = [one.format(zone=ZONES["nl"], network=NETWORK) for one in former(language)]
    first, *last = [await FORMER.said(one, language) for one in parts]
    passes = [
        joined([first, await FORMER.said(text, language), *last], FORMER.pause) for text in alerts(language)
    ]
    return sum(one.seconds for one in passes) / len(passes)


async def understood(chain: Chain, ear: Ear, sentences: Sequence[str], language: str = "nl") -> Understood:
    """What the ear makes of these sentences over a line."""
    spoken = [await chain.said(text, language) for text in sentences]
    heard = [letters(ear.words(over_a_line(one), language), language) for one in spoken]
    meant = [letters(text, language) for text in sentences]
    nearest = [min(range(len(meant)), key=lambda at: errors(meant[at], one)) for one in heard]
    return Understood(
        errors=sum(map(errors, meant, heard)) / len(meant),
        told_apart=sum(at == found for at, found in enumerate(nearest)),
        low=sum(map(low_share, spoken)) / len(spoken),
    )


def letters(text: str, language: str) -> str:
    """The text as it is said, without anything that is not heard: figures are words, accents are none."""
    said = unicodedata.normalize("NFD", normalise(text, language).casefold())
    plain = "".join(sign for sign in said if not unicodedata.combining(sign))
    return re.sub(r"[^a-z]+", " ", plain).strip()


def errors(meant: str, heard: str) -> float:
    """Letters to be changed, for each letter that was meant; 1 at most."""
    row = list(range(len(heard) + 1))
    for at, one in enumerate(meant, 1):
        last, row[0] = row[:], at
        for to, other in enumerate(heard, 1):
            row[to] = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (one != other))
    return min(1.0, row[-1] / len(meant))
