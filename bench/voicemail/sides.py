"""The sides from which answering boxes are looked at: each says in words to which class a box belongs."""

from itertools import pairwise

from simulation.kinds import Box, Neighbour, NeighbourKind

LENGTHS = (0.0, 5.0, 10.0, 20.0, 30.0, 60.0)
"""Seconds of a greeting between which its class lies."""
AT_ONCE = 0.1
"""Seconds of silence before a beep that nobody hears."""


def length(box: Neighbour) -> str:
    for low, high in pairwise(LENGTHS):
        if box.greeting_seconds < high:
            return f"keeps after {low:2.0f} to {high:.0f} s"
    return f"keeps after more than {LENGTHS[-1]:.0f} s"


def pauses(box: Neighbour) -> str:
    phrases = _plays(box).greeting.phrases
    longest = max((phrase.pause for phrase in phrases[:-1]), default=0.0)
    if longest == 0:
        return "no pause in the greeting"
    return f"longest pause in it {'above' if longest > 1 else 'up to'} 1 s"


def beep(box: Neighbour) -> str:
    beeps = _plays(box).beeps
    if box.kind is NeighbourKind.VOICEMAIL:
        return "app_voicemail's own beep"
    if not beeps:
        return "no beep"
    if len(beeps) > 1:
        return "two beeps"
    return "beep at once" if beeps[0].after <= AT_ONCE else "beep after 0.3 to 5 s"


def sound(box: Neighbour) -> str:
    greeting = _plays(box).greeting
    if greeting.noise is not None:
        return "greeting in noise"
    if greeting.music is not None:
        return "greeting over music"
    return (
        "loud greeting" if greeting.level > -15 else "quiet greeting" if greeting.level < -30 else "greeting"
    )


def voice(box: Neighbour) -> str:
    return "human voice" if _plays(box).greeting.speaker.is_human else "speech engine"


def end(box: Neighbour) -> str:
    return "cuts after 30 s" if box.kind is NeighbourKind.BOX_CUTS else "keeps everything"


def network(box: Neighbour) -> str:
    return "silence suppression" if box.suppresses else "sends silence too"


SIDES = (length, pauses, beep, sound, voice, end, network)


def _plays(box: Neighbour) -> Box:
    assert isinstance(box.plays, Box)
    return box.plays
