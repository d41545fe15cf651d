"""Drawn people and machines called in audio time, by the real script: they get the message, and are known."""

from pathlib import Path

import pytest

from simulation.kinds import Box, DrawnPerson, Neighbour
from simulation.people.draw import draw
from simulation.sound.studio import Studio
from tests.simulation.on_the_line import neighbourhood

SEED, DRAWN = 2026, 120

pytestmark = pytest.mark.thorough


def has_a_speech_engine(neighbour: Neighbour) -> bool:
    """Human recordings are not on every machine that runs the tests."""
    match neighbour.plays:
        case Box(greeting=said):
            return not said.speaker.is_human
        case DrawnPerson(speaker=speaker):
            return not speaker.is_human
        case _:
            return True


async def test_machines_get_the_message_whole_people_hear_it_and_nearly_all_are_known_for_what_they_are(
    tmp_path: Path,
) -> None:
    neighbours = [one for one in draw(SEED, DRAWN) if has_a_speech_engine(one)]
    calls = await neighbourhood(neighbours, Studio(tmp_path / "cache", tmp_path / "no-humans"))
    must_have_it = [one for one in calls if one.takes_it or one.neighbour.stays]
    assert len(must_have_it) > 60
    assert [one.neighbour.shape for one in must_have_it if not one.has_it_whole] == []
    wrong = [(one.neighbour.shape, one.far_end.evidence()) for one in must_have_it if not one.is_judged_right]
    assert len(wrong) <= 0.03 * len(must_have_it), wrong
    boxes = [one.line_time for one in calls if one.takes_it]
    assert sum(boxes) / len(boxes) <= 1.1


async def test_an_echoing_line_hears_the_message_whole_after_three_restarts_at_the_most(
    tmp_path: Path,
) -> None:
    neighbours = [one for one in draw(SEED, 600) if one.echo is not None]
    for one in await neighbourhood(neighbours, Studio(tmp_path / "cache", tmp_path / "no-humans")):
        passes = [told.whole for told in one.far_end.facts.passes]
        restarts = passes.index(True) if True in passes else len(passes) - 1
        assert restarts <= 3, (one.neighbour.shape, one.far_end.evidence())
