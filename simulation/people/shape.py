"""A neighbour in a few words, for a table."""

import math

from simulation.kinds import Beep, Box, DrawnPerson, Echo, Fax, NeighbourKind, Played, Screener

_AT_ONCE = 0.1
"""Seconds of silence that nobody hears between greeting and beep."""
_OF_KIND = {
    NeighbourKind.BOX_CUTS: "cuts at 30 s",
    NeighbourKind.BOX_FULL: "is full",
    NeighbourKind.BOX_HANGS_UP: "hangs up after it",
    NeighbourKind.VOICEMAIL: "app_voicemail",
}


def shape_of(kind: NeighbourKind, plays: Played, echo: Echo | None) -> str:
    match plays:
        case Box():
            words = _box(kind, plays)
        case DrawnPerson():
            words = _person(kind, plays)
        case Screener(who_comes=comes):
            words = ["screener", "rings" if plays.rings else "silent"]
            words += ["then", *_person(kind, comes)] if comes is not None else []
        case Fax():
            words = ["fax"]
    if echo is not None:
        words.append(f"echo {echo.db:.0f} dB after {echo.ms:.0f} ms")
    return ", ".join(words)


def _box(kind: NeighbourKind, box: Box) -> list[str]:
    greeting = box.greeting
    pauses = len(greeting.phrases) - 1
    words = [f"greeting {greeting.seconds:.0f} s", f"{pauses} pause{'' if pauses == 1 else 's'}"]
    words += [
        word
        for word, holds in (
            ("loud", greeting.level > -15),
            ("quiet", greeting.level < -30),
            ("noisy", greeting.noise is not None),
            ("music", greeting.music is not None),
            ("human", greeting.speaker.is_human),
        )
        if holds
    ]
    if kind not in (NeighbourKind.BOX_FULL, NeighbourKind.BOX_HANGS_UP):
        words.append(_beeps(box.beeps))
    return [*words, _OF_KIND[kind]] if kind in _OF_KIND else words


def _beeps(beeps: tuple[Beep, ...]) -> str:
    if not beeps:
        return "no beep"
    if len(beeps) > 1:
        return "two beeps"
    return "beep at once" if beeps[0].after <= _AT_ONCE else f"beep after {beeps[0].after:.1f} s"


def _person(kind: NeighbourKind, person: DrawnPerson) -> list[str]:
    talk = sum(utterance.talk_seconds for utterance in person.utterances)
    words = [kind.value]
    if talk:
        words.append(f"talks {talk:.0f} s")
    if kind is NeighbourKind.LEAVES_AT_HALF:
        return words
    if not person.presses:
        stays = "stays" if math.isinf(person.leaves_after) else f"leaves {person.leaves_after:.1f} s after"
        words.append(stays)
    return words
