"""Somebody calls our number: hears the alerts of their networks again, confirms, reports, leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr.call.call import Call
from ivr.call.digits import digits
from ivr.call.errors import NoInput
from ivr.call.menu import menu
from ivr.call.signals import Heard, Key
from ivr.call.values import Sound, WholePlayed
from ivr.scripts.alert_call import Wants
from ivr.scripts.leave import LEAVE, Leaver, leave, second_key
from ivr.scripts.officer_ports import SignIn
from ivr.scripts.police_line import police_line
from ivr.scripts.take_report import ReportingCaller, take_report
from prompts import catalogue

OFFICERS = "*"
"""Leads to the police line."""
REPLACED: catalogue.Key = "changed"
"""Says that another alert is said in the place of this one."""


@dataclass(frozen=True, slots=True)
class ReplayedAlert:
    """An alert that can be heard again and confirmed."""

    broadcast: int
    sound: Sound


class Caller(ReportingCaller, Leaver, Protocol):
    """Who calls, or was called: what we know of them and do for them."""

    is_member: bool
    is_rung: bool
    """We placed the call: whoever answers may speak for the number."""
    is_vouched: bool
    """The number is theirs, and not only what they say of themselves."""

    @property
    def station(self) -> SignIn: ...

    async def alerts(self) -> Sequence[ReplayedAlert]:
        """Those of their networks, newest first."""

    async def alert_with(self, code: str) -> ReplayedAlert | catalogue.Key:
        """The alert of this code, which they report on from now on; or the sentence that says why not."""

    async def news_of(self, alert: ReplayedAlert) -> catalogue.Key | None:
        """The sentence that says that it was taken back meanwhile, or replaced; None while it holds."""

    async def confirm(self, alert: ReplayedAlert) -> None:
        """They have heard all of it: once this returns they are not rung for it any more, or once more.

        Who is not vouched for may be anybody, and confirms for nobody.
        """

    async def ask_to_leave(self) -> bool:
        """Whether they will be rung to make sure; not when that was asked for too often."""

    def close(self) -> None:
        """The call is over, however it ended."""


async def member_line(call: Call, caller: Caller) -> None:
    """Send who needs help to 101; then let them choose.

    * is for officers, who know it; nobody else is told of it.
    """
    says = caller.says
    await call.answer()
    await call.play(says["line_urgent_help"])
    await call.play(says["line_welcome"])
    if not caller.is_member:
        await call.play(says["line_unknown"])
    await choose(call, caller)


async def answered_line(call: Call, caller: Caller, wants: Wants) -> None:
    """Somebody whom we called with an alert pressed 9 or 0 0: from here on they are served as who calls."""
    if wants is Wants.REPORT:
        await take_report(call, caller)
        await choose(call, caller)
    else:
        await leave(call, caller)


async def choose(call: Call, caller: Caller) -> None:
    """Replay an alert (1) or take a report (2), and ask again; 0 and 0 leaves, and ends the call."""
    says = caller.says
    question, keys = (says["line_menu"], "120") if caller.is_member else (says["line_unknown_menu"], "12")
    try:
        while True:
            match await menu(call, question, keys + OFFICERS, wrong=says["line_wrong_key"]):
                case "1" if caller.is_member:
                    await hear_alerts(call, caller)
                case "1":
                    await hear_alert_with_code(call, caller)
                case "2":
                    await take_report(call, caller)
                case "*":
                    await police_line(call, caller.station)
                    return
                case _ if await second_key(call, says["leave_sure"]) == LEAVE:
                    await offer_to_leave(call, caller)
                    return
    except NoInput:
        await call.play(says["goodbye"])


async def offer_to_leave(call: Call, caller: Caller) -> None:
    """They leave at once where we know whom we talk to; else their number will be rung."""
    if caller.is_rung:
        await leave(call, caller)
    else:
        is_rung = await caller.ask_to_leave()
        await call.play(caller.says["leave_calls_back" if is_rung else "leave_too_often"])


async def hear_alerts(call: Call, caller: Caller) -> None:
    """The newest alert: 1 confirms it once it was heard whole, 2 repeats it, 3 goes to the one before.

    Who may be anybody is thanked for calling back, and told that they may be called once more. When an alert
    was replaced while they heard it they are told so, and hear the new one.
    """
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
        if (news := await caller.news_of(alerts[at])) is not None:
            await call.play(says[news])
            if news != REPLACED or not (alerts := await caller.alerts()):
                return
            at, choice = 0, "2"
        elif isinstance(heard, WholePlayed):
            choice = await menu(call, says["line_after_alert"], "123#", wrong=says["line_wrong_key"])
        elif isinstance(heard, Key):
            choice = heard.digit
    if choice == "1":
        await caller.confirm(alerts[at])
        await call.play(says["thank_you" if caller.is_vouched else "line_called_back"])


async def hear_alert_with_code(call: Call, caller: Caller) -> None:
    """Somebody whom nobody knows types the code of an alert and hears it; 2 repeats it."""
    says = caller.says
    code, choice = await digits(call, says["line_code"]), "2"
    alert = await caller.alert_with(code)
    while choice == "2":
        if not isinstance(alert, ReplayedAlert):
            await call.play(says[alert])
            return
        heard = await call.play(alert.sound, keys="2#")
        if (news := await caller.news_of(alert)) is not None:
            await call.play(says[news])
            if news != REPLACED:
                return
            alert = await caller.alert_with(code)
        elif isinstance(heard, Key):
            choice = heard.digit
        else:
            choice = await menu(call, says["line_after_code"], "2#", wrong=says["line_wrong_key"])
