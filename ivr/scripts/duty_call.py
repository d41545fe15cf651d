"""The officer on duty is rung: proves who they are, hears a report that nobody took, and takes it or not."""

from typing import Protocol

from ivr.call.call import Call
from ivr.call.digits import digits
from ivr.call.errors import NoInput
from ivr.call.menu import menu
from ivr.call.signals import Key
from ivr.call.values import Sound
from ivr.scripts.sentences import Says
from prompts import catalogue

TRIES = 3
"""PINs in one call."""


class OnDuty(Protocol):
    """Whoever has picked up an officer's telephone."""

    says: Says

    async def verify_pin(self, pin: str) -> catalogue.Key | None:
        """None when it is the officer's; else the sentence that says why not."""

    async def about(self) -> Sound:
        """Whose report it is, and on which alert."""

    async def report(self) -> Sound:
        """What was said."""

    async def claim(self) -> catalogue.Key:
        """Take it up; the sentence that says whether it is theirs now."""

    async def start_alert(self) -> catalogue.Key:
        """Send the report to everybody who got the alert it answers; the sentence that says what was done."""

    is_done: bool
    """The report is theirs, or somebody else's, for good."""


async def duty_call(call: Call, officer: OnDuty) -> None:
    """After the PIN the report is heard: 1 claims it, 2 repeats it, 3 and 3 again makes an alert of it."""
    says = officer.says
    await call.play(says["duty_hello"])
    try:
        if await _verify(call, officer):
            call.novelty.is_trusted = True
            await call.play(await officer.about())
            while not officer.is_done:
                await _hear_and_decide(call, officer)
    except NoInput:
        pass
    await call.play(says["goodbye"])


async def _verify(call: Call, officer: OnDuty) -> bool:
    for _ in range(TRIES):
        wrong = await officer.verify_pin(await digits(call, officer.says["police_pin"]))
        if wrong is None:
            return True
        await call.play(officer.says[wrong])
        if wrong == "police_locked":
            break
    return False


async def _hear_and_decide(call: Call, officer: OnDuty) -> None:
    says = officer.says
    heard = await call.play(await officer.report(), keys="123")
    choice = heard.digit if isinstance(heard, Key) else await _choice(call, says)
    if choice == "1":
        await call.play(says[await officer.claim()])
    elif choice == "3" and await menu(call, says["duty_sure"], "123", wrong=says["line_wrong_key"]) == "3":
        await call.play(says["police_moment"])
        await call.play(says[await officer.start_alert()])


async def _choice(call: Call, says: Says) -> str:
    return await menu(call, says["duty_menu"], "123", wrong=says["line_wrong_key"])
