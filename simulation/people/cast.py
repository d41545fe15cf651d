"""Makes phones of neighbours: all that they will say is rendered beforehand, so that a call costs little."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random

import soundfile

from prompts.audio import TELEPHONE_RATE, Samples
from simulation.kinds import Box, DrawnPerson, Fax, Greeting, Neighbour, NeighbourKind, Screener, Utterance
from simulation.people import roles
from simulation.phones.phone import Phone, Role
from simulation.sound import sounds
from simulation.sound.frames import Pcm, clip_of
from simulation.sound.speakers import DrawnVoice
from simulation.sound.studio import Studio, stretch
from simulation.sound.words import texts

MakePhone = Callable[[], Phone]
"""A neighbour's phone for one more call."""

_USUAL = -20.0
"""dBov of what machines say apart from their greeting."""
_RINGING, _FAX = -20.0, -14.0
_FAX_GAP, _FAX_TURN = 0.075, 3.0
_ROOM_SECONDS, _STREET_SECONDS = 4.0, 67.0
_SILENCE = clip_of(sounds.silence(0.02))


async def phones(neighbours: Iterable[Neighbour], studio: Studio) -> Mapping[str, MakePhone]:
    """By digits, how each neighbour's phone is made. Real mailboxes have none: Asterisk answers for them."""
    ours = [neighbour for neighbour in neighbours if neighbour.kind is not NeighbourKind.VOICEMAIL]
    await studio.learn(_lines(ours))
    return {neighbour.digits: await asyncio.to_thread(_phone, neighbour, studio) for neighbour in ours}


async def mailbox_greetings(
    neighbours: Iterable[Neighbour], folder: Path, studio: Studio
) -> Mapping[str, Path]:
    """By mailbox, the greeting of each real one as a WAV file in `folder`: for `start_neighbourhood`."""
    mailboxes = [neighbour for neighbour in neighbours if neighbour.kind is NeighbourKind.VOICEMAIL]
    await studio.learn(_lines(mailboxes))
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    files = {neighbour.mailbox: folder / f"{neighbour.mailbox}.wav" for neighbour in mailboxes}
    for neighbour in mailboxes:
        assert isinstance(neighbour.plays, Box)
        samples = greeting(neighbour.plays.greeting, studio, neighbour.seed)
        await asyncio.to_thread(
            soundfile.write, files[neighbour.mailbox], samples, TELEPHONE_RATE, subtype="PCM_16"
        )
    return files


def greeting(said: Greeting, studio: Studio, seed: int) -> Samples:
    monologue = studio.monologue(said.speaker, "greeting", Random(seed))  # noqa: S311 - no secret
    speech = sounds.at_level(
        sounds.joined(
            [
                part
                for phrase in said.phrases
                for part in (stretch(monologue, phrase.seconds), sounds.silence(phrase.pause))
            ]
        ),
        said.level,
    )
    seconds = len(speech) / TELEPHONE_RATE
    if said.noise is not None:
        speech = speech + sounds.noise(seconds, said.noise, seed)
    if said.music is not None:
        speech = speech + sounds.music(seconds, said.music, seed)
    return speech


def _lines(neighbours: Iterable[Neighbour]) -> Iterator[tuple[DrawnVoice, str]]:
    """Everything that the speech engine, or a human, has to say for these neighbours."""
    for neighbour in neighbours:
        match neighbour.plays:
            case Box(greeting=said, last_words=last_words):
                yield from ((said.speaker, text) for text in texts(said.speaker.language, "greeting"))
                if last_words:
                    yield _engine(said.speaker), last_words
            case DrawnPerson(speaker=speaker, utterances=utterances):
                yield from ((speaker, said.words) for said in utterances if said.words)
                if any(said.talk_seconds for said in utterances):
                    yield from ((speaker, text) for text in texts(speaker.language, "chat"))
            case Screener(speaker=speaker, question=question, patience=patience, who_comes=comes):
                yield from ((speaker, question), (speaker, patience))
                if comes is not None:
                    yield from ((comes.speaker, said.words) for said in comes.utterances)


def _phone(neighbour: Neighbour, studio: Studio) -> MakePhone:
    role, background = _role(neighbour, studio), _background(neighbour)
    return lambda: Phone(role, background, echo=neighbour.echo, suppresses=neighbour.suppresses)


def _role(neighbour: Neighbour, studio: Studio) -> Role:
    match neighbour.plays:
        case Box() as box:
            return roles.box(
                neighbour.kind,
                clip_of(_opening(box, studio, neighbour.seed)),
                _spoken(studio, _engine(box.greeting.speaker), box.last_words),
                neighbour.capacity_seconds,
            )
        case DrawnPerson() as person:
            return roles.person(person, _utterances(person, studio, neighbour.seed))
        case Screener() as screener:
            rest, comes = screener.seconds_to_end, screener.who_comes
            said = () if comes is None else _utterances(comes, studio, neighbour.seed)
            return roles.screener(
                screener,
                _spoken(studio, screener.speaker, screener.question),
                _spoken(studio, screener.speaker, screener.patience),
                clip_of(sounds.ringing(rest, _RINGING) if screener.rings else sounds.silence(rest)),
                said,
            )
        case Fax() as fax:
            return roles.recital(clip_of(_fax(fax, neighbour.seed)))


def _opening(box: Box, studio: Studio, seed: int) -> Samples:
    beeps = [
        part
        for beep in box.beeps
        for part in (sounds.silence(beep.after), sounds.tone(beep.hertz, beep.seconds, beep.level))
    ]
    said = greeting(box.greeting, studio, seed)
    return sounds.joined([sounds.silence(box.starts_after), said, *beeps, sounds.silence(box.keeps_after)])


def _engine(speaker: DrawnVoice) -> DrawnVoice:
    """No human recorded the words with which a box says that it is full: the engine does."""
    return DrawnVoice(speaker.language, speaker.language) if speaker.is_human else speaker


def _spoken(studio: Studio, speaker: DrawnVoice, text: str) -> Pcm:
    return clip_of(sounds.at_level(studio.spoken(speaker, text), _USUAL) if text else sounds.silence(0))


def _utterances(person: DrawnPerson, studio: Studio, seed: int) -> list[Pcm]:
    rng = Random(seed)  # noqa: S311 - no secret
    return [_utterance(said, person, studio, rng) for said in person.utterances]


def _utterance(said: Utterance, person: DrawnPerson, studio: Studio, rng: Random) -> Pcm:
    if said.talk_seconds:
        monologue = studio.monologue(person.speaker, "chat", rng)
        speech = stretch(monologue, said.talk_seconds, unbroken=said.unbroken)
    else:
        speech = studio.spoken(person.speaker, said.words)
    return clip_of(sounds.at_level(speech, said.level))


def _fax(fax: Fax, seed: int) -> Samples:
    head = [
        sounds.silence(fax.starts_after),
        sounds.tone(sounds.FAX_ANSWER, fax.tone_seconds, _FAX),
        sounds.silence(_FAX_GAP),
    ]
    left = roles.FAX_PATIENCE - fax.starts_after - fax.tone_seconds - _FAX_GAP
    bursts = [
        part
        for turn in range(int(left / _FAX_TURN))
        for part in (
            sounds.fax_burst(fax.burst_seconds, _FAX, seed + turn),
            sounds.silence(_FAX_TURN - fax.burst_seconds),
        )
    ]
    return sounds.joined([*head, *bursts, sounds.silence(left % _FAX_TURN)])


def _background(neighbour: Neighbour) -> Pcm:
    match neighbour.plays:
        case DrawnPerson(noise=level, in_street=True):
            return clip_of(sounds.street(_STREET_SECONDS, level, neighbour.seed))
        case DrawnPerson(noise=float(level)) | Box(line_noise=float(level)):
            return clip_of(sounds.noise(_ROOM_SECONDS, level, neighbour.seed))
        case _:
            return _SILENCE
