"""What officers do who call our number, and what members' phones then hear: one function each."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from ivr.call.recording import LAST_PART
from prompts.audio import Audio
from prompts.languages import LANGUAGES
from simulation.phones.handset import IN_BAND, Handset
from tests.acceptance.conversations.callers import RECORDED, Conversation
from tests.acceptance.officers_stage import PIN, Beat, beat
from tests.acceptance.stage import LATE, PATIENT, LineStage

MINUTES = (2, 3, 4, 5)
"""That an alert may be said to last: those of the other conversations are called before it."""


async def sends(stage: LineStage, number: str, *, language: str = "nl", keys: str = "trunk") -> None:
    """Every sentence from the first to the figures; the member hears exactly that recording, and confirms."""
    one = await beat(stage, number, language=language)
    async with stage.phones.calling(number, keys=keys) as call:
        await speaks(one, call)
        await hears_it(one, call)
        await call.presses("1")
        await is_asked(one, call)
        await call.presses("1")
        await call.hears(one.says("police_sent"))
        await call.hears(one.says("police_figures_menu"))
        await call.presses("1")
        await one.until_closed()
        await call.hears(one.says("police_figures_menu"))
        await call.presses("1")
        [sent] = await one.broadcasts()
        await call.hears(await one.figures(sent, confirmed=1))
        await call.hears(one.says("police_ended"))
    [recipient] = await one.until_closed()
    assert recipient.result == "confirmed"
    assert one.recorded(one.members[0], stage.spoken), "the member heard the officer's own words"


async def chooses_by_key(stage: LineStage, number: str) -> None:
    """Of two networks the second one, not urgent or urgent as the hour allows, and only that is called."""
    one = await beat(stage, number, phones=("11", "11"), networks=2)
    async with stage.phones.calling(number) as call:
        await speaks(one, call)
        await call.presses("1")
        await call.hears(await one.offers())
        await call.presses("2")
        await call.hears(await one.told("told_chosen", network=one.networks[1]))
        await call.presses("#")
        await is_asked(one, call, networks=one.networks[1:])
        await call.presses("1")
        await call.hears(one.says("police_sent"))
    await one.until_closed()
    assert not one.heard_by(one.members[0])
    assert one.recorded(one.members[1], stage.spoken)


async def types_a_wrong_pin_first(stage: LineStage, number: str) -> None:
    one = await beat(stage, number)
    async with stage.phones.calling(number) as call:
        await is_let_to_the_police_line(one, call)
        await one.signs_in(call, pin="111222")
        await call.hears(one.says("police_refused"))
        await one.signs_in(call)
        await call.hears(one.says("police_menu"))


async def is_locked_out(stage: LineStage, number: str) -> None:
    one = await beat(stage, number)
    async with stage.phones.calling(number) as call:
        await is_let_to_the_police_line(one, call)
        for wrong in ("111222", "333444", "555666"):
            await one.signs_in(call, pin=wrong)
            await call.hears(one.says("police_refused"))
        await call.hears(one.says("goodbye"))
        await call.until_over()
    async with stage.phones.calling(number) as call:
        await is_let_to_the_police_line(one, call)
        await one.signs_in(call, pin=PIN)
        await call.hears(one.says("police_locked"))
        await call.until_over()


async def speaks_it_anew(stage: LineStage, number: str) -> None:
    """The first time with nothing, the second time too short; what is sent is the last."""
    one = await beat(stage, number)
    async with stage.phones.calling(number) as call:
        await comes_to_the_tone(one, call)
        await call.presses("#")
        await call.hears(one.says("report_empty"))
        await call.hears(stage.tone)
        await call.says(stage.speech)
        await call.presses("#")
        await hears_it(one, call)
        await call.presses("3")
        await call.hears(stage.tone)
        await call.says(stage.speech)
        await call.presses("#")
        await hears_it(one, call)
        await call.presses("1")
        await is_asked(one, call)
        await call.presses("3")
        await call.hears(one.says("police_not_sent"))
        await call.hears(one.says("police_menu"))
    assert not await one.broadcasts()


async def speaks_past_the_longest(stage: LineStage, number: str) -> None:
    """Is warned while speaking, stopped at the longest, and hears again all that was said before that."""
    one = await beat(stage, number)
    longest = stage.assembly.settings.broadcast.longest_recording
    speech, words = await stage.speaks_on_and_on()
    async with stage.phones.calling(number, patience=PATIENT) as call:
        began = await comes_to_the_tone(one, call)
        speaking = asyncio.create_task(call.says(speech))
        warned = await call.hears(one.says("report_ends_soon"))
        in_time = Audio(words.samples[: round((longest - LATE) * words.rate)], words.rate)
        ended = await call.hears(in_time, share=RECORDED)
        speaking.cancel()
        await call.hears(one.says("police_spoken_menu"))
    assert longest - LAST_PART - 1 < warned - began < longest - LAST_PART + LATE
    assert longest - 1 < ended - began < longest + LATE
    assert not await one.broadcasts()


async def stops_it(stage: LineStage, number: str) -> None:
    """9 and 9: the phone that listens hears that it is withdrawn, and the one that rings is rung no more."""
    one = await beat(stage, number, phones=("15", "17"))
    async with stage.phones.calling(number) as call:
        await speaks(one, call)
        await call.presses("1")
        await is_asked(one, call)
        await call.presses("1")
        await call.hears(one.says("police_sent"))
        await call.presses("9")
        await call.hears(one.says("police_stop_sure"))
        await call.presses("9")
        await call.hears(one.says("police_stopped"))
        recipients = await one.until_closed()
    assert {recipient.state for recipient in recipients} == {"final"}
    assert len([done for recipient in recipients for done in recipient.calls]) == 2
    assert one.recorded(one.members[0], one.says("stopped"), share=1.0)


async def types_nothing(stage: LineStage, number: str) -> None:
    one = await beat(stage, number)
    async with stage.phones.calling(number) as call:
        await is_let_to_the_police_line(one, call)
        for _ in range(3):
            await call.hears(one.says("police_number"))
        await call.hears(one.says("goodbye"))
        await call.until_over()


async def is_let_to_the_police_line(one: Beat, call: Handset) -> None:
    await call.hears(one.says("line_menu"))
    await call.presses("*")


async def is_signed_in(one: Beat, call: Handset) -> None:
    await is_let_to_the_police_line(one, call)
    await one.signs_in(call)
    await call.hears(one.says("police_menu"))


async def comes_to_the_tone(one: Beat, call: Handset) -> float:
    """Gives when it began."""
    await is_signed_in(one, call)
    await call.presses("1")
    await call.hears(one.says("police_speak"))
    return await call.hears(one.stage.tone)


async def speaks(one: Beat, call: Handset) -> None:
    await comes_to_the_tone(one, call)
    await call.says(one.stage.speech)
    await call.presses("#")


async def hears_it(one: Beat, call: Handset) -> None:
    """As it will be sent, and is asked whether it is to stay so."""
    await call.hears(one.stage.spoken, share=RECORDED)
    await call.hears(one.says("police_spoken_menu"))


async def is_asked(one: Beat, call: Handset, *, networks: Sequence[str] = (), urgent: bool = True) -> None:
    """How urgent, and whether to send it to so many."""
    await call.hears(one.says("police_urgent"))
    await call.presses("1" if urgent else "2")
    await call.hears(one.says("police_moment"))
    chosen = networks or one.networks
    members = len(one.members) * len(chosen) // len(one.networks)
    plans = [
        await one.told("told_plan", networks=", ".join(chosen), members=str(members), minutes=str(minutes))
        for minutes in MINUTES
    ]
    await call.hears(*plans)
    await call.hears(one.says("police_send_menu"))


CONVERSATIONS: Mapping[str, Conversation] = {
    "speaks an alert past the longest": speaks_past_the_longest,
    **{f"sends in {one}": partial(sends, language=one) for one in LANGUAGES},
    "sends with keys by SIP INFO": partial(sends, keys="keys-by-info"),
    "sends with keys in band": partial(sends, keys=IN_BAND),
    "chooses networks by key": chooses_by_key,
    "types a wrong PIN first": types_a_wrong_pin_first,
    "is locked out": is_locked_out,
    "speaks the alert anew": speaks_it_anew,
    "stops it": stops_it,
    "types nothing as an officer": types_nothing,
}
