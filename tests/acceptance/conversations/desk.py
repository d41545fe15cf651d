"""What people do who call our number and are not easily served: one function each."""

import asyncio
from collections.abc import Mapping

from ivr.call.recording import LAST_PART
from ivr.scripts.take_report import LONGEST
from prompts.audio import Audio
from prompts.comparator import compare
from tests.acceptance.conversations.callers import RECORDED, Conversation
from tests.acceptance.softphone import calling
from tests.acceptance.stage import LATE, PATIENT, LineStage


async def speaks_for_ten_minutes(stage: LineStage, number: str) -> None:
    """Is warned while speaking, stopped at the longest, and nothing before that is lost."""
    speech, words = await stage.speaks_on_and_on()
    async with stage.phones.calling(number, patience=PATIENT) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("2")
        began = await call.hears(stage.tone)
        speaking = asyncio.create_task(call.says(speech))
        warned = await call.hears(stage.says("report_ends_soon"))
        asked = await call.hears(stage.says("report_menu"))
        await call.presses("1")
        speaking.cancel()
        await call.hears(stage.says("report_thanks"))
    assert LONGEST - LAST_PART - 1 < warned - began < LONGEST - LAST_PART + LATE
    assert LONGEST - 1 < asked - began < LONGEST + LATE
    kept = await stage.report_of(number)
    assert LONGEST - LATE < kept.seconds < LONGEST + 1, f"{kept.seconds} s were kept"
    in_time = Audio(words.samples[: round((LONGEST - LATE) * words.rate)], words.rate)
    found = await asyncio.to_thread(compare, in_time, kept)
    assert found.found >= RECORDED * found.active, f"{found.found} of {found.active} pieces were kept"


async def reports_from_a_phone_of_another_make(stage: LineStage, number: str) -> None:
    """Keys by RTP events, and what it heard and said: baresip's, not ours."""
    folder = stage.phones.recordings.parent / "softphone"
    async with calling(folder, number, stage.phones.dials) as call:
        await call.tape.hears(stage.says("line_urgent_help"))
        await call.tape.hears(stage.says("line_menu"))
        call.presses("1")
        await call.tape.hears(await stage.alert("nl"))
        call.presses("1")
        await call.tape.hears(stage.says("thank_you"))
        await call.tape.hears(stage.says("line_menu"))
        call.presses("2")
        await call.tape.hears(stage.tone)
        await call.says(stage.spoken)
        call.presses("#")
        await call.tape.hears(stage.says("report_menu"))
        call.presses("2")
        await call.tape.hears(stage.spoken, share=RECORDED)
        await call.tape.hears(stage.says("report_menu"))
        call.presses("1")
        await call.tape.hears(stage.says("report_thanks"))
    assert await stage.has_confirmed(number)
    assert await stage.kept(number) == 1


async def mashes_keys_at_every_menu(stage: LineStage, number: str) -> None:
    """Is told each time that there is no such choice, and gets where they want to go all the same."""
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_welcome"))
        await call.presses("7*94")
        await call.hears(stage.says("line_wrong_key"))
        await call.presses("1")
        await call.presses("56*84")
        await call.hears(await stage.alert("nl"))
        await call.presses("8*")
        await call.hears(stage.says("line_wrong_key"))
        await call.presses("#")
        await call.hears(stage.says("line_menu"))
        await call.presses("2")
        await call.hears(stage.tone)
        await call.says(stage.speech)
        await call.presses("*75")
        await call.hears(stage.says("line_wrong_key"))
        await call.presses("1")
        await call.hears(stage.says("report_thanks"))
    assert await stage.kept(number) == 1
    assert not await stage.has_confirmed(number)


async def presses_nothing_but_wrong_keys(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_welcome"))
        for _ in range(3):
            await call.presses("6")
            await call.hears(stage.says("line_wrong_key"))
        await call.hears(stage.says("goodbye"))
        await call.until_over()


CONVERSATIONS: Mapping[str, Conversation] = {
    "speaks for ten minutes": speaks_for_ten_minutes,
    "reports from a phone of another make": reports_from_a_phone_of_another_make,
    "mashes keys at every menu": mashes_keys_at_every_menu,
    "presses nothing but wrong keys": presses_nothing_but_wrong_keys,
}
