"""A text beside what is heard of it, piece by piece, for who must see both before anybody is called."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from prompts.normalise.languages.language import Language
from prompts.normalise.scanner import Piece
from prompts.normalise.tokens import Sign, Spelled, Token, Word

_AROUND_WORDS = " .,;:?!()[]\"'“”„«»…-–—"


@dataclass(frozen=True, slots=True)
class HeardPart:
    """What stands in the text between two spaces that are heard as such, and what is heard of it."""

    written: str
    said: str

    @property
    def differs(self) -> bool:
        """Whether other words are heard than are written."""
        return self.written.strip(_AROUND_WORDS) != self.said.strip(_AROUND_WORDS)


@dataclass(frozen=True)
class HeardText:
    """A text that was read: one line, as `readable` makes it, and its tokens in their order."""

    line: str
    pieces: Sequence[Piece]
    speaker: Language

    @cached_property
    def words(self) -> str:
        """All that is said."""
        return _joined(self.pieces, self.speaker)

    @property
    def parts(self) -> Iterator[HeardPart]:
        """The whole line, part by part."""
        for pieces in self._close_together():
            written = self.line[pieces[0].start : pieces[-1].end]
            yield HeardPart(written, _joined(pieces, self.speaker))

    @property
    def sentences(self) -> int:
        """How many there are; the last may lack its full stop."""
        count, begun = 0, False
        for piece in self.pieces:
            ends = isinstance(piece.token, Sign) and piece.token.text in ".?!"
            count += ends and begun
            begun = not ends and (begun or not isinstance(piece.token, Sign))
        return count + begun

    def written(self, piece: Piece) -> str:
        return self.line[piece.start : piece.end]

    def said(self, token: Token) -> str:
        return self.speaker.say(token)

    def _close_together(self) -> Iterator[Sequence[Piece]]:
        together: list[Piece] = []
        for piece in self.pieces:
            if together and " " in self.line[together[-1].end : piece.start]:
                yield together
                together = []
            together.append(piece)
        if together:
            yield together


def _joined(pieces: Iterable[Piece], speaker: Language) -> str:
    """Words with one space between them; of several signs in a row the one that ends a sentence."""
    said, sign = "", ""
    before: Piece | None = None
    for piece in pieces:
        if isinstance(piece.token, Sign):
            sign = _stronger(sign, piece.token.text)
            continue
        words = speaker.say(piece.token)
        if not words:
            continue
        said += _between(before, piece, sign) + words
        sign, before = "", piece
    return said + (sign if sign and sign in ".?!" and said else "")


def _between(before: Piece | None, piece: Piece, sign: str) -> str:
    """Only letters keep what joined them: nothing is ever glued to a number."""
    if before is None:
        return ""
    if sign:
        return f"{sign} "
    words = isinstance(before.token, Word) and isinstance(piece.token, Word)
    letters = isinstance(before.token, Word | Spelled)
    return piece.joint if words or (letters and piece.joint == "'") else " "


def _stronger(sign: str, other: str) -> str:
    if sign and sign in ".?!":
        return sign
    return other if not sign or other in ".?!" else sign
