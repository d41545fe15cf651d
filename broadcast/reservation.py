"""A line reserved for one call.

A reservation is a context manager, so that its line is free again however the call ends.
"""

from collections.abc import Callable
from copy import copy
from enum import Enum, auto
from typing import Self


class LineUse(Enum):
    """The uses of a line."""

    FREE = auto()
    RESERVED = auto()
    """The line waits for its call to be placed."""
    PLACED = auto()
    """The line carries a call that we placed."""
    CALLER = auto()
    """The line carries a conversation of no attempt: somebody called us, or stayed on the line."""


class Reservation:
    """One line, used in a `with` block: the block releases it at its end, unless it was moved before."""

    def __init__(self, use: LineUse, on_change: Callable[[LineUse, LineUse], None]) -> None:
        """Take the line for `use`. `on_change` is called with the old and the new use at each change."""
        self._use = LineUse.FREE
        self._on_change = on_change
        self._become(use)

    @property
    def is_free(self) -> bool:
        """Whether this reservation holds no line: it was released, or moved."""
        return self._use is LineUse.FREE

    def place(self) -> None:
        """Note that a call is placed on the line now. Raises RuntimeError when the line is not ours."""
        self._change(LineUse.PLACED)

    def give_to_caller(self) -> None:
        """Count the line among those of callers from now on; it is never free in between."""
        self._change(LineUse.CALLER)

    def move(self) -> "Reservation":
        """Hand the line over: return a reservation that holds it, and hold none any more."""
        moved = copy(self)
        self._use = LineUse.FREE
        return moved

    def release(self) -> None:
        """Free the line. This does nothing when the reservation holds none."""
        if not self.is_free:
            self._become(LineUse.FREE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _change(self, use: LineUse) -> None:
        if self.is_free:
            raise RuntimeError("This line was released or moved; reserve another one.")
        if use is not self._use:
            self._become(use)

    def _become(self, use: LineUse) -> None:
        before, self._use = self._use, use
        self._on_change(before, use)
