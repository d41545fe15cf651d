"""Writes down what happens on one answered call, as it is told: talk, quiet, holds, passes, keys."""

from ivr.detection.facts import Facts, Hold, SpokenPass, Talk
from ivr.detection.packets import PacketCount, TalkStarted, TalkStopped

TALK_ENDS_AFTER = 0.6
"""Seconds of quiet after which the PBX's detector reports the end of talk."""
TALK_DETECTION = f"{TALK_ENDS_AFTER * 1000:.0f},256"
"""The PBX's own: milliseconds of it, and the level above which sound is talk."""
A_FRAME = 0.02
"""Seconds by which moments may be off."""
EARLY = 0.3
"""Seconds by which the first sound of who picks up may overtake the news of it."""
TAIL = 1.5
"""Seconds since the answer by which what began earlier is over, if it was ringback or an announcement."""


class FactRecorder:
    """All times are seconds since the answer."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._packets = PacketCount()

    def going_on_in(self, facts: Facts) -> "FactRecorder":
        """One that writes into these facts from now on, and knows what was counted so far."""
        anew = FactRecorder(facts)
        anew._packets = self._packets
        return anew

    def key(self, digit: str, at: float) -> None:
        """A key is the only proof of a person."""
        self._facts.reach(at)
        self._facts.keys.append((at, digit))

    def held(self, at: float) -> None:
        """They have put us on hold."""
        self._end_talk(at, at)
        self._facts.holds.append(Hold(at))

    def resumed(self, at: float) -> None:
        """They hear us again, and what is heard is no music."""
        self._facts.reach(at)
        self._facts.holds[-1] = Hold(self._facts.holds[-1].start, at)

    def talk_started(self, at: float) -> None:
        self._facts.reach(at)
        if not self._facts.is_talking and not self._facts.is_held:
            if not self._facts.talks:
                self._packets = PacketCount.from_first_talk(at)
            self._facts.talks.append(Talk(at))

    def talk_ended(self, at: float, lasted: float) -> None:
        """The PBX's detector has heard quiet for `TALK_ENDS_AFTER`, after so many seconds of talk.

        Talk whose beginning we have not heard of began before the answer, or on hold, as music.
        """
        facts, end = self._facts, at - TALK_ENDS_AFTER
        if facts.is_held:
            return
        if not facts.is_talking and not self._has_ended(end):
            began = end - lasted
            start = max([began, 0.0, *(hold.end or 0.0 for hold in facts.holds)])
            if end <= start or (began < -EARLY and end <= TAIL):
                return
            self._resume_talk(start)
        # It tells ends here: a hole in the packets was no silence.
        facts.is_coarse = False
        self._end_talk(end, at)

    def packets(self, count: int, at: float) -> None:
        """So many have come since the answer."""
        self._facts.reach(at)
        if self._facts.is_held:
            self._packets = PacketCount()
            return
        match self._packets.counted(count, at):
            case TalkStopped(end):
                self._facts.is_coarse = True
                self._end_talk(end, at)
            case TalkStarted(start):
                self.talk_started(start)

    def pass_started(self, at: float) -> None:
        self._facts.reach(at)
        self._facts.passes.append(SpokenPass(at))

    def pass_ended(self, at: float, *, whole: bool, was_sent: bool = True) -> None:
        """A hold ends it where it begins."""
        self._facts.reach(at)
        start = self._facts.passes[-1].start
        held = next((hold.start for hold in self._facts.holds if hold.overlaps(start, at)), None)
        if held is not None:
            at, whole = max(start, held), False
        self._facts.passes[-1] = SpokenPass(start, at, whole, was_sent)

    def left(self, at: float) -> None:
        """The far end has hung up, and not we."""
        self._facts.reach(at)
        self._facts.left = at

    def _end_talk(self, end: float, at: float) -> None:
        self._facts.reach(at)
        if self._facts.is_talking:
            start = self._facts.talks[-1].start
            self._facts.talks[-1] = Talk(start, max(end, start))
        if not self._facts.is_coarse:
            self._packets = PacketCount()

    def _resume_talk(self, start: float) -> None:
        """Talk from then on, which is the last one gone on if that seemed to end meanwhile."""
        last = self._facts.talks[-1] if self._facts.talks else None
        if last is not None and last.end is not None and start <= last.end:
            self._facts.talks[-1] = Talk(last.start)
        else:
            self._facts.talks.append(Talk(start))

    def _has_ended(self, end: float) -> bool:
        """This end was told before."""
        last = self._facts.talks[-1].end if self._facts.talks else None
        return last is not None and end <= last + A_FRAME
