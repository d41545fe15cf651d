"""Somebody calls our number: hears the alerts of their networks again, confirms, reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr.call import Call, Heard, Key, Sound, Whole
from ivr.menu import NoInput, menu
from ivr.scripts.police import Station
from ivr.scripts.police_line import police_line
from ivr.scripts.take_report import Reporter, take_report

OFFICERS = "*"
"""Leads to the police line."""


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert that can be heard again and confirmed."""

    broadcast: int
    sound: Sound


class Caller(Reporter, Protocol):
    """Who calls: what we know of them and do for them."""

    is_member: bool

    @property
    def station(self) -> Station: ...

    async def alerts(self) -> Sequence[PastAlert]:
        """Those of their networks, newest first."""

    async def confirm(self, alert: PastAlert) -> None:
        """They have heard all of it: once this returns they are not rung for it any more."""

    def has_left(self) -> None:
        """The call is over, however it ended."""


async def member_line(call: Call, caller: Caller) -> None:
    """Send who needs help to 101; then replay the newest alert (1) or take a report (2), and ask again.

    * is for officers, who know it; nobody else is told of it.
    """
    says = caller.says
    await call.answer()
    await call.play(says["line_urgent_help"])
    await call.play(says["line_welcome"])
    question, choices = says["line_menu"], "12"
    if not caller.is_member:
        await call.play(says["line_unknown"])
        question, choices = says["line_unknown_menu"], "2"
    try:
        while True:
            match await menu(call, question, choices + OFFICERS, wrong=says["line_wrong_key"]):
                case "1":
                    await hear_alerts(call, caller)
                case "*":
                    await police_line(call, caller.station)
                    return
                case _:
                    await take_report(call, caller)
    except NoInput:
        await call.play(says["goodbye"])


async def hear_alerts(call: Call, caller: Caller) -> None:
    """The newest alert: 1 confirms it once it was heard whole, 2 repeats it, 3 goes to the one before."""
    says, alerts = caller.says, await caller.alerts()
    if not alerts:
        await call.play(says["line_no_alert"])
        return
    at, choice = 0, "2"
    while choice in "23":
        if choice == "3" and at + 1 == len(alerts):
            await call.play(says["line_no_earlier_alert"])
        at = min(at + (choice == "3"), len(alerts) - 1)
        heard: Heard = await call.play(alerts[at].sound, keys="23#", later="1")
        if isinstance(heard, Whole):
            choice = await menu(call, says["line_after_alert"], "123#", wrong=says["line_wrong_key"])
        elif isinstance(heard, Key):
            choice = heard.digit
    if choice == "1":
        await caller.confirm(alerts[at])
        await call.play(says["thank_you"])
