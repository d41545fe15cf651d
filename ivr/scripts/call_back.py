"""We ring the registered number of an officer who spoke an alert, where it is released or not."""

from ivr.call.call import Call
from ivr.call.errors import NoInput
from ivr.call.menu import menu
from ivr.call.values import Sound
from ivr.scripts.sentences import Says


async def ask_to_confirm(call: Call, says: Says, summary: Sound) -> bool:
    """1 sends it; 2, nothing, and a hang-up do not. Who hears it first is told what it is about."""
    await call.play(summary)
    try:
        return await menu(call, says["police_confirm"], "12", wrong=says["line_wrong_key"]) == "1"
    except NoInput:
        return False
