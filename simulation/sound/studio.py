"""Where neighbours get their speech: spoken by the engine once and kept on disk, or from human recordings."""

import asyncio
import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import count
from math import inf
from pathlib import Path
from random import Random
from uuid import uuid4

import numpy as np
import soundfile

from prompts.audio import TELEPHONE_RATE, Audio, Samples, read
from prompts.espeak import EspeakVoice
from prompts.passes import render_sentence
from prompts.telephone import FLAT
from prompts.voice import Voice
from simulation.errors import VoicesMissing
from simulation.sound.flite import FliteVoice
from simulation.sound.frames import FRAME
from simulation.sound.sounds import joined, silence
from simulation.sound.speakers import DrawnVoice, SpeechSource
from simulation.sound.words import Topic, texts

CACHE = Path(".cache/neighbours")
"""Of speech that was rendered."""
HUMANS = Path(".cache/voices")
"""Where `scripts/bootstrap voices` unpacks the human recordings."""

_NO_SPEECH = ("silence", "tt-", "digits", "letters", "phonetic", "demo-instruct")
_LEAST_BYTES = {".wav": 24_000, ".gsm": 2_475}
"""Of 1.5 s of a recording: shorter ones are single words."""
_RENDERING = "2"
"""Part of every name in the cache: another number renders all speech anew."""
_BREATH, _UNBROKEN_BREATH = 0.12, 0.02
"""Seconds between two sentences of one stretch."""
_SEARCH = round(0.3 * TELEPHONE_RATE)
"""How far before its end a stretch may end early, to end between two words."""
_FADE = FRAME // 2


class Studio:
    """Speech at 8 kHz. `learn` what will be said, then ask for it as often as needed."""

    def __init__(self, cache: Path = CACHE, humans: Path = HUMANS) -> None:
        self._cache = cache
        self._humans = humans
        self._known: dict[tuple[DrawnVoice, str], Samples] = {}

    async def learn(self, lines: Iterable[tuple[DrawnVoice, str]]) -> None:
        """Render what is not in the cache. Raises VoicesMissing, and what the speech engine raises."""
        lines = set(lines)
        self._check_humans({speaker for speaker, _ in lines if speaker.is_human})
        await asyncio.to_thread(self._cache.mkdir, parents=True, exist_ok=True)
        engines = asyncio.Semaphore(os.cpu_count() or 1)
        async with asyncio.TaskGroup() as group:
            for speaker, text in lines - self._known.keys():
                if not speaker.is_human:
                    group.create_task(self._learn(speaker, text, engines))

    def spoken(self, speaker: DrawnVoice, text: str) -> Samples:
        return self._known[speaker, text]

    def monologue(self, speaker: DrawnVoice, topic: Topic, rng: Random) -> Iterator[Samples]:
        """Sentence after sentence without end. A greeting begins with whose box it is."""
        if speaker.is_human:
            yield from self._human_monologue(speaker, rng)
        lines = texts(speaker.language, topic)
        if topic == "greeting":
            yield self.spoken(speaker, rng.choice(lines[:3]))
            lines = lines[3:]
        while True:
            for line in rng.sample(lines, len(lines)):
                yield self.spoken(speaker, line)

    async def _learn(self, speaker: DrawnVoice, text: str, engines: asyncio.Semaphore) -> None:
        named = f"{_RENDERING}|{speaker.source}|{speaker.voice}|{speaker.words_a_minute}|{text}"
        kept = self._cache / f"{sha256(named.encode()).hexdigest()[:32]}.wav"
        if not kept.exists():
            async with engines:
                # Neighbours speak as they do, not as clearly as we.
                rendered = await render_sentence(_engine(speaker), text, speaker.language, curve=FLAT)
            audio = rendered.at(TELEPHONE_RATE)
            # Two processes may render the same at the same time: each file is whole or absent.
            unfinished = kept.with_name(f".{uuid4().hex}.wav")
            soundfile.write(unfinished, audio.samples, audio.rate, subtype="PCM_16")
            unfinished.replace(kept)
        self._known[speaker, text] = read(kept).samples

    def _check_humans(self, speakers: set[DrawnVoice]) -> None:
        for speaker in speakers:
            if not self._recordings(speaker):
                raise VoicesMissing(
                    f"The human recordings {speaker.voice!r} are not in {self._humans}: "
                    f"run `scripts/bootstrap voices`."
                )

    def _human_monologue(self, speaker: DrawnVoice, rng: Random) -> Iterator[Samples]:
        paths = self._recordings(speaker)
        while True:
            for path in rng.sample(paths, len(paths)):
                yield _recorded(path).trimmed().with_short_pauses().levelled().samples

    def _recordings(self, speaker: DrawnVoice) -> list[Path]:
        folder = self._humans / "usr/share/asterisk/sounds" / speaker.voice
        return [
            path
            for path in sorted(folder.rglob("*.*"))
            if path.stat().st_size > _LEAST_BYTES.get(path.suffix, inf)
            and not str(path.relative_to(folder)).startswith(_NO_SPEECH)
        ]


def _engine(speaker: DrawnVoice) -> Voice:
    if speaker.source is SpeechSource.FLITE:
        return FliteVoice(speaker.voice, words_a_minute=speaker.words_a_minute)
    return EspeakVoice({speaker.language: speaker.voice}, speed=speaker.words_a_minute)


def _recorded(path: Path) -> Audio:
    if path.suffix != ".gsm":
        return read(path)
    samples, rate = soundfile.read(
        path, dtype="float32", format="RAW", subtype="GSM610", samplerate=TELEPHONE_RATE, channels=1
    )
    return Audio(samples, int(rate))


def stretch(monologue: Iterator[Samples], seconds: float, *, unbroken: bool = False) -> Samples:
    """Exactly so many seconds of talk, the last word whole unless that takes more than 0.3 s away."""
    wanted = round(seconds * TELEPHONE_RATE)
    breath = silence(_UNBROKEN_BREATH if unbroken else _BREATH)
    parts: list[Samples] = []
    for turn in count():
        parts += [breath] if turn else []
        parts.append(next(monologue))
        if sum(map(len, parts)) >= wanted:
            break
    return _ended(joined(parts)[:wanted])


def _ended(talk: Samples) -> Samples:
    """Silent from the quietest frame near its end on."""
    first = max(0, len(talk) - _SEARCH)
    frames = len(talk[first:]) // FRAME
    if not frames:
        return talk
    energy = np.square(talk[first : first + frames * FRAME]).reshape(frames, FRAME).sum(axis=1)
    end = first + int(energy.argmin()) * FRAME
    ended = talk.copy()
    ended[end:] = 0
    fade = min(_FADE, end)
    ended[end - fade : end] *= np.linspace(1, 0, fade, dtype=np.float32)
    return ended
