"""An alert is stopped, at each stage of its calls."""

import asyncio

from prompts.audio import tone, write_sound
from prompts.espeak import EspeakVoice
from prompts.passes import render_sentence
from tests.acceptance.steering.hearing import WHOLE
from tests.acceptance.steering.people import BOX, CONFIRMS, ENGAGED, LED, RINGS_OUT, STAYS
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.zones import CALM, CALM_TWO
from tests.support.callers import beginning

LONG = (
    "Er loopt een verward man rond in de Beukenlaan. Hij draagt een groene jas en een hoed. "
    "Spreek hem niet aan, houd uw deuren dicht, en verwittig de politie als u hem ziet. "
    "Hij werd het laatst gezien bij de halte van de bus, en hij ging in de richting van het kanaal. "
    "Twee ploegen van de politie zijn onderweg, en een speurhond komt straks."
)


@scene(CALM)
async def an_alert_is_stopped_before_it_has_rung_the_others(story: Story) -> None:
    an, others = story.person("An", ENGAGED), story.people(5, CONFIRMS)
    alert = await story.sends(await story.network("den", an), LONG)
    await alert.pace("--calls-per-second", "0.05")
    await alert.add(await story.network("others", *others))
    await alert.stop()
    await alert.until_closed()
    assert sum(map(story.rung, others)) <= 1


@scene(CALM_TWO)
async def telephones_that_ring_are_silent_when_it_is_stopped(story: Story) -> None:
    people = story.people(8, RINGS_OUT)
    alert = await story.sends(await story.network("den", *people), LONG)
    await alert.until_rung(8)
    await alert.stop()
    await alert.until_closed()
    assert {story.rung(one) for one in people} == {1}
    await alert.came_to(dict.fromkeys(people, "nothing"))


@scene(CALM_TWO)
async def who_listens_on_either_node_is_told_that_it_is_withdrawn(story: Story) -> None:
    people = story.people(6, STAYS)
    alert = await story.sends(await story.network("den", *people), LONG)
    await story.until_heard(5.0, *people)
    await alert.stop()
    await alert.until_closed()
    await story.heard({one: [[alert.part, story.says("stopped")]] for one in people})


@scene(CALM)
async def who_hears_it_a_second_time_is_told_that_it_is_withdrawn(story: Story) -> None:
    """And has heard it."""
    an = story.person("An", LED)
    alert = await story.sends(await story.network("den", an), LONG)
    async with story.picks_up(an) as call:
        await call.hears(alert.text.whole, share=WHOLE)
        await call.presses("2")
        await call.hears(beginning(alert.text.body))
        await alert.stop()
        await call.hears(story.says("stopped").sound, share=WHOLE)
    await alert.until_closed()
    await story.heard({an: [[alert, story.says("stopped")]]})


@scene(CALM)
async def a_box_that_is_recording_is_told_that_it_is_withdrawn(story: Story) -> None:
    an = story.person("An", BOX)
    alert = await story.sends(await story.network("den", an), LONG)
    await story.until_box_records(an, 5.0)
    await alert.stop()
    await alert.until_closed()
    await story.boxes_kept({an: [[alert.part, story.says("stopped")]]})


@scene(CALM)
async def who_reports_something_goes_on_when_the_alert_is_stopped(story: Story) -> None:
    an = story.person("An", LED)
    alert = await story.sends(await story.network("den", an), LONG)
    seen = await render_sentence(EspeakVoice(), "Er staat een grijze bestelwagen voor de deur.", "nl")
    words = story.zone.phones.recordings / f"seen-{alert.id}"
    await asyncio.to_thread(write_sound, words, seen)
    async with story.picks_up(an) as call:
        await call.hears(beginning(alert.text.whole))
        await call.presses("9")
        await call.hears(tone())
        await story.types("stop", str(alert.id))
        await call.says(words)
        await call.presses("#")
        await call.hears(story.says("report_menu").sound, share=WHOLE)
        await call.presses("1")
        await call.hears(story.says("report_thanks").sound, share=WHOLE)
    await alert.until_closed()
    [report] = [one for one in await story.types("report-inbox", "list") if one["number"] == an.number]
    assert report["broadcast"] == alert.id


@scene(CALM)
async def an_officer_stops_it_by_phone(story: Story) -> None:
    """Keys 9 and 9, while somebody listens and somebody is being rung."""
    maes, an = story.person("Maes", RINGS_OUT), story.person("An", STAYS)
    await story.network("office", maes)
    den = await story.network("den", story.person("Jan", RINGS_OUT, RINGS_OUT))
    spar = await story.network("spar", an)
    officer = await story.officer(den, spar)
    alert = await story.sends(den, LONG)
    async with story.calls_us(maes) as call:
        await story.follows_by_phone(call, officer)
        await alert.add(spar)
        await story.until_heard(5.0, an)
        await call.presses("9")
        await call.hears(beginning(story.says("police_stop_sure").sound), share=WHOLE)
        await call.presses("9")
        await call.hears(story.says("police_stopped").sound, share=WHOLE)
        await alert.stopped_by_phone()
    await alert.until_closed()
    await story.heard({an: [[alert.part, story.says("stopped")]]})


@scene(CALM)
async def who_was_engaged_is_not_called_again_when_it_was_stopped(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", ENGAGED)
    alert = await story.sends(await story.network("den", an, bert), LONG)
    await alert.until("count(*) FILTER (WHERE outcome = 'busy') = 1")
    await alert.until_got(an, "confirmed")
    await alert.stop()
    await alert.until_closed()
    assert story.rung(bert) == 1
