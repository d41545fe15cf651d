"""What one alert call says: the text that it was placed with, and those that are said in its place.

Each is proved by itself: what somebody heard of one text proves nothing of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic

from broadcast.ports import CallOrder, CallOutcome, NewText, TextOutcome
from broadcast.rules.retry import result_of_outcome
from broadcast.states import Outcome
from ivr.call.call import Call
from ivr.call.values import Sound
from ivr.detection.far_end import FarEnd
from ivr.detection.judgement import NOBODY, Judgement
from ivr.pbx.dialplan import Note, text_name
from ivr.pbx.live_call import End, LiveCall

HEARD_WHOLE = frozenset({Outcome.CONFIRMED, Outcome.HEARD, Outcome.VOICEMAIL, Outcome.SILENT})


@dataclass(frozen=True, slots=True)
class SpokenText:
    """The message of one broadcast on a call, and what the far end has heard of it."""

    broadcast: int
    sound: Sound
    far_end: FarEnd


class Texts:
    """Of one call, from before it is placed."""

    def __init__(self, order: CallOrder) -> None:
        self._order = order
        self._new: NewText | None = None
        self._names = [text_name(order.broadcast, order.sound)]
        self._spoken: list[SpokenText] = []

    @property
    def to_say(self) -> CallOrder | NewText:
        """What is to be said: the newest."""
        return self._new or self._order

    def is_expired(self) -> bool:
        """Whether no pass of it may begin any more."""
        return monotonic() >= self.to_say.expires_at

    @property
    def is_replaced(self) -> bool:
        """Whether something else is being said than what is to be said."""
        return self._spoken[-1].broadcast != self.to_say.broadcast

    @property
    def names(self) -> Sequence[str]:
        """The dialplan's names of all of them, of which the last is to be said."""
        return self._names

    def replace(self, new: NewText) -> bool:
        """Have this said in place of all before; False when that is known."""
        if self.to_say.broadcast == new.broadcast:
            return False
        self._new = new
        self._names.append(text_name(new.broadcast, new.sound))
        return True

    def begin(self, call: Call) -> Sound:
        """Say what is to be said, from now on."""
        text = self.to_say
        sound = Sound(text.sound, text.sound_seconds)
        if not self._spoken or self.is_replaced:
            far_end = call.events.begin_text() if self._spoken else call.far_end
            self._spoken.append(SpokenText(text.broadcast, sound, far_end))
        return sound

    async def listen_back(self, live: LiveCall) -> None:
        """Add what was heard, which tells who it was. The text that was said first may be its echo."""
        if live.listening is not None and self._spoken:
            first = self._spoken[0]
            heard = await live.listening.sounds(first.sound.path, first.far_end.facts.passes)
            for text in self._spoken:
                text.far_end.facts.sounds = heard

    def heard(self, live: LiveCall, end: End) -> CallOutcome:
        """The outcome of an answered call; of one without an end, what was proved until now.

        Its own text counts as expired where another one was said from the answer on. A new text of which
        nothing was said has no outcome.
        """
        # Who it was is told from the whole call, of which the last text knows all.
        judged = self._spoken[-1].far_end.judgement if self._spoken else live.far_end.judgement
        is_own_said = not self._spoken or self._spoken[0].broadcast == self._order.broadcast
        others = [
            TextOutcome(
                text.broadcast, _proved(live, text.far_end, judged, end), text.far_end.evidence(judged)
            )
            for text in self._spoken[is_own_said:]
            if text.far_end.facts.passes
        ]
        return CallOutcome(
            _proved(live, live.far_end, judged, end) if is_own_said else Outcome.EXPIRED,
            answered_at=live.answered_at,
            ended_at=datetime.now(UTC),
            cause=end.cause,
            sip_status=end.sip_status,
            evidence=live.far_end.evidence(judged) if is_own_said else {},
            new_texts=tuple(others),
        )

    def noted(self, live: LiveCall, note: Note | None) -> CallOutcome:
        """The outcome of a call that we did not lead to its end, by what we saw or by the PBX's note."""
        known = self.heard(live, live.end) if live.call else CallOutcome(Outcome.LOST)
        if note is None:
            return known
        noted = note.outcome(is_nobody=live.far_end.judgement.who in NOBODY)
        if note.of is not None and note.of != self._order.broadcast:
            return _with_new_text(known, TextOutcome(note.of, noted, note.evidence))
        evidence = {**known.evidence, **note.evidence}
        return replace(known, outcome=_more(known.outcome, noted), evidence=evidence)


def _proved(live: LiveCall, far_end: FarEnd, judged: Judgement, end: End) -> Outcome:
    """What a call that was answered proves of one text."""
    heard = Outcome.INCOMPATIBLE if live.had_no_sound else far_end.outcome(judged)
    return Outcome.LOST if end.is_lost and heard not in HEARD_WHOLE else heard


def _more(known: Outcome, noted: Outcome) -> Outcome:
    """The better of what we saw and what the PBX noted."""
    is_more = result_of_outcome(noted).rank > result_of_outcome(known).rank
    # Of what was lost we know nothing, and the PBX perhaps that it had expired.
    return noted if is_more or known is Outcome.LOST else known


def _with_new_text(known: CallOutcome, noted: TextOutcome) -> CallOutcome:
    """This outcome, with what the PBX noted of a new text; what we saw of that one is not forgotten."""
    others = [text for text in known.new_texts if text.broadcast != noted.broadcast]
    seen = next((text for text in known.new_texts if text.broadcast == noted.broadcast), noted)
    outcome, evidence = _more(seen.outcome, noted.outcome), {**seen.evidence, **noted.evidence}
    return replace(known, new_texts=(*others, TextOutcome(noted.broadcast, outcome, evidence)))
