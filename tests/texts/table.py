"""Tables of texts: what is written, what must be heard of it, and what must not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prompts.normalise import normalise

LANGUAGES = ("nl", "fr", "de", "en")
OWN = tuple(Path(__file__).with_name(f"{language}.tsv") for language in LANGUAGES)
_PUNCTUATION = re.compile(r"[^\w\s'-]")


@dataclass(frozen=True, slots=True)
class Line:
    language: str
    written: str
    must: str
    """A regular expression that is found in what is said, in small letters and without punctuation."""
    must_not: str

    @property
    def said(self) -> str:
        return normalise(self.written, self.language)

    @property
    def is_right(self) -> bool:
        said = _plain(self.said)
        wrong = bool(self.must_not) and re.search(self.must_not, said) is not None
        return re.search(self.must, said) is not None and not wrong

    def __str__(self) -> str:
        return f"{self.language}: {self.written!r} is said {self.said!r}, expected {self.must!r}" + (
            f" and not {self.must_not!r}" if self.must_not else ""
        )


def lines_of(table: Path) -> Iterator[Line]:
    """A table with the language in its first column, or named after its only language."""
    language = table.stem if table.stem in LANGUAGES else None
    for written in table.read_text(encoding="utf-8").splitlines():
        if written and not written.startswith("#"):
            columns = [*([language] if language else []), *written.split("\t"), "", ""]
            yield Line(*columns[:4])


def _plain(said: str) -> str:
    return " ".join(_PUNCTUATION.sub("", said.lower()).split())
