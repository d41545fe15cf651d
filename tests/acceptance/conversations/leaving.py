"""Members who want no more calls: on an alert, and by calling us."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import exists, select

from broadcast.leave_tables import LeaveWish
from broadcast.states import Result
from directory.tables import Member
from prompts.catalogue import sentence
from prompts.languages import LANGUAGES
from simulation.phones.handset import Handset
from tests.acceptance.conversations.callers import Conversation
from tests.acceptance.members_stage import behind_one_phone, result_of
from tests.acceptance.stage import LineStage, beginning

TWO = ["Omer", "Paula"]


async def leaves_on_an_alert(stage: LineStage, number: str, *, language: str = "nl") -> None:
    rung, broadcast = await behind_one_phone(stage, number, ["Omer"], language=language)
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast, language))
        await _twice_0(stage, call, language)
        await call.hears(stage.says("leave_done", language))
        await call.until_over()
    assert await _who_left(stage, rung) == ["Omer"]


async def some_of_two_leave_on_an_alert(
    stage: LineStage, number: str, *, key: str, leave: Sequence[str]
) -> None:
    """Who shares a number is asked, by name, which of them leaves."""
    rung, broadcast = await behind_one_phone(stage, number, TWO)
    offers = "; ".join(
        sentence("told_person", "nl", digit=str(at), name=name) for at, name in enumerate(TWO, 1)
    )
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast))
        await _twice_0(stage, call)
        await call.hears(await stage.told("told_who_leaves", offers=offers))
        await call.presses(key)
        await call.hears(stage.says("leave_done"))
    assert await _who_left(stage, rung) == leave


async def leaves_on_an_alert_and_hangs_up_at_once(stage: LineStage, number: str) -> None:
    rung, broadcast = await behind_one_phone(stage, number, ["Omer"])
    async with stage.phones.called(rung) as call:
        await call.hears(beginning(await stage.message(broadcast)))
        await call.presses("00")
        await call.hears(beginning(stage.says("leave_done")))
    assert await _who_left(stage, rung) == ["Omer"]


async def hangs_up_when_asked_whether_to_leave(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("0")
        await call.hears(beginning(stage.says("leave_sure")))
    assert not await _has_asked_to_leave(stage, number)


async def presses_0_by_mistake_and_hears_the_whole_alert(stage: LineStage, number: str) -> None:
    rung, broadcast = await behind_one_phone(stage, number, ["Rik"])
    async with stage.phones.called(rung) as call:
        await call.hears(beginning(await stage.message(broadcast)))
        await call.presses("0")
        await call.hears(stage.says("leave_sure"))
        await call.hears(await stage.message(broadcast))
        await call.presses("1")
        await call.hears(stage.says("thank_you"))
    assert await _who_left(stage, rung) == []
    await stage.until_closed(broadcast)
    assert await result_of(stage, broadcast, "Rik") is Result.CONFIRMED


async def presses_0_and_another_key_on_an_alert(stage: LineStage, number: str) -> None:
    """The alert begins again, and 2 begins it once more."""
    rung, broadcast = await behind_one_phone(stage, number, ["Rik"])
    async with stage.phones.called(rung) as call:
        message = await stage.message(broadcast)
        await call.hears(beginning(message))
        await call.presses("0")
        await call.hears(beginning(stage.says("leave_sure")))
        await call.presses("5")
        await call.hears(beginning(message))
        await call.presses("2")
        await call.hears(message)
        await call.presses("1")
        await call.hears(stage.says("thank_you"))
    assert await _who_left(stage, rung) == []
    await stage.until_closed(broadcast)
    assert await result_of(stage, broadcast, "Rik") is Result.CONFIRMED


async def asks_to_leave_and_confirms_it(stage: LineStage, number: str, *, language: str = "nl") -> None:
    rung, _ = await behind_one_phone(stage, number, ["Sara"], language=language, with_an_alert=False)
    await _asks_to_leave(stage, rung, language)
    async with stage.phones.called(rung) as call:
        await call.hears(stage.says("leave_asked", language))
        await call.hears(beginning(stage.says("leave_confirm", language)))
        await call.presses("0")
        await call.hears(stage.says("leave_done", language))
    assert await _who_left(stage, rung) == ["Sara"]


async def never_asked_to_leave_and_hangs_up(stage: LineStage, number: str) -> None:
    """Somebody else called with this number."""
    rung, _ = await behind_one_phone(stage, number, ["Sara"], with_an_alert=False)
    await _asks_to_leave(stage, rung)
    async with stage.phones.called(rung) as call:
        await call.hears(stage.says("leave_asked"))
    assert await _who_left(stage, rung) == []


async def presses_one_0_and_goes_back(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("0")
        await call.hears(stage.says("leave_sure"))
        await call.hears(stage.says("line_menu"))


async def presses_0_and_another_key(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("0")
        await call.hears(beginning(stage.says("leave_sure")))
        await call.presses("7")
        await call.hears(stage.says("line_menu"))
    assert not await _has_asked_to_leave(stage, number)


async def _twice_0(stage: LineStage, call: Handset, language: str = "nl") -> None:
    await call.presses("0")
    await call.hears(beginning(stage.says("leave_sure", language)))
    await call.presses("0")


async def _asks_to_leave(stage: LineStage, number: str, language: str = "nl") -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu", language))
        await _twice_0(stage, call, language)
        await call.hears(stage.says("leave_calls_back", language))
        await call.until_over()


async def _has_asked_to_leave(stage: LineStage, number: str) -> bool:
    async with stage.assembly.engine.connect() as connection:
        return bool(await connection.scalar(select(exists().where(LeaveWish.e164 == number))))


async def _who_left(stage: LineStage, number: str) -> list[str]:
    left = select(Member.name).where(Member.left_on.is_not(None), Member.numbers.any(e164=number))
    async with stage.assembly.engine.connect() as connection:
        return list(await connection.scalars(left.order_by(Member.name)))


CONVERSATIONS: Mapping[str, Conversation] = {
    **{f"leaves on an alert in {one}": partial(leaves_on_an_alert, language=one) for one in LANGUAGES},
    **{
        f"asks to leave and confirms it in {one}": partial(asks_to_leave_and_confirms_it, language=one)
        for one in LANGUAGES
    },
    "leaves on an alert and hangs up at once": leaves_on_an_alert_and_hangs_up_at_once,
    "hangs up when asked whether to leave": hangs_up_when_asked_whether_to_leave,
    **{
        f"of two on an alert {key} leaves": partial(some_of_two_leave_on_an_alert, key=key, leave=names)
        for key, names in {"1": TWO[:1], "2": TWO[1:], "9": TWO}.items()
    },
    "presses 0 by mistake and hears the whole alert": presses_0_by_mistake_and_hears_the_whole_alert,
    "presses 0 and another key on an alert": presses_0_and_another_key_on_an_alert,
    "never asked to leave and hangs up": never_asked_to_leave_and_hangs_up,
    "presses one 0 and goes back": presses_one_0_and_goes_back,
    "presses 0 and another key": presses_0_and_another_key,
}
