"""Something dies or is started anew while an alert is paused, corrected or about to expire."""

import time

from tests.acceptance.steering.alert import Alert
from tests.acceptance.steering.damage import line_dies, node_dies, pbx_dies, starts_anew
from tests.acceptance.steering.hearing import WHOLE, Heard
from tests.acceptance.steering.people import CONFIRMS, LED
from tests.acceptance.steering.scenarios.corrections import RIGHT, WRONG
from tests.acceptance.steering.scenarios.stopping import LONG
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.waiting import until
from tests.acceptance.steering.zones import BROKEN, BROKEN_TWO
from tests.support.callers import beginning

FIRE = "Brand in de school. Sluit de ramen en de deuren."


async def paused(story: Story) -> Alert:
    """An alert that was paused when some were rung and others were not; no call is up any more."""
    people = story.people(24, CONFIRMS)
    alert = await story.sends(await story.network("den", *people), FIRE)
    await alert.until_rung(4)
    await alert.pause()
    await alert.until_no_call_is_up()
    assert any(not story.rung(one) for one in people)
    return alert


async def goes_on_where_it_was(story: Story, alert: Alert) -> None:
    """Nobody was rung by who began anew; all are rung once in the end, and hear it."""
    await alert.stayed_quiet()
    await alert.resume()
    await alert.until_closed()
    people = story.people_in("den")
    await alert.came_to(dict.fromkeys(people, "confirmed"))
    await story.heard({one: [[alert, story.says("thank_you")]] for one in people})
    assert {story.rung(one) for one in people} == {1}


@scene(BROKEN)
async def the_line_dies_while_an_alert_is_paused(story: Story) -> None:
    alert = await paused(story)
    await line_dies(story.zone)
    await goes_on_where_it_was(story, alert)


@scene(BROKEN)
async def the_pbx_dies_while_an_alert_is_paused(story: Story) -> None:
    alert = await paused(story)
    await pbx_dies(story.zone)
    await goes_on_where_it_was(story, alert)


@scene(BROKEN)
async def the_server_is_started_anew_while_an_alert_is_paused(story: Story) -> None:
    alert = await paused(story)
    await starts_anew(story.zone, story.zone.desk)
    await goes_on_where_it_was(story, alert)


@scene(BROKEN_TWO)
async def both_machines_are_started_anew_while_an_alert_is_paused(story: Story) -> None:
    alert = await paused(story)
    await starts_anew(story.zone, *story.zone.nodes)
    await goes_on_where_it_was(story, alert)


@scene(BROKEN)
async def the_line_dies_while_it_says_a_correction(story: Story) -> None:
    """Whoever leads the call next never says the wrong text again."""
    an = story.person("An", LED)
    wrong = await story.sends(await story.network("den", an), WRONG)
    async with story.picks_up(an) as call:
        await call.hears(beginning(wrong.text.whole))
        right = await wrong.correct(RIGHT)
        await call.hears(story.says("changed").sound, share=WHOLE)
        until_then = await call.hears(beginning(right.text.whole), share=WHOLE)
        await line_dies(story.zone)
        await call.hears(right.text.whole, share=WHOLE)
        await call.presses("1")
        await call.until_over()
    await right.until_closed()
    await right.until_got(an, "confirmed", "heard")
    await story.heard_on(call, right, since=until_then)


@scene(BROKEN)
async def the_pbx_speaks_no_pass_after_the_alert_has_expired(story: Story) -> None:
    """It speaks by itself when the line has died, and the text was being said when it expired."""
    an = story.person("An", LED)
    alert = await story.sends(await story.network("den", an), LONG, expires_in=10)
    async with story.picks_up(an) as call:
        await call.hears(beginning(alert.text.body), share=WHOLE)
        await until(lambda: time.monotonic() > alert.sent_at + 10, "it has expired")
        await line_dies(story.zone)
        await call.until_over()
    await alert.until_closed()
    await story.heard({an: [[alert.part]]})
    assert story.rung(an) == 1


@scene(BROKEN_TWO)
async def a_node_dies_with_a_paused_alert(story: Story) -> None:
    """Whom it was calling is called by the other one, when the alert goes on."""
    people = story.people(24, CONFIRMS)
    alert = await story.sends(await story.network("den", *people), FIRE)
    await alert.until_on_both_nodes()
    await alert.pause()
    dead = story.zone.nodes[1]
    await node_dies(story.zone, dead)
    await alert.stayed_quiet()
    await alert.resume()
    await alert.until_closed()
    await alert.came_to(dict.fromkeys(people, "confirmed"))
    await story.heard_last({one: [alert, story.says("thank_you")] for one in people})
    again = {name for name, one in (await alert.recipients()).items() if len(one.calls) > 1}
    assert {one.name for one in people if story.rung(one) > 1} <= again
    await starts_anew(story.zone, dead)


@scene(BROKEN_TWO)
async def a_node_dies_with_a_corrected_alert(story: Story) -> None:
    """On the calls of the other one the right text is said; whom the dead one was calling is rung with it."""
    people = story.people(8, CONFIRMS)
    wrong = await story.sends(await story.network("den", *people), WRONG)
    await story.until_heard(4.0, *people)
    await wrong.until_on_both_nodes()
    right = await wrong.correct(RIGHT)
    dead = story.zone.nodes[1]
    await node_dies(story.zone, dead)
    await right.until_closed()
    await right.came_to(dict.fromkeys(people, "confirmed"))
    changed, thanks = story.says("changed"), story.says("thank_you")
    on_the_call: list[Heard | Alert] = [wrong.part, changed, right, thanks]
    await story.heard_last({one: on_the_call if story.rung(one) == 1 else [right, thanks] for one in people})
    assert {story.rung(one) for one in people} <= {1, 2}
    await starts_anew(story.zone, dead)
