"""A text with what is said of it under the words that are said otherwise."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it costs a tenth of a second, which not every command needs
    from prompts.normalise.heard import HeardPart


def under(parts: "Iterable[HeardPart]", width: int) -> Iterator[str]:
    """Lines of at most `width` characters, where no single part is longer: written ones, said ones below."""
    written, said = "", ""
    for part in parts:
        below = part.said if part.differs else ""
        cell = max(len(part.written), len(below)) + 1
        if written and len(written) + cell > width:
            yield from _pair(written, said)
            written, said = "", ""
        written += part.written.ljust(cell)
        said += below.ljust(cell)
    yield from _pair(written, said)


def _pair(written: str, said: str) -> Iterator[str]:
    yield written.rstrip()
    if said.strip():
        yield said.rstrip()
