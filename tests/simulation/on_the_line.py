"""Calls to drawn neighbours in audio time: the real script and decisions, a phone, and a model of the PBX.

`python -m tests.simulation.on_the_line SEED COUNT` rehearses a whole neighbourhood in ten seconds, to work
on the decisions and the judgement: it tells what `make bench-voicemail` finds by real calls in four minutes.
"""

import asyncio
import io
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
import soundfile

from bench.message import text_lasting
from bench.voicemail.truth import is_borne_out, is_right
from ivr.call.call import Call
from ivr.call.errors import Hangup
from ivr.call.values import Sound
from ivr.detection.facts import HeardSounds
from ivr.detection.far_end import FarEnd
from ivr.detection.hearing import hear
from ivr.detection.packets import FIRST_LOOK, LOOK_EVERY
from ivr.scripts.alert_call import Alert, alert_call
from prompts.audio import Samples, decode_telephone
from prompts.espeak import EspeakVoice
from prompts.passes import render_pass
from simulation.kinds import Box, Neighbour
from simulation.people import roles
from simulation.people.cast import greeting, mailbox_greetings, phones
from simulation.people.draw import draw
from simulation.phones.phone import Phone, Wish
from simulation.sound import sounds
from simulation.sound.frames import FRAME, FRAME_SECONDS, Pcm, clip_of
from simulation.sound.studio import CACHE, HUMANS, Studio
from tests.fakes.channel import NoChannel
from tests.in_no_time import in_no_time
from tests.simulation.talk_detector import TalkDetector

PASS, THANKS, LEAVE_SURE = Path("pass"), Path("thanks"), Path("leave-sure")
SECONDS = 20.0
"""Of a pass."""
LONGEST = 125.0
"""Seconds after which a call is given up: the product's hard limit lies before."""
SPARE = 2.0
"""Seconds that a box must be able to take beyond a pass."""
_NOTHING = np.zeros(FRAME, np.int16)
KEYS = {"31": "1", "32": "21"}
"""What is pressed, by the number's behaviour."""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One call when it is over."""

    neighbour: Neighbour
    far_end: FarEnd
    seconds: float
    kept: tuple[float, float]
    """From when to when a box kept what it heard."""
    pass_seconds: float

    @property
    def has_it_whole(self) -> bool:
        """Everything that must be: on the box after it began to keep, or heard by who stays."""
        begin, end = self.kept if self.neighbour.keeps else (0.0, inf)
        passes = self.far_end.facts.whole_passes
        return any(begin <= first + 1e-6 and last <= end + 1e-6 for first, last in passes)

    @property
    def is_borne_out(self) -> bool:
        return is_borne_out(self.neighbour, self.far_end.outcome().value, whole=self.has_it_whole)

    @property
    def takes_it(self) -> bool:
        return self.neighbour.is_box and self.neighbour.capacity_seconds >= self.pass_seconds + SPARE

    @property
    def line_time(self) -> float:
        return self.seconds / (self.neighbour.greeting_seconds + 2 * self.pass_seconds)

    @property
    def is_judged_right(self) -> bool:
        return is_right(self.neighbour, self.far_end.judgement.who.value)


def _as_a_file(frames: Iterable[Pcm]) -> Samples:
    written = io.BytesIO()
    pcm = np.concatenate([_NOTHING, *frames])
    soundfile.write(written, pcm, FRAME * 50, format="RAW", subtype="ALAW", endian="LITTLE")
    return decode_telephone(written.getvalue())[FRAME:]


class OnTheLine(NoChannel):
    """A phone and the PBX, as the channel of one call; 20 ms at a time on the event loop's clock."""

    def __init__(self, neighbour: Neighbour, phone: Phone, spoken: Pcm, *, passes: int = 2) -> None:
        self._phone = phone
        self._keys = list(KEYS.get(neighbour.number[4:6], ""))
        self._clips = {PASS: spoken, THANKS: clip_of(sounds.silence(1.0))}
        self._playing: tuple[str, Pcm] | None = None
        self._played = self._packets = 0
        self._next_look = inf
        self._is_gone = False
        self._began: float | None = None
        self._heard: list[Pcm] = []
        self.call = Call("repetitie", self, FarEnd(passes), answered_at=self._now())
        self._detector = TalkDetector(self.call)

    async def play(self, sound: Sound, playback: str) -> None:
        if self._is_gone:
            raise Hangup
        self._playing, self._played = (playback, self._clips[sound.path]), 0
        self.call.events.playback_started(playback, self._now())

    async def stop_playing(self, playback: str) -> None:
        if self._playing and self._playing[0] == playback:
            self._end_playback()

    async def check(self) -> None:
        if self._is_gone:
            raise Hangup

    async def lives(self) -> None:
        """Until the phone hangs up; cancelled when we do."""
        while not self._is_gone:
            self._hear()
            self._say()
            self._look()
            await asyncio.sleep(FRAME_SECONDS)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def _hear(self) -> None:
        if not self._playing:
            return
        _, clip = self._playing
        if self._played < len(clip):
            self._phone.hear(clip[self._played])
            self._played += 1
        else:
            self._end_playback()

    def _end_playback(self) -> None:
        assert self._playing
        (playback, _), self._playing = self._playing, None
        self.call.events.playback_ended(playback, self._now(), ok=True)

    def _say(self) -> None:
        said = self._phone.say()
        self._listen(_NOTHING if said is None else said)
        if said is not None:
            self._packets += 1
            self._detector.frame(said, self._now())
        if self._phone.wish is Wish.PRESS:
            self._phone.pressed()
            self.call.events.pressed(self._keys.pop(0), self._now())
        elif self._phone.wish is Wish.HANG_UP:
            self._is_gone = True
            self.call.events.hung_up(self._now())

    def _listen(self, frame: Pcm) -> None:
        """As the PBX records for us: from the first talk on, until it has long been quiet."""
        if self._began is None and self.call.far_end.facts.talks:
            self._began = self._now()
        if self._began is not None and not self.call.events.is_heard.is_set():
            self._heard.append(frame)

    def sounds(self) -> HeardSounds | None:
        """What was heard, as it comes out of A-law."""
        if self._began is None:
            return None
        facts, heard = self.call.far_end.facts, _as_a_file(self._heard)
        return hear(heard, self._began, facts.talks, facts.passes, _as_a_file(self._clips[PASS]))

    def _look(self) -> None:
        """Count packets as the exchange does, from the first second of talk on while that makes sense."""
        if self._next_look == inf and self.call.far_end.facts.is_talking:
            self._next_look = self._now() + FIRST_LOOK
        if self._now() >= self._next_look:
            self._next_look = self._now() + LOOK_EVERY if self.call.far_end.wants_packets else inf
            if self._next_look < inf:
                self.call.events.packets(self._packets, self._now())


async def rehearse(neighbour: Neighbour, phone: Phone, spoken: Pcm, *, passes: int = 2) -> Rehearsed:
    """One call from its answer to its end, with so many undisturbed passes wanted."""
    line = OnTheLine(neighbour, phone, spoken, passes=passes)
    seconds = len(spoken) * FRAME_SECONDS
    alert = Alert(Sound(PASS, seconds), Sound(THANKS, 1.0), Sound(LEAVE_SURE, 1.0), pause=1.0)
    living = asyncio.create_task(line.lives())
    with suppress(Hangup, TimeoutError):
        async with asyncio.timeout(LONGEST):
            await alert_call(line.call, alert)
    living.cancel()
    line.call.far_end.facts.sounds = line.sounds()
    began = inf if phone.kept_from is None else phone.kept_from
    kept = (began, began + neighbour.capacity_seconds if neighbour.is_box else inf)
    return Rehearsed(neighbour, line.call.far_end, asyncio.get_running_loop().time(), kept, seconds)


async def spoken_pass() -> Pcm:
    voice = EspeakVoice()
    zone, network = "Politie Zuiderkempen", "BIN De Bist"
    text = await text_lasting(SECONDS, voice, zone=zone, network=network)
    said = await render_pass(
        voice, language="nl", text=text, text_language="nl", zone=zone, network=network, urgent=True
    )
    return clip_of(said.at(FRAME * 50).samples)


async def cast(neighbours: Sequence[Neighbour], studio: Studio) -> list[tuple[Neighbour, Phone]]:
    """Each with a phone; a real mailbox becomes a box that does as it would."""
    # Spoken for their sake only: what they say is not among what `phones` prepares.
    await mailbox_greetings(neighbours, CACHE / "mailboxes", studio)
    made = await phones(neighbours, studio)
    return [(one, made[one.digits]() if one.digits in made else _mailbox(one, studio)) for one in neighbours]


def _mailbox(neighbour: Neighbour, studio: Studio) -> Phone:
    box = neighbour.plays
    assert isinstance(box, Box)
    [beep] = box.beeps
    tone = [sounds.silence(beep.after), sounds.tone(beep.hertz, beep.seconds, beep.level)]
    opening = clip_of(sounds.joined([greeting(box.greeting, studio, neighbour.seed), *tone]))
    nothing = clip_of(sounds.silence(FRAME_SECONDS))
    return Phone(roles.box(neighbour.kind, opening, nothing, neighbour.capacity_seconds), nothing)


def rehearse_all(
    those: Sequence[tuple[Neighbour, Phone]], spoken: Pcm, *, passes: int = 2
) -> list[Rehearsed]:
    """Each call on a clock of its own that takes no time."""
    rehearsed: list[Rehearsed] = []

    @in_no_time
    async def one(neighbour: Neighbour, phone: Phone) -> None:
        rehearsed.append(await rehearse(neighbour, phone, spoken, passes=passes))

    for neighbour, phone in those:
        one(neighbour, phone)
    return rehearsed


async def neighbourhood(
    neighbours: Sequence[Neighbour], studio: Studio, *, passes: int = 2
) -> list[Rehearsed]:
    """All of them called, one after another."""
    those, spoken = await cast(neighbours, studio), await spoken_pass()
    return await asyncio.to_thread(rehearse_all, those, spoken, passes=passes)


def main(seed: int, count: int, passes: int = 2) -> None:
    calls = asyncio.run(neighbourhood(draw(seed, count), Studio(CACHE, HUMANS), passes=passes))
    boxes, people = [one for one in calls if one.takes_it], [one for one in calls if one.neighbour.stays]
    for one in calls:
        is_lost = (one.takes_it or one.neighbour.stays) and not one.has_it_whole
        if is_lost or not one.is_judged_right or not one.is_borne_out:
            fault = "not whole" if is_lost else f"judged {one.far_end.judgement.who} {one.far_end.outcome()}"
            who = f"{one.neighbour.kind} [{one.neighbour.shape}]"
            sys.stdout.write(f"{who} {fault}: {one.far_end.evidence()}\n")
    for name, some in (("machines", boxes), ("people", people)):
        whole = sum(one.has_it_whole for one in some) / len(some)
        right = sum(one.is_judged_right for one in some) / len(some)
        sys.stdout.write(f"{name}={len(some)} complete={whole:.3f} judged={right:.3f}\n")
    ratio = sum(one.line_time for one in boxes) / len(boxes)
    most = max((one.seconds - one.neighbour.greeting_seconds) / one.pass_seconds for one in boxes)
    claimed = sum(not one.is_borne_out for one in calls)
    sys.stdout.write(f"outcomes_not_borne_out={claimed}\n")
    sys.stdout.write(f"line_time_ratio={ratio:.3f} most_passes_beside_the_greeting={most:.2f}\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
