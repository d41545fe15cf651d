"""What officers do with the keys that are pressed seldom: one function each."""

from collections.abc import Mapping

from sqlalchemy import select

from broadcast.states import BroadcastState
from broadcast.tables import Broadcast
from ivr.scripts.choose_networks import PAGE
from simulation.phones.handset import Handset
from tests.acceptance.conversations.callers import RECORDED, Conversation
from tests.acceptance.conversations.officer import (
    hears_it,
    is_asked,
    is_let_to_the_police_line,
    is_signed_in,
    speaks,
)
from tests.acceptance.officers_stage import PIN, Beat, beat, types
from tests.acceptance.stage import LineStage, beginning


async def begins_its_number_anew(stage: LineStage, number: str) -> None:
    """And the PIN; then there is nothing to follow yet."""
    one = await beat(stage, number)
    async with stage.phones.calling(number) as call:
        await is_let_to_the_police_line(one, call)
        await call.hears(one.says("police_number"))
        await types(call, f"12*{one.officer}#")
        await call.hears(one.says("police_pin"))
        await types(call, f"34*{PIN}#")
        await call.hears(one.says("police_menu"))
        await call.presses("2")
        await call.hears(one.says("police_no_alert"))
        await call.hears(one.says("police_menu"))


async def sends_what_is_not_urgent(stage: LineStage, number: str) -> None:
    """Having heard it once more in each of the two menus that offer it."""
    one = await beat(stage, number)
    async with stage.phones.calling(number) as call:
        await speaks(one, call)
        await hears_it(one, call)
        await call.presses("2")
        await hears_it(one, call)
        await call.presses("1")
        await is_asked(one, call, urgent=False)
        await call.presses("2")
        await call.hears(stage.spoken, share=RECORDED)
        await call.hears(one.says("police_send_menu"))
        await call.presses("1")
        await call.hears(one.says("police_sent"))
    [recipient] = await one.until_closed()
    assert recipient.result == "confirmed"
    assert not await _is_urgent(one)
    assert one.recorded(one.members[0], stage.spoken)


async def takes_all_networks(stage: LineStage, number: str) -> None:
    """After one was switched on and off again, and # with none."""
    one = await beat(stage, number, phones=("11", "11"), networks=2)
    offers = beginning(await one.offers())
    async with stage.phones.calling(number) as call:
        await speaks(one, call)
        await call.presses("1")
        await call.hears(offers)
        await call.presses("1")
        await call.hears(await one.told("told_chosen", network=one.networks[0]))
        await call.hears(offers)
        await call.presses("1")
        await call.hears(await one.told("told_not_chosen", network=one.networks[0]))
        await call.hears(offers)
        await call.presses("#")
        await call.hears(one.says("police_none_chosen"))
        await call.hears(offers)
        await call.presses("0")
        await is_asked(one, call, networks=one.networks)
        await call.presses("1")
        await call.hears(one.says("police_sent"))
    await one.until_closed()
    assert all(one.recorded(member, stage.spoken) for member in one.members)


async def looks_at_other_networks(stage: LineStage, number: str) -> None:
    """9 offers those that one question has no keys for, and then the first ones again."""
    one = await beat(stage, number, networks=PAGE + 1)
    first, others = beginning(await one.offers()), await one.offers(PAGE)
    async with stage.phones.calling(number) as call:
        await speaks(one, call)
        await call.presses("1")
        await call.hears(first)
        await call.presses("9")
        await call.hears(others)
        await call.presses("1")
        await call.hears(await one.told("told_chosen", network=one.networks[PAGE]))
        await call.hears(beginning(others))
        await call.presses("9")
        await call.hears(first)


async def follows_the_last_alerts(stage: LineStage, number: str) -> None:
    """The newest, which is under way; the one before it, which is over; and none before that."""
    one = await beat(stage, number, phones=("11", "17"), networks=2)
    older = await one.sent_before(one.slugs[0])
    await stage.until_closed(older)
    newest = await one.sent_before(one.slugs[1])
    under_way, over = await one.figures(newest, to_go=1), await one.figures(older, confirmed=1)
    async with stage.phones.calling(number) as call:
        await _follows(one, call)
        await call.hears(under_way)
        await call.hears(one.says("police_figures_menu"))
        await call.presses("1")
        await call.hears(beginning(under_way))
        await call.presses("3")
        await call.hears(over)
        await call.hears(one.says("police_ended"))
        await call.hears(one.says("police_figures_menu"))
        await call.presses("3")
        await call.hears(one.says("line_no_earlier_alert"))
        await call.hears(beginning(over))
        await call.presses("#")
        await call.hears(one.says("police_menu"))


async def does_not_press_9_once_more(stage: LineStage, number: str) -> None:
    one = await beat(stage, number, phones=("17",))
    sent = await one.sent_before(one.slugs[0])
    figures = await one.figures(sent, to_go=1)
    async with stage.phones.calling(number) as call:
        await _follows(one, call)
        await call.hears(beginning(figures))
        await call.presses("9")
        await call.hears(beginning(one.says("police_stop_sure")))
        await call.presses("5")
        await call.hears(figures)
        await call.hears(one.says("police_figures_menu"))
    await stage.until(sent, lambda seen: seen.state is BroadcastState.RUNNING and seen.stopped_at is None)


async def pauses_and_resumes(stage: LineStage, number: str) -> None:
    one = await beat(stage, number, phones=("17",))
    sent = await one.sent_before(one.slugs[0])
    figures = await one.figures(sent, to_go=1)
    async with stage.phones.calling(number) as call:
        await _follows(one, call)
        await call.hears(beginning(figures))
        await call.presses("5")
        await call.hears(one.says("police_paused"))
        await call.hears(figures)
        await call.hears(one.says("police_paused"))
        await stage.until(sent, lambda seen: seen.steered.paused_at is not None)
        await call.presses("5")
        await call.hears(one.says("police_resumed"))
        await call.hears(beginning(figures))
    await stage.until(sent, lambda seen: seen.steered.paused_at is None)


async def _follows(one: Beat, call: Handset) -> None:
    await is_signed_in(one, call)
    await call.presses("2")


async def _is_urgent(one: Beat) -> bool:
    [sent] = await one.broadcasts()
    async with one.stage.assembly.engine.connect() as connection:
        return bool(await connection.scalar(select(Broadcast.urgent).where(Broadcast.id == sent)))


CONVERSATIONS: Mapping[str, Conversation] = {
    "sends what is not urgent": sends_what_is_not_urgent,
    "takes all networks": takes_all_networks,
    "looks at other networks": looks_at_other_networks,
    "follows the last alerts": follows_the_last_alerts,
    "does not press 9 once more": does_not_press_9_once_more,
    "pauses and resumes": pauses_and_resumes,
    "begins its number anew": begins_its_number_anew,
}
