"""More people are called for an alert that is under way, and nobody twice."""

from dataclasses import replace

from tests.acceptance.steering.people import CONFIRMS, ENGAGED, LED_LATE, Person
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.zones import CALM, CALM_TWO

LEAK = "Er is een gaslek in de Dorpsstraat. Open de ramen en rook niet."


def lodger(name: str, of: Person) -> Person:
    """Somebody who shares the telephone of that person."""
    return replace(of, name=name)


@scene(CALM_TWO)
async def a_network_is_added_that_shares_members_and_telephones(story: Story) -> None:
    here, there = story.people(8, CONFIRMS), story.people(5, CONFIRMS)
    shares = [lodger(f"Lodger {n}", of=one) for n, one in enumerate(here[:3])]
    alert = await story.sends(await story.network("den", *here), LEAK)
    await alert.until_rung(2)
    spar = await story.network("spar", *there, *shares)
    await story.joins(here[4], spar)
    await alert.add(spar)
    await alert.until_closed()
    await alert.came_to(dict.fromkeys([*here, *there, *shares], "confirmed"))
    assert {story.rung(one) for one in (*here, *there)} == {1}
    await story.heard({one: [[alert, story.says("thank_you")]] for one in (*here, *there)})


@scene(CALM)
async def a_street_is_added_and_the_next_street_is_not(story: Story) -> None:
    an = story.person("An", ENGAGED)
    bert, chris = (
        story.person(name, CONFIRMS, street=street)
        for name, street in (("Bert", "Dorpsstraat"), ("Chris", "Kerkstraat"))
    )
    alert = await story.sends(await story.network("den", an), LEAK)
    await alert.add(await story.network("spar", bert, chris), "Dorpsstraat")
    await alert.until_got(bert, "confirmed")
    await alert.until_closed()
    await story.heard({bert: [[alert, story.says("thank_you")]], chris: []})
    assert story.rung(chris) == 0


@scene(CALM)
async def a_telephone_that_has_heard_it_is_not_rung_for_somebody_who_is_added(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", ENGAGED)
    carla = lodger("Carla", of=an)
    alert = await story.sends(await story.network("den", an, bert), LEAK)
    await alert.until_got(an, "confirmed")
    await alert.add(await story.network("spar", carla))
    await alert.until_closed()
    await alert.came_to({an: "confirmed", bert: "nothing", carla: "confirmed"})
    assert story.rung(an) == 1


@scene(CALM)
async def somebody_is_added_whose_telephone_is_ringing(story: Story) -> None:
    """One call is for both."""
    an = story.person("An", LED_LATE)
    carla = lodger("Carla", of=an)
    alert = await story.sends(await story.network("den", an), LEAK)
    await story.until_rings(an)
    await alert.add(await story.network("spar", carla))
    async with story.picks_up(an) as call:
        await story.confirms(call, alert)
    await alert.until_closed()
    await alert.came_to({an: "confirmed", carla: "confirmed"})
    assert story.rung(an) == 1


@scene(CALM)
async def who_is_added_to_a_paused_alert_is_rung_when_it_goes_on(story: Story) -> None:
    an, bert = story.person("An", ENGAGED), story.person("Bert", CONFIRMS)
    alert = await story.sends(await story.network("den", an), LEAK)
    await alert.pause()
    await alert.add(await story.network("spar", bert))
    await alert.stayed_quiet()
    assert story.rung(bert) == 0
    await alert.resume()
    await alert.until_closed()
    await alert.came_to({an: "nothing", bert: "confirmed"})
    assert story.rung(bert) == 1
