"""A caller tells what they see: spoken after the tone, heard again, sent; a hang-up sends it too."""

from typing import Protocol

from ivr.call.call import Call
from ivr.call.errors import Hangup, NoInput
from ivr.call.menu import menu
from ivr.call.recording import record
from ivr.call.values import Sound
from ivr.scripts.sentences import Says

LONGEST = 120.0
EMPTY_TIMES = 2


class SpokenReporting(Protocol):
    """What is said on one call."""

    recording: str

    async def keep(self) -> Sound | None:
        """Once this returns it is safe; None when nothing was said, and then nothing is left of it."""

    async def send(self) -> None:
        """Hand what was kept to the officers."""

    async def discard(self) -> None:
        """Forget it; it will be spoken anew."""


class ReportingCaller(Protocol):
    """Who reports."""

    says: Says
    tone: Sound

    async def begin_report(self) -> SpokenReporting: ...


async def take_report(call: Call, reporter: ReportingCaller) -> None:
    """After the tone; then 1 sends it, 2 plays it, 3 begins anew. Twice nothing leads back to the menu."""
    says = reporter.says
    empty = 0
    while empty < EMPTY_TIMES:
        await call.play(says["report_speak"])
        report = await _spoken(call, reporter)
        kept = await report.keep()
        if kept is None:
            empty += 1
            await call.play(says["report_empty"])
        elif await _ask_to_send(call, says, report, kept):
            await call.play(says["report_thanks"])
            return


async def _spoken(call: Call, reporter: ReportingCaller) -> SpokenReporting:
    report = await reporter.begin_report()
    try:
        await call.play(reporter.tone)
    except Hangup:
        await report.discard()  # not a word was said
        raise
    await record(call, report.recording, longest=LONGEST, ends_soon=reporter.says["report_ends_soon"])
    return report


async def _ask_to_send(call: Call, says: Says, report: SpokenReporting, kept: Sound) -> bool:
    """Whether it was sent, or is to be spoken anew. Who says nothing more, or hangs up, has sent it."""
    try:
        while (choice := await menu(call, says["report_menu"], "123", wrong=says["line_wrong_key"])) == "2":
            await call.play(kept)
    except NoInput:
        choice = "1"
    except Hangup:
        await report.send()
        raise
    await (report.send() if choice == "1" else report.discard())
    return choice == "1"
