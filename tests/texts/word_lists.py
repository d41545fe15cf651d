"""Every word of a language is said as it is written: Debian's word lists."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from prompts.normalise import normalise

FOLDER = Path("/usr/share/dict")
LISTS: Mapping[str, str] = {"nl": "dutch", "fr": "french", "de": "ngerman", "en": "british-english"}
PACKAGES = "wdutch wfrench wngerman wbritish"


def words_of(language: str) -> list[str]:
    """Its entries of letters only that are not all in capitals."""
    entries = (FOLDER / LISTS[language]).read_text(encoding="utf-8").split()
    return [entry for entry in entries if entry.isalpha() and not entry.isupper()]


def changed(language: str, every: int = 1) -> Iterator[tuple[str, str]]:
    """Each word that is said otherwise than it is written, with what is said."""
    for word in words_of(language)[::every]:
        if (said := normalise(word, language)) != word:
            yield word, said
