"""An alert is paused, and goes on again."""

from tests.acceptance.steering.hearing import WHOLE
from tests.acceptance.steering.people import CONFIRMS, ENGAGED, ENGAGED_AT_FIRST, LED, LED_LATE, RINGS_OUT
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.zones import CALM, CALM_TWO, SCARCE
from tests.support.callers import beginning

FIRE = "Brand in de kerk. Sluit de ramen en de deuren."


@scene(SCARCE)
async def a_pause_silences_both_nodes_and_who_listens_hears_it_to_its_end(story: Story) -> None:
    """More people than both nodes can ring at once."""
    people = story.people(40, CONFIRMS)
    alert = await story.sends(await story.network("beuk", *people), FIRE)
    await alert.until_rung(6)
    await alert.until_on_both_nodes()
    await alert.pause()
    await alert.stayed_quiet()
    rung = [one for one in people if story.rung(one)]
    assert 6 <= len(rung) < len(people)
    await story.heard({one: [[alert, story.says("thank_you")]] for one in rung})
    await alert.resume()
    await alert.until_closed()
    await alert.came_to(dict.fromkeys(people, "confirmed"))
    assert {story.rung(one) for one in people} == {1}


@scene(CALM)
async def a_telephone_that_rings_when_it_is_paused_is_answered_and_hears_the_alert(story: Story) -> None:
    """Who is engaged then is called again after the pause alone."""
    an, bert = story.person("An", LED_LATE), story.person("Bert", ENGAGED)
    alert = await story.sends(await story.network("linde", an, bert), FIRE)
    await story.until_rings(an)
    await alert.until("count(*) FILTER (WHERE outcome = 'busy') = 1")
    await alert.pause()
    async with story.picks_up(an) as call:
        await call.hears(alert.text.whole)
        await call.presses("1")
        await call.hears(story.says("thank_you").sound)
    await alert.until_got(an, "confirmed")
    await alert.stayed_quiet()
    assert story.rung(bert) == 1
    await alert.resume()
    await alert.until_closed()
    await alert.came_to({an: "confirmed", bert: "nothing"})
    assert story.rung(bert) == 2
    await story.heard({an: [[alert, story.says("thank_you")]], bert: []})


@scene(CALM)
async def who_listens_when_it_is_paused_confirms_it(story: Story) -> None:
    an, bert = story.person("An", LED), story.person("Bert", ENGAGED)
    alert = await story.sends(await story.network("els", an, bert), FIRE)
    async with story.picks_up(an) as call:
        await call.hears(beginning(alert.text.body))
        await alert.pause()
        await story.confirms(call, alert)
    await alert.until_got(an, "confirmed")
    await alert.stayed_quiet()
    await alert.resume()
    await alert.until_closed()
    await alert.came_to({an: "confirmed", bert: "nothing"})


@scene(CALM)
async def an_officer_pauses_it_by_phone_and_lets_it_go_on(story: Story) -> None:
    """Key 5 while the figures are told."""
    maes, others = story.person("Maes", RINGS_OUT), story.people(5, CONFIRMS)
    await story.network("office", maes)
    den = await story.network("den", story.person("Jan", RINGS_OUT, RINGS_OUT))
    spar = await story.network("spar", *others)
    officer = await story.officer(den, spar)
    alert = await story.sends(den, FIRE)
    await alert.pace("--calls-per-second", "0.2")
    async with story.calls_us(maes) as call:
        await story.follows_by_phone(call, officer)
        await alert.add(spar)
        await call.presses("5")
        await call.hears(story.says("police_paused").sound, share=WHOLE)
        await alert.paused_by_phone()
        await alert.stayed_quiet()
        await call.presses("5")
        await call.hears(story.says("police_resumed").sound, share=WHOLE)
    await alert.pace()
    await alert.until_closed()
    assert {story.rung(one) for one in others} == {1}


@scene(CALM)
async def a_paused_alert_that_is_stopped_rings_nobody_any_more(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", ENGAGED)
    alert = await story.sends(await story.network("taxus", an, bert), FIRE)
    await alert.until_got(an, "confirmed")
    await alert.pause()
    await alert.stayed_quiet()
    rung = story.rung(bert)
    await alert.stop()
    await alert.until_closed()
    assert story.rung(bert) == rung
    await alert.came_to({an: "confirmed", bert: "nothing"})


@scene(CALM)
async def a_paused_alert_expires_as_it_would_have(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", ENGAGED)
    alert = await story.sends(await story.network("wilg", an, bert), FIRE, expires_in=30)
    await alert.until("count(*) FILTER (WHERE outcome = 'busy') >= 1")
    await alert.pause()
    await alert.stayed_quiet()
    rung = story.rung(bert)
    await alert.until_closed()
    assert story.rung(bert) == rung
    await story.heard({an: [[alert, story.says("thank_you")]], bert: []})


@scene(CALM)
async def a_telephone_of_a_paused_alert_is_rung_for_another_one_meanwhile(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", ENGAGED)
    network = await story.network("beuk", bert)
    paused = await story.sends(network, FIRE, name="the paused alert")
    await paused.pause()
    await paused.add(await story.network("more", an))
    other = await story.sends(story.slug("more"), "Er is een lek in de gasleiding. Steek geen vuur aan.")
    await other.until_closed()
    await other.came_to({an: "confirmed"})
    await paused.resume()
    await paused.until_closed()
    thanks = story.says("thank_you")
    await story.heard({an: [[other, thanks], [paused, thanks]]})


@scene(CALM_TWO)
async def a_paused_alert_is_corrected_and_the_correction_is_not_paused(story: Story) -> None:
    """Who waits hears the right text alone."""
    an, bert = story.person("An", CONFIRMS), story.person("Bert", ENGAGED_AT_FIRST)
    alert = await story.sends(await story.network("linde", an, bert), FIRE)
    await alert.until_got(an, "confirmed")
    await alert.until("count(*) FILTER (WHERE outcome = 'busy') = 1")
    await alert.pause()
    await alert.stayed_quiet()
    correction = await alert.correct("Het is de school die brandt. Kom er niet in de buurt.")
    await correction.until_closed()
    await story.corrected(correction, an)
    thanks = story.says("thank_you")
    await story.heard({an: [[alert, thanks], [correction, thanks]], bert: [[correction.part, thanks]]})
    await correction.came_to({an: "confirmed", bert: "confirmed"})


@scene(CALM_TWO)
async def an_alert_is_paused_again_and_again_and_nobody_is_rung_twice(story: Story) -> None:
    people = story.people(12, CONFIRMS)
    alert = await story.sends(await story.network("els", story.person("An", ENGAGED)), FIRE)
    await alert.pace("--calls-per-second", "1")
    await alert.add(await story.network("many", *people))
    for rung in (4, 8):
        await alert.until_rung(rung)
        await alert.pause()
        await alert.stayed_quiet()
        await alert.resume()
    await alert.pace()
    await alert.until_closed()
    assert {story.rung(one) for one in people} == {1}
    await story.heard({one: [[alert, story.says("thank_you")]] for one in people})
