"""A place in a text at which something begins, with what stands around it."""

import re
from dataclasses import dataclass
from functools import cached_property

from prompts.normalise.lexicon import Lexicon
from prompts.normalise.names import SpokenNames
from prompts.normalise.tokens import Token

_OPENING, _CLOSING = "([\"'“„«", " (:,\"'"
_LAST = re.compile(r"([^\W_][\w'’-]*)\.?[ (]*$")
_NEXT_WORD = re.compile(r"[ (]*([^\W\d_][^\W\d_'’-]*)")
_SENTENCE_ENDS = re.compile(r"\s*$|\s+[\"'(]?[A-ZÀ-Þ]")
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:]\s+|[\"(]\s*)$")


@dataclass
class Position:
    """Where the scanner stands."""

    text: str
    at: int
    lexicon: Lexicon
    pronunciation: SpokenNames
    tokens: list[Token]
    """What was read so far."""

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.at)

    @cached_property
    def two_before(self) -> tuple[str, str]:
        """The two words before, as `before` has them, the nearest last."""
        behind = self.text[max(0, self.at - 60) : self.at].rstrip(_CLOSING)
        if behind.endswith(("!", "?", ";", ")")):
            return "", ""
        words = [word.strip(_OPENING).rstrip(".,:;").lower() for word in behind.rsplit(None, 2)[-2:]]
        earlier, last = ["", "", *words][-2:]
        return earlier, last

    @property
    def before(self) -> str:
        """The word before, in lower case and without a dot; empty where a sentence begins."""
        return self.two_before[1]

    def announced_by(self, cue: str) -> bool:
        """Whether the word before is one of these cues of the language."""
        return self.before in self.lexicon.cue(cue)

    @cached_property
    def name_before(self) -> str:
        """The word before when it is a name: with a capital that no sentence's beginning explains."""
        found = _LAST.search(self.text, max(0, self.at - 60), self.at)
        if found is None or not found[1][0].isupper() or found[1].isdigit():
            return ""
        return "" if _SENTENCE_BEGINS.search(self.text, 0, found.start()) else found[1]

    def word_after(self, end: int) -> str:
        found = _NEXT_WORD.match(self.text, end)
        return found[1] if found else ""

    def words_after(self, end: int) -> str:
        """Up to three words that follow without a sign between, as written."""
        return " ".join(re.findall(r"[^\W\d_]+", re.split(r"[^\w\s'’-]", self.text[end : end + 60])[0])[:3])

    def ends_sentence(self, end: int) -> bool:
        """Whether a dot just before `end` may be a full stop: nothing follows, or a capital does."""
        return _SENTENCE_ENDS.match(self.text, end) is not None

    def ends_text(self, end: int) -> bool:
        return not self.text[end:].strip()

    def name_or_opening(self) -> bool:
        """Whether the word before has a capital."""
        found = _LAST.search(self.text, max(0, self.at - 60), self.at)
        return found is not None and found[1][0].isupper()
