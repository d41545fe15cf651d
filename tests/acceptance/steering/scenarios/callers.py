"""Who calls us hears the newest text, and never one that was withdrawn; who told us something is told."""

import asyncio

from prompts.audio import tone, write_sound
from prompts.espeak import EspeakVoice
from prompts.passes import render_sentence
from tests.acceptance.steering.hearing import WHOLE
from tests.acceptance.steering.people import LED, RINGS_OUT
from tests.acceptance.steering.scenarios.all_clears import SAFE
from tests.acceptance.steering.scenarios.corrections import RIGHT, WRONG
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.zones import CALM
from tests.support.callers import beginning


@scene(CALM)
async def who_calls_back_hears_the_newest_text_and_never_the_withdrawn_one(story: Story) -> None:
    an = story.person("An", RINGS_OUT)
    wrong = await story.sends(await story.network("den", an), WRONG)
    right = await wrong.correct(RIGHT)
    async with story.calls_us(an) as call:
        await call.hears(story.says("line_menu").sound, share=WHOLE)
        await call.presses("1")
        await call.hears(right.text.whole, share=WHOLE)
        await call.presses("3")
        await call.hears(story.says("line_no_earlier_alert").sound, share=WHOLE)
        await call.hears(right.text.whole, share=WHOLE)
        await call.presses("1")
        await call.hears(story.says("thank_you").sound, share=WHOLE)
    await right.until_closed()
    await right.came_to({an: "confirmed"})
    await story.heard_on(call, right)


@scene(CALM)
async def who_hears_an_alert_on_our_line_that_is_corrected_meanwhile_hears_the_right_one_next(
    story: Story,
) -> None:
    an = story.person("An", RINGS_OUT)
    wrong = await story.sends(await story.network("den", an), WRONG)
    async with story.calls_us(an) as call:
        await call.hears(story.says("line_menu").sound, share=WHOLE)
        await call.presses("1")
        await call.hears(beginning(wrong.text.whole))
        right = await wrong.correct(RIGHT)
        await story.goes_over(call, right)
    await right.until_closed()
    await right.came_to({an: "confirmed"})


@scene(CALM)
async def who_reported_something_is_told_and_nobody_learns_of_it(story: Story) -> None:
    an, bert = story.person("An", LED), story.person("Bert", RINGS_OUT)
    await story.network("den", an, bert)
    seen = await render_sentence(EspeakVoice(), "Er staat een bestelwagen in de Beukenlaan.", "nl")
    words = story.zone.phones.recordings / f"seen-{an.number[-6:]}"
    await asyncio.to_thread(write_sound, words, seen)
    async with story.calls_us(an) as call:
        await call.hears(story.says("line_menu").sound, share=WHOLE)
        await call.presses("2")
        await call.hears(tone())
        await call.says(words)
        await call.presses("#")
        await call.hears(story.says("report_menu").sound, share=WHOLE)
        await call.presses("1")
        await call.hears(story.says("report_thanks").sound, share=WHOLE)
    [report] = [one for one in await story.types("report-inbox", "list") if one["number"] == an.number]
    command = ["report-inbox", "answer", str(report["id"]), "--text", f"nl={SAFE}", "--urgent"]
    answer = await story.sent(command, SAFE, set(an.numbers), "the answer")
    async with story.picks_up(an) as call:
        await story.confirms(call, answer)
    await answer.until_closed()
    await answer.came_to({an: "confirmed"})
    async with story.calls_us(bert) as call:
        await call.hears(story.says("line_menu").sound, share=WHOLE)
        await call.presses("1")
        await call.hears(story.says("line_no_alert").sound, share=WHOLE)
    assert story.rung(bert) == 0
