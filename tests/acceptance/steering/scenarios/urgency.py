"""Urgent alerts go first, where lines are few."""

from tests.acceptance.steering.hearing import WHOLE
from tests.acceptance.steering.people import CONFIRMS, LED, RINGS_OUT
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.waiting import until
from tests.acceptance.steering.zones import SCARCE
from tests.support.callers import beginning

LINES = 14
"""Of both nodes, for calls out: of eight each, one is kept for callers."""
MEETING = (
    "Vrijdag is er een vergadering in de parochiezaal. Iedereen is welkom, er is koffie en taart. "
    "We spreken over de veiligheid in de buurt en over de verlichting van de fietspaden. "
    "Wie iets wil voorleggen, geeft het vooraf door aan de coördinator."
)
BURGLARY = "Inbraak bezig in de Kerkstraat. Blijf binnen."


@scene(SCARCE)
async def an_urgent_alert_takes_lines_of_telephones_that_ring_and_never_of_one_that_is_spoken_to(
    story: Story,
) -> None:
    """All lines of both nodes ring; one of those telephones is picked up and listened to."""
    an, rung, urgent = story.person("An", LED), story.people(LINES + 4, RINGS_OUT), story.people(8, CONFIRMS)
    meeting = await story.sends(
        await story.network("lork", an, *rung), MEETING, urgent=False, name="the meeting"
    )
    async with story.picks_up(an) as call:
        await call.hears(beginning(meeting.text.whole))
        await meeting.until(f"count(*) FILTER (WHERE state = 'dialling') >= {LINES - 1}")
        alert = await story.sends(await story.network("linde", *urgent), BURGLARY)
        await call.hears(meeting.text.whole, share=WHOLE)
        await call.presses("1")
        await call.hears(story.says("thank_you").sound, share=WHOLE)
    await alert.until_closed()
    await alert.came_to(dict.fromkeys(urgent, "confirmed"))
    await story.heard({one: [[alert, story.says("thank_you")]] for one in urgent})
    asked = [one.asked_at - alert.sent_at for one in alert.calls()]
    assert max(asked) < 15, "they did not wait until telephones had rung out"
    await meeting.until("count(*) FILTER (WHERE outcome = 'preempted' AND answered_at IS NULL) > 0")
    await meeting.until("count(*) FILTER (WHERE outcome = 'preempted' AND answered_at IS NOT NULL) = 0")
    await meeting.until_got(an, "confirmed")
    await meeting.stop()
    await meeting.until_closed()


@scene(SCARCE)
async def who_was_rung_for_something_else_is_rung_again_after_the_urgent_alert(story: Story) -> None:
    """Of a message that is not urgent nobody is lost, though it waits."""
    others, urgent = story.people(8, CONFIRMS), story.people(18, CONFIRMS)
    alert = await story.sends(await story.network("linde", *urgent), BURGLARY)
    meeting = await story.sends(
        await story.network("lork", *others), MEETING, urgent=False, name="the meeting"
    )
    await alert.until_closed()
    first = min((one.asked_at for one in meeting.calls()), default=float("inf"))
    before = [one for one in alert.calls() if one.asked_at < first]
    assert len(before) >= len(urgent) * 3 // 4, "a line that becomes free is the urgent alert's"
    await meeting.until_closed()
    await alert.came_to(dict.fromkeys(urgent, "confirmed"))
    await meeting.came_to(dict.fromkeys(others, "confirmed"))
    thanks = story.says("thank_you")
    await story.heard({one: [[meeting, thanks]] for one in others if story.rung(one) == 1})


@scene(SCARCE)
async def two_urgent_alerts_share_the_lines_by_who_is_left_to_call(story: Story) -> None:
    """The one for thrice as many people has thrice the lines, so that both end at about the same time."""
    many, few = story.people(27, CONFIRMS), story.people(9, CONFIRMS)
    larger = await story.sends(await story.network("linde", *many), BURGLARY, name="the larger alert")
    smaller = await story.sends(
        await story.network("lork", *few), "Er staat water in de Molenstraat.", name="the smaller alert"
    )
    await larger.until_closed()
    await smaller.until_closed()
    ends = [max(one.asked_at for one in alert.calls()) for alert in (larger, smaller)]
    began = min(one.asked_at for one in smaller.calls())
    assert began < ends[0], "the second did not wait for the end of the first"
    whole = max(ends) - larger.sent_at
    assert abs(ends[0] - ends[1]) < whole / 2, f"{ends} of {whole:.0f} s"
    await larger.came_to(dict.fromkeys(many, "confirmed"))
    await smaller.came_to(dict.fromkeys(few, "confirmed"))
    assert {story.rung(one) for one in (*many, *few)} == {1}


@scene(SCARCE)
async def a_paused_urgent_alert_takes_nobodys_line(story: Story) -> None:
    urgent, rung = story.people(24, CONFIRMS), story.people(4, RINGS_OUT)
    alert = await story.sends(await story.network("linde", *urgent), BURGLARY)
    await alert.until_rung(4)
    await alert.pause()
    await alert.stayed_quiet()
    assert any(not story.rung(one) for one in urgent)
    meeting = await story.sends(await story.network("lork", *rung), MEETING, urgent=False)
    await until(lambda: all(map(story.rung, rung)), "they are rung")
    await meeting.until("count(*) FILTER (WHERE outcome = 'no_answer') > 0")
    await meeting.until("count(*) FILTER (WHERE outcome = 'preempted') = 0")
    await meeting.stop()
    await alert.resume()
    await alert.until_closed()
    await alert.came_to(dict.fromkeys(urgent, "confirmed"))
