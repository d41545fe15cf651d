"""What the called side's recordings tell of a call: pure functions of sound, and listening in parallel."""

import asyncio
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from prompts.audio import TELEPHONE_RATE, Audio, read
from prompts.comparator import Hearing, compare

FRAME = 0.02
"""Seconds: one packet."""
SOUND = -50.0
"""dBFS above which a frame is heard: our speech is at -20, the steps of G.711 are below -65."""
LISTENERS = 2
"""Recordings listened to at the same time."""


@dataclass(frozen=True, slots=True)
class CallFiles:
    """Where one call lies: `heard` in true time from the first packet; `kept` of a box, else the same."""

    heard: Path
    kept: Path


@dataclass(frozen=True, slots=True)
class Measures:
    """Seconds, from the first packet."""

    first_packet: float
    """Seconds from the answer, by the phone's clock; 0 where the phone does not tell."""
    first_sound: float | None
    last_sound: float | None
    longest_silence: float
    """Between those two."""
    recorded: float
    whole: bool
    """What was kept holds the whole pass."""
    pieces: str
    """How many of the active pieces of the pass were found, and which one is the first that is missing."""
    listening: float
    """Seconds that the comparator took."""


NOTHING = Measures(0.0, None, None, 0.0, 0.0, False, "no recording", 0.0)


def measure(sent: Audio, heard: Audio, kept: Audio, *, first_packet: float = 0.0) -> Measures:
    """Measure one call by what its phone heard, and hold what was kept against the pass that was sent."""
    first, last = ends_of_sound(heard)
    began = time.monotonic()
    found = compare(sent, kept)
    return Measures(
        first_packet=first_packet,
        first_sound=first,
        last_sound=last,
        longest_silence=longest_silence(heard),
        recorded=heard.seconds,
        whole=found.whole,
        pieces=_pieces(found),
        listening=time.monotonic() - began,
    )


def _pieces(found: Hearing) -> str:
    told = f"{found.found}/{found.active}"
    if found.offset_s is None or found.first_missing_s is None:
        return told
    return f"{told}: that of {found.offset_s:.1f} s lacks a piece at {found.first_missing_s:.1f} s of it"


def ends_of_sound(heard: Audio) -> tuple[float | None, float | None]:
    """Start of the first frame with sound and end of the last one; None when there is no sound at all."""
    active = np.flatnonzero(_active(heard))
    if not active.size:
        return None, None
    return float(active[0]) * FRAME, float(active[-1] + 1) * FRAME


def longest_silence(heard: Audio) -> float:
    """Seconds of the longest stretch without sound between the first sound and the last; 0 without sound."""
    active = np.flatnonzero(_active(heard))
    return float(np.diff(active).max(initial=1) - 1) * FRAME


def _active(heard: Audio) -> npt.NDArray[np.bool_]:
    """For each whole frame, whether something is heard in it."""
    samples = heard.at(TELEPHONE_RATE).samples
    length = round(FRAME * TELEPHONE_RATE)
    frames = samples[: len(samples) // length * length].reshape(-1, length)
    loudness = np.mean(np.square(frames, dtype=np.float64), axis=1)
    return np.asarray(loudness > 10 ** (SOUND / 10))


async def listen_to_all(sent: Audio, calls: Sequence[CallFiles]) -> list[Measures]:
    """The measures of each call, in order; the work is done by processes of their own."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(LISTENERS, initializer=_remember, initargs=(sent,)) as listeners:
        work = [loop.run_in_executor(listeners, _listen, call) for call in calls]
        return list(await asyncio.gather(*work))


_sent: list[Audio] = []
"""In a listener: the pass that was sent, so that it is handed over once."""


def _remember(sent: Audio) -> None:
    _sent[:] = [sent]


def _listen(call: CallFiles) -> Measures:
    """NOTHING when the phone recorded nothing; a box that kept nothing was heard all the same."""
    if not call.heard.exists():
        return NOTHING
    nothing = Audio(np.zeros(TELEPHONE_RATE, np.float32), TELEPHONE_RATE)
    kept = read(call.kept) if call.kept.exists() else nothing
    return measure(_sent[0], read(call.heard), kept, first_packet=_first_packet(call.heard))


def _first_packet(heard: Path) -> float:
    told = heard.with_suffix(".json")
    return float(json.loads(told.read_text())["answer_to_connection_seconds"]) if told.exists() else 0.0
