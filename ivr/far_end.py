"""Who is at the other end, told from timing alone: keys, stretches of talk, and which passes ran whole.

Nobody waits for an answer of this module: the message is spoken from the first moment, and whenever a far end
that has talked long falls quiet, it is started again from its first word. The end of a greeting is such a
moment and so is the end of a beep, so the last start is the right one.
"""

from dataclasses import dataclass, field

from broadcast.states import Outcome


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seconds, unless said otherwise."""

    unbroken: float = 1.8
    """Talk without a pause that is longer than a person's greeting; from the start of that talk."""
    in_all: float = 2.5
    """Talk in all that is more than a person's greeting; since the answer."""
    stretches: int = 3
    """Stretches of talk since the answer that are more than a person's greeting."""
    restarts_in_a_row: int = 3
    """Restarts without a whole pass; then one pass runs to its end whatever is heard (lines with echo)."""
    extra_passes: int = 2
    """Whole passes beyond the undisturbed ones we want; then the call ends (talk that never ends)."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A stretch of talk, in seconds since the answer; `end` is None while it lasts."""

    start: float
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """The message once, in seconds since the answer; `whole` when its last sample was played."""

    start: float
    end: float
    whole: bool


@dataclass(slots=True)
class FarEnd:
    """Fed with what happens on one answered call; all times are seconds since the answer."""

    passes_wanted: int = 2
    thresholds: Thresholds = field(default_factory=Thresholds)
    talks: list[Talk] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    keys: list[tuple[float, str]] = field(default_factory=list)
    _restarts: int = 0
    """In a row, since the last whole pass."""

    def key(self, digit: str, at: float) -> None:
        """A key is the only proof of a person, and ends the restarts."""
        self.keys.append((at, digit))

    def talk_started(self, at: float) -> None:
        if not self._is_talking:
            self.talks.append(Talk(at))

    def talk_ended(self, at: float) -> bool:
        """Tell whether the message must start again from its first word now."""
        if not self._is_talking:
            return False
        self.talks[-1] = Talk(self.talks[-1].start, max(at, self.talks[-1].start))
        if self.keys or not self.talked_long or self._restarts >= self.thresholds.restarts_in_a_row:
            return False
        self._restarts += 1
        return True

    def pass_ended(self, start: float, end: float, *, whole: bool) -> None:
        self.passes.append(Pass(start, end, whole))
        if whole:
            self._restarts = 0

    @property
    def talked_long(self) -> bool:
        """Longer than a person's greeting, so far."""
        ended = [(talk.start, talk.end) for talk in self.talks if talk.end is not None]
        lengths = [end - start for start, end in ended]
        return (
            any(length >= self.thresholds.unbroken for length in lengths)
            or sum(lengths) >= self.thresholds.in_all
            or len(lengths) >= self.thresholds.stretches
        )

    @property
    def is_done(self) -> bool:
        """Enough was said: as many undisturbed passes as wanted, or more passes than are any use."""
        whole = [p for p in self.passes if p.whole]
        undisturbed = sum(not self._is_disturbed(p) for p in whole)
        return (
            undisturbed >= self.passes_wanted
            or len(whole) >= self.passes_wanted + self.thresholds.extra_passes
        )

    def outcome(self) -> Outcome:
        """What the call proved, once it is over."""
        whole = [p for p in self.passes if p.whole]
        if any(digit == "1" for _, digit in self.keys):
            return Outcome.CONFIRMED
        if self.keys:
            return Outcome.HEARD if whole else Outcome.PARTIAL
        if self._never_fell_quiet:
            return Outcome.VOICEMAIL_PARTIAL
        if self.talked_long:
            taken = any(not self._is_disturbed(p) and self._fell_quiet_before(p) for p in whole)
            return Outcome.VOICEMAIL if taken else Outcome.VOICEMAIL_PARTIAL
        if not whole:
            return Outcome.PARTIAL
        return Outcome.HEARD if self.talks else Outcome.SILENT

    @property
    def _is_talking(self) -> bool:
        return bool(self.talks) and self.talks[-1].end is None

    @property
    def _never_fell_quiet(self) -> bool:
        """Long talk without an end over every pass: noise, or a network that does not report silence.

        It may have been a person or a box, so nothing is proved.
        """
        if not self._is_talking or not self.passes or self.talked_long:
            return False
        start = self.talks[-1].start
        heard_before = any(p.whole and p.end <= start for p in self.passes)
        return not heard_before and self.passes[-1].end - start >= self.thresholds.unbroken

    def _fell_quiet_before(self, one: Pass) -> bool:
        """What a box played before its greeting is on no recording."""
        return any(talk.end is not None and talk.end <= one.start for talk in self.talks)

    def _is_disturbed(self, one: Pass) -> bool:
        """A machine was talking during this pass; what a person says over it does no harm."""
        if not self.talked_long:
            return False
        return any(talk.start < one.end and (talk.end is None or talk.end > one.start) for talk in self.talks)

    def evidence(self) -> dict[str, object]:
        """All of it, as JSON: times in seconds since the answer."""
        return {
            "talk": [[round(t.start, 2), None if t.end is None else round(t.end, 2)] for t in self.talks],
            "passes": [[round(p.start, 2), round(p.end, 2), p.whole] for p in self.passes],
            "keys": len(self.keys),
        }
