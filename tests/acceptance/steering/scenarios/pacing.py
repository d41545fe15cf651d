"""An alert goes slower than the trunks allow.

Most begin with somebody who is engaged, so that the pace is there before those who are rung by it.
"""

from itertools import pairwise

from tests.acceptance.steering.alert import Alert
from tests.acceptance.steering.people import CONFIRMS, CONFIRMS_SOON, ENGAGED, Person
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.waiting import until
from tests.acceptance.steering.zones import CALM, CALM_TWO, SCARCE

FLOOD = "De dijk aan de Nete is gebroken. Ga naar een hogere verdieping."
NEARLY = 0.9
"""Of a second: what is on the wire is seen here a moment later."""


async def paced(story: Story, people: list[Person], *limits: str) -> Alert:
    """An alert with this pace, to which these people are added then."""
    alert = await story.sends(await story.network("first", story.person("An", ENGAGED)), FLOOD)
    await alert.pace(*limits)
    await alert.add(await story.network("paced", *people))
    return alert


@scene(SCARCE)
async def two_nodes_keep_to_one_pace_and_to_few_lines(story: Story) -> None:
    people = story.people(14, CONFIRMS)
    alert = await paced(story, people, "--calls-per-second", "2", "--lines", "6")
    await until(lambda: sum(map(story.rung, people)) >= 10, "ten are rung")
    calls = [call for one in people for call in story.calls_to(one)]
    for begun in calls:
        at = begun.asked_at
        assert sum(at <= one.asked_at < at + NEARLY for one in calls) <= 2
        assert sum(one.asked_at <= at and (one.ended_at or at) >= at for one in calls) <= 6
    await alert.pace()
    await alert.until_closed()
    assert {story.rung(one) for one in people} == {1}


@scene(CALM)
async def one_call_begins_in_two_seconds(story: Story) -> None:
    people = story.people(5, CONFIRMS_SOON)
    alert = await paced(story, people, "--calls-per-second", "0.5")
    await until(lambda: all(map(story.rung, people)), "all are rung")
    begun = sorted(call.asked_at for one in people for call in story.calls_to(one))
    assert all(later - sooner > 2 * NEARLY for sooner, later in pairwise(begun)), begun
    await alert.pace()
    await alert.until_closed()
    assert {story.rung(one) for one in people} == {1}


@scene(CALM_TWO)
async def a_slow_alert_goes_as_fast_as_it_can_again(story: Story) -> None:
    """Eight calls, one in five seconds, would take forty."""
    people = story.people(8, CONFIRMS_SOON)
    alert = await paced(story, people, "--calls-per-second", "0.2")
    await until(lambda: sum(map(story.rung, people)) >= 2, "two are rung")
    slow = len(alert.calls())
    await alert.pace()
    await until(lambda: all(map(story.rung, people)), "all are rung", seconds=15)
    assert slow < len(people)
    await alert.until_closed()
    assert {story.rung(one) for one in people} == {1}


@scene(CALM_TWO)
async def two_nodes_share_two_lines(story: Story) -> None:
    people = story.people(6, CONFIRMS)
    alert = await paced(story, people, "--lines", "2")
    await alert.until_closed()
    calls = [call for one in people for call in story.calls_to(one)]
    assert len(calls) == len(people)
    for begun in calls:
        at = begun.asked_at
        assert sum(one.asked_at <= at < (one.ended_at or at) for one in calls) <= 2
    await story.heard({one: [[alert, story.says("thank_you")]] for one in people})


@scene(CALM)
async def a_pace_is_kept_through_a_pause(story: Story) -> None:
    people = story.people(6, CONFIRMS_SOON)
    alert = await paced(story, people, "--calls-per-second", "0.5")
    await until(lambda: sum(map(story.rung, people)) >= 2, "two are rung")
    await alert.pause()
    await alert.stayed_quiet()
    assert any(not story.rung(one) for one in people)
    await alert.resume()
    await until(lambda: all(map(story.rung, people)), "all are rung")
    begun = sorted(call.asked_at for one in people for call in story.calls_to(one))
    assert all(later - sooner > 2 * NEARLY for sooner, later in pairwise(begun)), begun
    await alert.pace()
    await alert.until_closed()
