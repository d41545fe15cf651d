"""An alert that is ready to be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from broadcast.draft import Draft
from directory.actor import Actor

if TYPE_CHECKING:  # speaking brings all that makes sound
    from broadcast.alert.passes import RenderedPass


@dataclass(frozen=True, slots=True)
class Prepared:
    """An alert whose every word is spoken, and of which nothing is written."""

    actor: Actor
    draft: Draft
    networks: Sequence[int]
    passes: "Sequence[RenderedPass]"
    request: UUID = field(default_factory=uuid4)
    """Two broadcasts of one request there are never."""

    @property
    def seconds(self) -> Mapping[str, float]:
        """How long a pass lasts, by language; the longest where networks differ."""
        longest: dict[str, float] = {}
        for one in self.passes:
            longest[one.language] = max(longest.get(one.language, 0.0), round(one.seconds, 2))
        return longest
