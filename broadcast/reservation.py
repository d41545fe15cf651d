"""A line reserved for one call: a context manager, so that it is free again however the call ends."""

from collections.abc import Callable
from copy import copy
from enum import Enum, auto
from typing import Self


class LineUse(Enum):
    """What a line is taken for."""

    FREE = auto()
    RESERVED = auto()
    """No call is placed on it yet."""
    PLACED = auto()
    """A call of ours is on it."""
    CALLER = auto()
    """A conversation is on it that belongs to no attempt: somebody called us, or stayed on the line."""


class Reservation:
    """One line. Whoever has it uses it in a `with` block, which frees it at its end, or moves it on."""

    def __init__(self, use: LineUse, on_change: Callable[[LineUse, LineUse], None]) -> None:
        """`on_change` is told each use and the next one, at once: the line is taken from here on."""
        self._use = LineUse.FREE
        self._on_change = on_change
        self._become(use)

    @property
    def is_free(self) -> bool:
        """It was released, or moved."""
        return self._use is LineUse.FREE

    def place(self) -> None:
        """A call is placed on it now."""
        self._change(LineUse.PLACED)

    def give_to_caller(self) -> None:
        """It counts among the lines of callers from now on, without being free in between."""
        self._change(LineUse.CALLER)

    def move(self) -> "Reservation":
        """The same line, for whoever has it from now on; this reservation holds none any more."""
        moved = copy(self)
        self._use = LineUse.FREE
        return moved

    def release(self) -> None:
        """Free the line; nothing happens when it is not ours any more."""
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
