"""An officer speaks an alert after the tone, hears it, and speaks it anew until it is as meant."""

from ivr.call.call import Call
from ivr.call.menu import menu
from ivr.call.recording import record
from ivr.call.signals import Heard, Key
from ivr.call.values import Sound
from ivr.scripts.officer_ports import Message, SignedInOfficer

EMPTY_TIMES = 2


async def speak_alert(call: Call, officer: SignedInOfficer) -> tuple[Message, Sound] | None:
    """After the tone; then 1 goes on, 2 plays it, 3 begins anew. Twice nothing leads back to the menu."""
    says, empty = officer.says, 0
    while empty < EMPTY_TIMES:
        await call.play(says["police_speak"])
        message = await officer.begin_message()
        await call.play(officer.tone)
        await record(call, message.recording, longest=officer.longest, ends_soon=says["report_ends_soon"])
        sound = await message.keep()
        if sound is None:
            empty += 1
            await call.play(says["report_empty"])
            continue
        if await _ask_if_meant(call, officer, sound):
            return message, sound
        await message.discard()
    return None


async def _ask_if_meant(call: Call, officer: SignedInOfficer, sound: Sound) -> bool:
    """They hear it as members will; whether it is to stay as it is."""
    says, choice = officer.says, "2"
    while choice == "2":
        heard: Heard = await call.play(sound, keys="123")
        if isinstance(heard, Key):
            choice = heard.digit
        else:
            choice = await menu(call, says["police_spoken_menu"], "123", wrong=says["line_wrong_key"])
    return choice == "1"
