"""It is over, or there is more to say: who heard the alert is told."""

from tests.acceptance.steering.people import (
    BOX,
    CONFIRMS,
    CONFIRMS_SOON,
    ENGAGED,
    LED,
    LED_LATE,
    LISTENS,
    NO_NUMBER,
)
from tests.acceptance.steering.scenarios.stopping import LONG
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.zones import CALM, CALM_TWO

SAFE = "Alles is veilig. De politie heeft de verdachten opgepakt. Dank u wel."
JACKET = "De dader draagt een rode trui en een witte pet. Hij is te voet gevlucht."
THEFT = "Diefstal uit wagens aan het station. Laat niets in uw wagen liggen."


@scene(CALM)
async def an_all_clear_is_told_to_who_heard_the_alert_and_to_no_one_else(story: Story) -> None:
    an, bert, carla, dirk, els = (
        story.person(name, kind)
        for name, kind in (
            ("An", CONFIRMS),
            ("Bert", LISTENS),
            ("Carla", BOX),
            ("Dirk", ENGAGED),
            ("Els", NO_NUMBER),
        )
    )
    alert = await story.sends(await story.network("den", an, bert, carla, dirk, els), THEFT)
    await alert.until_closed()
    rung = {one: story.rung(one) for one in (dirk, els)}
    clear = await alert.follow_up("all-clear", SAFE)
    await clear.until_closed()
    await clear.came_to({an: "confirmed", bert: "heard", carla: "voicemail"})
    thanks = story.says("thank_you")
    await story.heard({an: [[alert, thanks], [clear, thanks]], bert: [[alert], [clear]], dirk: [], els: []})
    await story.boxes_kept({carla: [[alert], [clear]]})
    assert {one: story.rung(one) for one in (dirk, els)} == rung


@scene(CALM_TWO)
async def an_all_clear_is_said_on_the_calls_of_both_nodes(story: Story) -> None:
    people = story.people(6, CONFIRMS)
    alert = await story.sends(await story.network("den", *people), LONG)
    await story.until_heard(5.0, *people)
    clear = await alert.follow_up("all-clear", SAFE)
    await clear.until_closed()
    changed, thanks = story.says("changed"), story.says("thank_you")
    await story.heard({one: [[alert.part, changed, clear, thanks]] for one in people})
    assert {story.rung(one) for one in people} == {1}


@scene(CALM)
async def a_telephone_that_rings_is_left_in_peace_by_an_all_clear(story: Story) -> None:
    """Nobody there has heard anything, so there is nothing to call off."""
    an, bert = story.person("An", CONFIRMS_SOON), story.person("Bert", LED_LATE)
    alert = await story.sends(await story.network("den", an, bert), THEFT)
    await alert.until_got(an, "confirmed")
    assert story.is_up(bert)
    clear = await alert.follow_up("all-clear", SAFE)
    await clear.until_closed()
    await alert.until_closed()
    await clear.came_to({an: "confirmed"})
    await story.heard({bert: []})
    assert story.rung(bert) == 1


@scene(CALM)
async def an_all_clear_to_all_rings_also_who_has_heard_nothing(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", LED_LATE)
    alert = await story.sends(await story.network("den", an, bert), THEFT)
    await story.until_rings(bert)
    clear = await alert.follow_up("all-clear", SAFE, to="all")
    async with story.picks_up(bert) as call:
        await story.confirms(call, clear)
    await clear.until_closed()
    await clear.came_to({an: "confirmed", bert: "confirmed"})
    await story.heard({bert: [[clear, story.says("thank_you")]]})


@scene(CALM_TWO)
async def more_is_told_to_each_as_soon_as_they_have_heard_the_alert(story: Story) -> None:
    """While the first still rings one of them; nobody hears what follows before it."""
    an, bert = story.person("An", CONFIRMS), story.person("Bert", LED_LATE)
    alert = await story.sends(await story.network("den", an, bert), THEFT)
    await alert.until_got(an, "confirmed")
    more = await alert.follow_up("more", JACKET, name="what more there is")
    async with story.picks_up(bert) as call:
        await story.confirms(call, alert)
    async with story.picks_up(bert) as call:
        await story.confirms(call, more)
    await more.until_closed()
    await more.came_to({an: "confirmed", bert: "confirmed"})
    thanks = story.says("thank_you")
    await story.heard({one: [[alert, thanks], [more, thanks]] for one in (an, bert)})


@scene(CALM)
async def more_is_told_to_who_has_not_confirmed(story: Story) -> None:
    an, bert, carla = (
        story.person("An", CONFIRMS),
        story.person("Bert", LISTENS),
        story.person("Carla", ENGAGED),
    )
    alert = await story.sends(await story.network("den", an, bert, carla), THEFT)
    await alert.until_closed()
    more = await alert.follow_up("more", JACKET, to="unconfirmed", name="what more there is")
    await more.until_closed()
    await more.came_to({bert: "heard", carla: "nothing"})
    await story.heard({an: [[alert, story.says("thank_you")]], bert: [[alert], [more]]})


@scene(CALM_TWO)
async def more_is_told_to_all(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", ENGAGED)
    alert = await story.sends(await story.network("den", an, bert), THEFT)
    await alert.until_closed()
    rung = story.rung(bert)
    more = await alert.follow_up("more", JACKET, to="all", name="what more there is")
    await more.until_closed()
    await more.came_to({an: "confirmed", bert: "nothing"})
    assert story.rung(bert) == 2 * rung


@scene(CALM)
async def a_follow_up_is_followed_up(story: Story) -> None:
    """Who heard the second text hears the third; who heard the first alone does not."""
    an, bert = story.person("An", CONFIRMS), story.person("Bert", LED)
    alert = await story.sends(await story.network("den", an, bert), THEFT)
    async with story.picks_up(bert) as call:
        await story.confirms(call, alert)
    await alert.until_closed()
    more = await alert.follow_up("more", JACKET, name="what more there is")
    async with story.picks_up(bert):
        pass  # they put it down at once
    await more.until_got(an, "confirmed")
    clear = await more.follow_up("all-clear", SAFE)
    await clear.until_closed()
    await clear.came_to({an: "confirmed"})
    thanks = story.says("thank_you")
    await story.heard({an: [[alert, thanks], [more, thanks], [clear, thanks]]})


@scene(CALM)
async def a_follow_up_rings_first_where_the_alert_was_heard(story: Story) -> None:
    an = story.person("An", NO_NUMBER, CONFIRMS)
    alert = await story.sends(await story.network("den", an), THEFT)
    await alert.until_closed()
    rung = len(story.zone.wire.calls_to(an.number))
    clear = await alert.follow_up("all-clear", SAFE)
    await clear.until_closed()
    thanks = story.says("thank_you")
    await story.heard({an.second: [[alert, thanks], [clear, thanks]]})
    assert len(story.zone.wire.calls_to(an.number)) == rung
