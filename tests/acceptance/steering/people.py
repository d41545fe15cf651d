"""Who is rung in the scenarios: people by what their telephone does (docs/neighbourhood.md)."""

from dataclasses import dataclass

CONFIRMS_SOON = 10
"""Presses 1 after three seconds of the message."""
CONFIRMS = 11
"""Presses 1 after the whole message."""
LISTENS = 12
"""Puts the phone down after the whole message."""
LEAVES = 14
"""Puts the phone down after two seconds."""
STAYS = 15
"""Says nothing and stays."""
ENGAGED = 16
RINGS_OUT = 17
ENGAGED_AT_FIRST = 18
"""And then as who confirms soon."""
NO_NUMBER = 20
"""Does not exist."""
BOX = 23
"""A real mailbox."""
LED = 33
"""Rings a second, and does what the scenario says."""
LED_LATE = 34
"""The same after twelve seconds more."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with their telephones, best first."""

    name: str
    numbers: tuple[str, ...]
    street: str = ""

    @property
    def number(self) -> str:
        """Of the first telephone."""
        return self.numbers[0]

    @property
    def second(self) -> str:
        """Of the other telephone."""
        return self.numbers[1]
