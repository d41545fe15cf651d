"""Which telephone numbers are a police zone's own, or known to everybody: a text may name them."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class OwnNumbers:
    """Numbers as people write them, at home in `country` (ISO 3166)."""

    written: tuple[str, ...] = ()
    country: str = "BE"

    def __contains__(self, number: str) -> bool:
        """Whether this is one of them, in whichever way it is written."""
        return self._dialled(number) in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(map(self._dialled, self.written)) - {""}

    def _dialled(self, number: str) -> str:
        from directory.numbers import dialled  # noqa: PLC0415 - it brings the numbers of the world

        return dialled(number, region=self.country)
