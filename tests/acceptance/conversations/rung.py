"""What officers do whose own telephones are rung: one function each."""

from collections.abc import Mapping

from prompts.catalogue import Key
from simulation.phones.tape import Tape
from tests.acceptance.conversations.callers import Conversation
from tests.acceptance.conversations.duty import the_officer_on_duty_makes_an_alert_of_a_report
from tests.acceptance.conversations.officer import is_asked, speaks
from tests.acceptance.officers_stage import Beat, beat
from tests.acceptance.stage import LineStage

RUNG_WITHIN = 120.0


async def releases_an_alert(stage: LineStage, number: str) -> None:
    """Nothing goes out before 1 is pressed where the registered number is rung; then it does."""
    one = await beat(stage, number, registered="11")
    await _asks_to_send(one)
    await _own_phone_hears(one, "police_sent")
    [recipient] = await one.until_closed()
    assert recipient.result == "confirmed"
    assert one.recorded(one.members[0], stage.spoken), "the member heard the officer's own words"


async def does_not_let_it_go(stage: LineStage, number: str) -> None:
    """Who picks up there presses nothing."""
    one = await beat(stage, number, registered="15")
    await _asks_to_send(one)
    await _own_phone_hears(one, "police_not_sent")
    assert not await one.broadcasts()
    assert not one.heard_by(one.members[0])


async def _asks_to_send(one: Beat) -> None:
    async with one.stage.phones.calling(one.number) as call:
        await speaks(one, call)
        await call.presses("1")
        await is_asked(one, call)
        await call.presses("1")
        await call.hears(one.says("police_calls_back"))
        assert not await one.broadcasts()
        assert not one.heard_by(one.own), "it is rung when they have hung up"


async def _own_phone_hears(one: Beat, end: Key) -> None:
    """What it is about, the question, and in the end this."""
    tape = Tape(one.stage.phones.recordings / f"{one.own[1:]}-1.wav", patience=RUNG_WITHIN)
    zone = one.stage.assembly.settings.speech.zones["nl"]
    await tape.hears(await one.told("told_call_back", zone=zone, networks=one.networks[0]))
    await tape.hears(one.says("police_confirm"))
    await tape.hears(one.says(end))


CONVERSATIONS: Mapping[str, Conversation] = {
    "the officer on duty makes an alert of a report": the_officer_on_duty_makes_an_alert_of_a_report,
    "sends by the call-back": releases_an_alert,
    "does not send by the call-back": does_not_let_it_go,
}
