"""The alert was wrong: everybody hears the right text, and nobody the wrong one any more."""

from dataclasses import replace

from tests.acceptance.steering.hearing import WHOLE
from tests.acceptance.steering.people import (
    BOX,
    CONFIRMS,
    ENGAGED_AT_FIRST,
    LED,
    LED_LATE,
    NO_NUMBER,
)
from tests.acceptance.steering.scenarios.stopping import LONG
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.zones import CALM, CALM_TWO
from tests.support.callers import beginning

WRONG = (
    "Inbraak bezig in de Kerkstraat. Blijf binnen en sluit alle deuren en ramen. "
    "De daders zijn met drie, en ze rijden in een blauwe wagen met een buitenlandse nummerplaat. "
    "Achtervolg ze niet, maar noteer wat u ziet en geef het door."
)
RIGHT = "Het is niet daar, maar in de Molenstraat. Let op een witte bestelwagen met een ladder."
LATER = "Rechtzetting. Wij zoeken een zwarte personenwagen, die bij het sportveld staat."


@scene(CALM_TWO)
async def a_correction_is_heard_on_the_calls_of_both_nodes(story: Story) -> None:
    """And rings nobody anew who has heard it there."""
    people = story.people(8, CONFIRMS)
    wrong = await story.sends(await story.network("den", *people), WRONG)
    await story.until_heard(4.0, *people)
    right = await wrong.correct(RIGHT)
    await right.until_closed()
    changed, thanks = story.says("changed"), story.says("thank_you")
    await story.heard({one: [[wrong.part, changed, right, thanks]] for one in people})
    assert {story.rung(one) for one in people} == {1}
    await right.came_to(dict.fromkeys(people, "confirmed"))
    await story.corrected(right, *people)


@scene(CALM)
async def a_telephone_that_rings_is_answered_by_the_right_text_alone(story: Story) -> None:
    an = story.person("An", LED_LATE)
    wrong = await story.sends(await story.network("den", an), WRONG)
    await story.until_rings(an)
    right = await wrong.correct(RIGHT)
    async with story.picks_up(an) as call:
        await story.confirms(call, right)
    await right.until_closed()
    await story.heard({an: [[right, story.says("thank_you")]]})
    await right.came_to({an: "confirmed"})
    assert story.rung(an) == 1


@scene(CALM)
async def who_waits_hears_the_right_text_alone(story: Story) -> None:
    an = story.person("An", ENGAGED_AT_FIRST)
    wrong = await story.sends(await story.network("den", an), WRONG)
    await wrong.until("count(*) FILTER (WHERE outcome = 'busy') = 1")
    right = await wrong.correct(RIGHT)
    await right.until_closed()
    await story.heard({an: [[right.part, story.says("thank_you")]]})
    assert story.rung(an) == 2


@scene(CALM_TWO)
async def who_has_heard_the_wrong_text_is_rung_at_once(story: Story) -> None:
    people = story.people(6, CONFIRMS)
    wrong = await story.sends(await story.network("den", *people), WRONG)
    await wrong.until_closed()
    right = await wrong.correct(RIGHT)
    await right.until_closed()
    thanks = story.says("thank_you")
    await story.heard({one: [[wrong, thanks], [right, thanks]] for one in people})
    await story.corrected(right, *people)


@scene(CALM)
async def a_box_that_kept_the_wrong_text_gets_the_right_one_though_somebody_heard_it(
    story: Story,
) -> None:
    an = story.person("An", BOX, CONFIRMS)
    wrong = await story.sends(await story.network("den", an), WRONG)
    await wrong.until_closed()
    right = await wrong.correct(RIGHT)
    await right.until_closed()
    thanks = story.says("thank_you")
    await story.heard({an.second: [[wrong, thanks], [right, thanks]]})
    await story.boxes_kept({an: [[wrong], [right]]})
    await right.came_to({an: "confirmed"})


@scene(CALM)
async def a_box_that_is_recording_keeps_the_right_text_too(story: Story) -> None:
    an = story.person("An", BOX)
    wrong = await story.sends(await story.network("den", an), WRONG)
    await story.until_box_records(an, 5.0)
    right = await wrong.correct(RIGHT)
    await right.until_closed()
    await story.boxes_kept({an: [[wrong.part, story.says("changed"), right], [right]]})
    await right.came_to({an: "voicemail"})


@scene(CALM)
async def a_correction_is_heard_on_the_call_to_a_second_telephone(story: Story) -> None:
    an = story.person("An", NO_NUMBER, LED)
    wrong = await story.sends(await story.network("den", an), WRONG)
    async with story.picks_up(an, an.second) as call:
        await call.hears(beginning(wrong.text.whole))
        right = await wrong.correct(RIGHT)
        await story.goes_over(call, right)
    await right.until_closed()
    changed, thanks = story.says("changed"), story.says("thank_you")
    await story.heard({an.second: [[wrong.part, changed, right, thanks]]})
    assert len(story.zone.wire.calls_to(an.second)) == 1


@scene(CALM)
async def a_correction_is_corrected_on_the_same_call(story: Story) -> None:
    an = story.person("An", LED)
    wrong = await story.sends(await story.network("den", an), WRONG)
    async with story.picks_up(an) as call:
        await call.hears(beginning(wrong.text.whole))
        second = await wrong.correct(LONG, name="the first correction")
        await call.hears(story.says("changed").sound, share=WHOLE)
        await call.hears(beginning(second.text.body), share=WHOLE)
        third = await second.correct(LATER, name="the second correction")
        await story.goes_over(call, third)
    await third.until_closed()
    await third.came_to({an: "confirmed"})
    assert story.rung(an) == 1
    await story.heard({an: [[wrong.part, second.part, third, story.says("thank_you")]]})


@scene(CALM_TWO)
async def a_correction_is_corrected_when_all_have_heard_it(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", CONFIRMS)
    wrong = await story.sends(await story.network("den", an, bert), WRONG)
    await wrong.until_closed()
    second = await wrong.correct(RIGHT, name="the first correction")
    await second.until_closed()
    third = await second.correct(LATER, name="the second correction")
    await third.until_closed()
    thanks = story.says("thank_you")
    await story.heard({one: [[wrong, thanks], [second, thanks], [third, thanks]] for one in (an, bert)})
    await story.corrected(third, an, bert)


@scene(CALM)
async def two_who_share_a_telephone_hear_the_correction_on_one_call(story: Story) -> None:
    an = story.person("An", LED)
    bert = replace(an, name="Bert")
    wrong = await story.sends(await story.network("den", an, bert), WRONG)
    async with story.picks_up(an) as call:
        await call.hears(beginning(wrong.text.whole))
        right = await wrong.correct(RIGHT)
        await story.goes_over(call, right)
    await right.until_closed()
    await right.came_to({an: "confirmed", bert: "confirmed"})
    await story.corrected(right, an)
    assert story.rung(an) == 1


@scene(CALM)
async def who_reports_something_is_rung_with_the_correction_afterwards(story: Story) -> None:
    an = story.person("An", LED)
    wrong = await story.sends(await story.network("den", an), WRONG)
    async with story.picks_up(an) as call:
        await call.hears(beginning(wrong.text.whole))
        await call.presses("9")
        await call.hears(story.says("report_speak").sound, share=WHOLE)
        right = await wrong.correct(RIGHT)
    async with story.picks_up(an) as call:
        await story.confirms(call, right)
    await right.until_closed()
    await right.came_to({an: "confirmed"})
    assert story.rung(an) == 2


@scene(CALM)
async def a_correction_to_who_heard_rings_no_one_for_whom_all_calls_were_in_vain(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", NO_NUMBER)
    wrong = await story.sends(await story.network("den", an, bert), WRONG)
    await wrong.until_closed()
    rung = story.rung(bert)
    right = await wrong.follow_up("correction", RIGHT, to="heard")
    await right.until_closed()
    await right.came_to({an: "confirmed"})
    await story.corrected(right, an)
    assert story.rung(bert) == rung
