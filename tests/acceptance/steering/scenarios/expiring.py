"""An alert expires: from then on no pass of it begins, and one that has begun is spoken to its end."""

from tests.acceptance.steering.hearing import WHOLE
from tests.acceptance.steering.people import CONFIRMS, ENGAGED, LED, LED_LATE, STAYS
from tests.acceptance.steering.scenarios.stopping import LONG
from tests.acceptance.steering.scenes import scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.waiting import until
from tests.acceptance.steering.zones import CALM, CALM_TWO

SHORT = "Er zijn inbrekers in de Molenstraat gezien. Doe voor niemand open."
ONCE = 1.7
"""Of a pass: a call in which it was begun twice is longer."""


@scene(CALM)
async def who_is_engaged_when_it_expires_is_not_called_again(story: Story) -> None:
    an, bert = story.person("An", CONFIRMS), story.person("Bert", ENGAGED)
    alert = await story.sends(await story.network("den", an, bert), SHORT, expires_in=30)
    await alert.until_closed()
    assert story.rung(bert) == 1
    await story.heard({an: [[alert, story.says("thank_you")]], bert: []})
    await alert.came_to({an: "confirmed", bert: "nothing"})


@scene(CALM_TWO)
async def a_telephone_rings_no_longer_than_the_alert_makes_sense(story: Story) -> None:
    """They would pick up after thirteen seconds."""
    an = story.person("An", LED_LATE)
    alert = await story.sends(await story.network("den", an), SHORT, expires_in=10)
    await until(lambda: bool(story.calls_to(an)), "they are rung")
    await alert.until_closed()
    [call] = story.calls_to(an)
    assert call.answered_at is None
    assert call.ended_at is not None
    assert call.ended_at - alert.sent_at < 12
    await story.heard({an: []})


@scene(CALM)
async def no_second_pass_is_begun_after_it_has_expired(story: Story) -> None:
    """Who says nothing hears it again otherwise; the first pass is spoken to its end."""
    an = story.person("An", STAYS)
    alert = await story.sends(await story.network("den", an), LONG, expires_in=10)
    await alert.until_closed()
    await story.heard({an: [[alert]]})
    assert await story.seconds_heard(an) < ONCE * alert.text.whole.seconds


@scene(CALM_TWO)
async def who_asks_for_it_again_after_it_has_expired_does_not_hear_it_again(story: Story) -> None:
    an = story.person("An", LED)
    alert = await story.sends(await story.network("den", an), LONG, expires_in=10)
    async with story.picks_up(an) as call:
        await call.hears(alert.text.whole, share=WHOLE)
        await call.presses("2")
        await call.until_over()
    await alert.until_closed()
    await story.heard({an: [[alert]]})
    assert await story.seconds_heard(an) < ONCE * alert.text.whole.seconds
