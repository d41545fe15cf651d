"""The scenarios of `make steer`, each with the zone in which it is played."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.acceptance.steering.story import Scenario
from tests.acceptance.steering.zones import Plan


@dataclass(frozen=True, slots=True)
class Scene:
    """One scenario."""

    name: str
    plan: Plan
    play: Scenario
    nth: int
    """Of all; its people's numbers begin with it."""


SCENES: list[Scene] = []
"""In the order in which they are told."""


def scene(plan: Plan) -> Callable[[Scenario], Scenario]:
    """Adds a scenario, which has the name of its function, to those of this zone."""

    def add(play: Scenario) -> Scenario:
        SCENES.append(Scene(play.__name__.replace("_", " "), plan, play, len(SCENES)))
        return play

    return add
