"""What an attack is: a function with a name, and a sentence that says what must not come of it.

An attack that plants something and waits for its victim is a generator: at its `yield` the victims are ended
at once and started again, and after it the attack looks at what became of it.
"""

import inspect
import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.canary import Canaries
from tests.hostile.intruder import DONE, Intruder, Step
from tests.hostile.site import Site

Planting = Generator[None, None, None]
"""Planted up to its `yield`, looked at after it."""
Play = Callable[["Trial"], Planting | None]
DURING, AFTER, LAST = "during", "after", "last"
"""When it is played: while an alert runs, when it is over, or when everything else has been tried."""
PROGRAMS, ALL = "programs", "all"
"""Who is started again: Asterisk, PostgreSQL and the line by `serve`; or `serve` too, by root."""


@dataclass
class Trial:
    """One attack that is being played on one site."""

    attack: "Attack"
    site: Site
    by: Intruder
    canary: Canaries
    problems: list[str] = field(default_factory=list)
    planted: dict[Path, int] = field(default_factory=dict)
    """Places, and which file was put there."""

    def through(self, words: str) -> None:
        """The attack got something that it must not get."""
        self.problems.append(words)

    def plant(self, verb: str, place: Path, *what: object) -> None:
        """Put something in the place of what is there; where the account may not, it is repelled already."""
        step = [verb, str(place), *(one if isinstance(one, int) else str(one) for one in what)]
        steps: list[Step] = [["aside", str(place)], step] if os.path.lexists(place) else [step]
        came = self.by.do(*steps)
        if came[-1] == DONE:
            self.planted[place] = place.lstat().st_ino
        elif came[0] == DONE:
            self.by.do(["back", str(place)])

    def take_away(self) -> None:
        """What somebody has put in its place since stays there."""
        steps = [
            ["back" if _inode(place) in (None, planted) else "drop", str(place)]
            for place, planted in reversed(self.planted.items())
        ]
        if steps:
            self.by.do(*steps)


def _inode(place: Path) -> int | None:
    return place.lstat().st_ino if os.path.lexists(place) else None


@dataclass(frozen=True)
class Attack:
    name: str
    must_not: str
    by: str
    group: str
    play: Play
    restarts: str = ""
    turn: int = 0
    """Those that are planted together; each place is taken by one of them."""
    when: str = ""


ATTACKS: list[Attack] = []


def attack(*, by: str, restarts: str = "", turn: int = 0, when: str = AFTER) -> Callable[[Play], Play]:
    """Adds a function to the attacks that are played, in the name of an account."""

    def add(play: Play) -> Play:
        sentence = inspect.getdoc(play)
        assert sentence, f"{play.__name__} says nothing of what must not happen"
        group = play.__module__.rpartition(".")[2]
        ATTACKS.append(Attack(play.__name__, sentence, by, group, play, restarts, turn, when))
        return play

    return add


@dataclass(frozen=True)
class Verdict:
    attack: Attack
    problems: list[str]

    @property
    def repelled(self) -> bool:
        return not self.problems


def play(attacks: Sequence[Attack], site: Site) -> list[Verdict]:
    """Those that are planted together; their victims are started again once for all."""
    trials, verdicts = [], []
    for one in attacks:
        by = site.account(one.by)
        if by is None:
            verdicts.append(Verdict(one, [f"there is no account {one.by}: root runs what it should run"]))
        else:
            trials.append(Trial(one, site, by, site.canaries(one.name, against=one.by)))
    _play(trials, site, serve=attacks[0].restarts == ALL)
    for trial in trials:
        trial.problems.extend(trial.canary.changed())
        verdicts.append(Verdict(trial.attack, trial.problems))
    return verdicts


def _play(trials: Sequence[Trial], site: Site, *, serve: bool) -> None:
    waiting: list[Planting] = []
    try:
        for trial in trials:
            generator = trial.attack.play(trial)
            if generator is not None:
                next(generator, None)
                waiting.append(generator)
        if waiting:
            site.restart(serve=serve)
    finally:
        for generator in waiting:
            next(generator, None)
        for trial in trials:
            trial.take_away()
    fault = site.recover() if waiting else ""
    if fault:
        trials[0].through(f"{fault} (through this, or another of its turn)")
