"""What people do who call our number, and what they must hear and leave behind: one function each."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from prompts.languages import LANGUAGES
from simulation.phones.handset import IN_BAND, Handset
from tests.acceptance.stage import LineStage, beginning

RECORDED = 0.9
"""How much of what a caller said must be found again in their report: it has been on the line twice."""
Conversation = Callable[[LineStage, str], Awaitable[None]]
"""Gets the stage and the number to call from; raises when something is not as scripted."""


async def confirms(stage: LineStage, number: str, *, language: str = "nl", keys: str = "trunk") -> None:
    """Every sentence up to the thanks, in their language, with keys sent in this way."""
    async with stage.phones.calling(number, keys=keys) as call:
        for key in ("line_urgent_help", "line_welcome", "line_menu"):
            await call.hears(stage.says(key, language))
        await call.presses("1")
        await call.hears(await stage.alert(language))
        await call.hears(stage.says("line_after_alert", language))
        await call.presses("1")
        await call.hears(stage.says("thank_you", language))
    assert await stage.has_confirmed(number)


async def reports(stage: LineStage, number: str, *, language: str = "nl", keys: str = "trunk") -> None:
    async with stage.phones.calling(number, keys=keys) as call:
        await _speaks(stage, call, language)
        await call.presses("5")
        await call.hears(stage.says("report_menu", language))
        await call.presses("1")
        await call.hears(stage.says("report_thanks", language))
        assert await stage.kept(number) == 1, "it is kept before they are thanked"


async def speaks_and_sends(stage: LineStage, call: Handset, language: str = "nl") -> None:
    """From the tone to the thanks."""
    await call.hears(stage.tone)
    await call.says(stage.speech)
    await call.presses("#")
    await call.hears(stage.says("report_menu", language))
    await call.presses("1")
    await call.hears(stage.says("report_thanks", language))


async def listens_again_and_goes_back(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await _asks_for_the_alert(stage, call)
        await call.presses("2")
        await call.hears(await stage.alert("nl"))
        await call.hears(stage.says("line_after_alert"))
        await call.presses("3")
        await call.hears(await stage.alert("nl", newest=False))
        await call.hears(stage.says("line_after_alert"))
        await call.presses("3")
        await call.hears(stage.says("line_no_earlier_alert"))
        await call.presses("#")
        await call.hears(stage.says("line_menu"))
    assert not await stage.has_confirmed(number)


async def presses_keys_while_an_alert_is_spoken(stage: LineStage, number: str) -> None:
    """2, 3 and # do at once what they do in the menu after it."""
    newest, older = beginning(await stage.alert("nl")), beginning(await stage.alert("nl", newest=False))
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("1")
        await call.hears(newest)
        await call.presses("2")
        await call.hears(newest)
        await call.presses("3")
        await call.hears(older)
        await call.presses("#")
        await call.hears(stage.says("line_menu"))
    assert not await stage.has_confirmed(number)


async def confirms_too_early_and_stays(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("1")
        await call.hears(await stage.beginning_of_the_alert())
        await call.presses("1")
        await call.hears(stage.says("thank_you"))
    assert await stage.has_confirmed(number)


async def confirms_too_early_and_hangs_up(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("1")
        await call.hears(await stage.beginning_of_the_alert())
        await call.presses("1")
    assert not await stage.has_confirmed(number)


async def presses_a_wrong_key(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("8")
        await call.hears(stage.says("line_wrong_key"))
        await call.hears(stage.says("line_menu"))


async def mashes_keys_during_the_first_words(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.presses("1299*#08")
        await call.hears(stage.says("line_urgent_help"))
        await call.hears(stage.says("line_menu"))


async def types_nothing(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        for _ in range(3):
            await call.hears(stage.says("line_menu"))
        await call.hears(stage.says("goodbye"))
        await call.until_over()


async def hears_the_report_and_speaks_it_anew(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await _speaks(stage, call)
        await call.presses("#")
        await call.hears(stage.says("report_menu"))
        await call.presses("2")
        await call.hears(stage.spoken, share=RECORDED)
        await call.hears(stage.says("report_menu"))
        await call.presses("3")
        await call.hears(stage.says("report_speak"))
        await speaks_and_sends(stage, call)
    assert await stage.kept(number) == 1


async def says_nothing_after_the_tone(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("2")
        await call.hears(stage.tone)
        await call.presses("#")
        await call.hears(stage.says("report_empty"))
    assert await stage.kept(number) == 0


async def hangs_up(stage: LineStage, number: str, *, while_: str, leaves: int) -> None:
    """At this point of the call; `leaves` is how many reports are kept of it."""
    async with stage.phones.calling(number) as call:
        await _UNTIL[while_](stage, call)
    assert await stage.kept(number) == leaves
    assert not await stage.has_confirmed(number)


async def is_not_known(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        for key in ("line_urgent_help", "line_unknown", "line_unknown_menu"):
            await call.hears(stage.says(key))
        await call.presses("0")
        await call.hears(stage.says("line_wrong_key"))
        await call.presses("2")
        await call.hears(stage.says("report_speak"))
        await call.hears(stage.tone)
        await call.says(stage.speech)
    assert await stage.kept(number) == 1


async def _asks_for_the_alert(stage: LineStage, call: Handset) -> None:
    await call.hears(stage.says("line_menu"))
    await call.presses("1")
    await call.hears(await stage.alert("nl"))
    await call.hears(stage.says("line_after_alert"))


async def _speaks(stage: LineStage, call: Handset, language: str = "nl") -> None:
    await call.hears(stage.says("line_menu", language))
    await call.presses("2")
    await call.hears(stage.says("report_speak", language))
    await call.hears(stage.tone)
    await call.says(stage.speech)


async def _is_in_the_first_words(_stage: LineStage, _call: Handset) -> None:
    """At once."""


async def _is_asked(stage: LineStage, call: Handset) -> None:
    await call.hears(stage.says("line_menu"))


async def _hears_the_alert(stage: LineStage, call: Handset) -> None:
    await call.hears(stage.says("line_menu"))
    await call.presses("1")
    await call.hears(await stage.beginning_of_the_alert())


async def _waits_for_the_tone(stage: LineStage, call: Handset) -> None:
    await call.hears(stage.says("line_menu"))
    await call.presses("2")
    await call.hears(stage.tone)


async def _is_in_the_report_menu(stage: LineStage, call: Handset) -> None:
    await _speaks(stage, call)
    await call.presses("#")
    await call.hears(stage.says("report_menu"))


async def _hears_the_report_again(stage: LineStage, call: Handset) -> None:
    await _is_in_the_report_menu(stage, call)
    await call.presses("2")
    await call.hears(stage.spoken, share=RECORDED)


async def _is_thanked(stage: LineStage, call: Handset) -> None:
    await _is_in_the_report_menu(stage, call)
    await call.presses("1")
    await call.hears(stage.says("report_thanks"))


_UNTIL: Mapping[str, Callable[[LineStage, Handset], Awaitable[None]]] = {
    "in the first words": _is_in_the_first_words,
    "being asked": _is_asked,
    "the alert is spoken": _hears_the_alert,
    "in the menu after it": _asks_for_the_alert,
    "waiting to speak": _waits_for_the_tone,
    "speaking": _speaks,
    "in the report menu": _is_in_the_report_menu,
    "hearing the report again": _hears_the_report_again,
    "being thanked for it": _is_thanked,
}
LEFT_BY_HANGING_UP = dict.fromkeys(
    ("speaking", "in the report menu", "hearing the report again", "being thanked for it"), 1
)
UNKNOWN = "is not known"
CONVERSATIONS: Mapping[str, Conversation] = {
    **{f"confirms in {one}": partial(confirms, language=one) for one in LANGUAGES},
    **{f"reports in {one}": partial(reports, language=one) for one in LANGUAGES},
    "confirms with keys by SIP INFO": partial(confirms, keys="keys-by-info"),
    "confirms with keys in band": partial(confirms, keys=IN_BAND),
    "reports with keys by SIP INFO": partial(reports, keys="keys-by-info"),
    "reports with keys in band": partial(reports, keys=IN_BAND),
    "listens again and goes back": listens_again_and_goes_back,
    "presses keys while an alert is spoken": presses_keys_while_an_alert_is_spoken,
    "confirms too early and stays": confirms_too_early_and_stays,
    "confirms too early and hangs up": confirms_too_early_and_hangs_up,
    "presses a wrong key": presses_a_wrong_key,
    "mashes keys during the first words": mashes_keys_during_the_first_words,
    "types nothing": types_nothing,
    "hears the report and speaks it anew": hears_the_report_and_speaks_it_anew,
    "says nothing after the tone": says_nothing_after_the_tone,
    **{
        f"hangs up while {point}": partial(hangs_up, while_=point, leaves=LEFT_BY_HANGING_UP.get(point, 0))
        for point in _UNTIL
    },
    UNKNOWN: is_not_known,
}
