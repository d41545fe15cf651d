"""Members who report or leave on an alert, leave by calling us, and callers with the code of an alert."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.conversations import Conversation
from bench.lines_stage import NEWEST, LineStage
from broadcast.draft import Draft
from broadcast.leave_tables import LeaveWish
from broadcast.states import Result
from broadcast.tables import Broadcast, MemberReport, Recipient
from buurtbel.neighbours.handset import Handset
from directory.registry import add_member, add_network
from directory.tables import Member
from prompts.audio import Audio
from prompts.catalogue import LANGUAGES, Key

LATE = 0.5
"""How much of a question is heard before it is answered: what a phone hears is known here a while later."""


async def reports_on_an_alert(stage: LineStage, number: str, *, language: str = "nl") -> None:
    rung, broadcast = await _rung(stage, number, ["Nel"], language=language)
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast, language))
        await call.presses("9")
        await call.hears(stage.says("report_speak", language))
        assert await _result(stage, broadcast, "Nel") is Result.CONFIRMED
        await call.hears(stage.tone)
        await call.says(stage.speech)
        await call.presses("#")
        await call.hears(stage.says("report_menu", language))
        await call.presses("1")
        await call.hears(stage.says("report_thanks", language))
        await call.hears(stage.says("line_menu", language))
    assert await stage.kept(rung) == 1
    assert await _answers(stage, rung) == broadcast


async def hangs_up_while_reporting_on_an_alert(stage: LineStage, number: str) -> None:
    rung, broadcast = await _rung(stage, number, ["Nel"])
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast))
        await call.presses("9")
        await call.hears(stage.tone)
        await call.says(stage.speech)
    assert await stage.kept(rung) == 1


async def leaves_on_an_alert(stage: LineStage, number: str, *, language: str = "nl") -> None:
    rung, broadcast = await _rung(stage, number, ["Omer"], language=language)
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast, language))
        await _twice_0(stage, call, language)
        await call.hears(stage.says("leave_done", language))
        await call.until_over()
    assert await _who_left(stage, rung) == ["Omer"]


async def one_of_two_leaves_on_an_alert(stage: LineStage, number: str) -> None:
    rung, broadcast = await _rung(stage, number, ["Omer", "Paula"])
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast))
        await _twice_0(stage, call)
        await call.presses("2")
        await call.hears(stage.says("leave_done"))
    assert await _who_left(stage, rung) == ["Paula"]


async def leaves_on_an_alert_and_hangs_up_at_once(stage: LineStage, number: str) -> None:
    rung, broadcast = await _rung(stage, number, ["Omer"])
    async with stage.phones.called(rung) as call:
        await call.hears(_beginning(await stage.message(broadcast)))
        await call.presses("00")
        await call.hears(_beginning(stage.says("leave_done")))
    assert await _who_left(stage, rung) == ["Omer"]


async def hangs_up_when_asked_whether_to_leave(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("0")
        await call.hears(_beginning(stage.says("leave_sure")))
    assert not await _has_asked_to_leave(stage, number)


async def hangs_up_when_asked_for_a_code(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(_stranger(number)) as call:
        await call.hears(stage.says("line_unknown_menu"))
        await call.presses("1")
        await call.hears(stage.says("line_code"))
        await call.presses("123")
    assert await stage.kept(_stranger(number)) == 0


async def presses_0_by_mistake_and_hears_the_whole_alert(stage: LineStage, number: str) -> None:
    rung, broadcast = await _rung(stage, number, ["Rik"])
    async with stage.phones.called(rung) as call:
        await call.hears(_beginning(await stage.message(broadcast)))
        await call.presses("0")
        await call.hears(stage.says("leave_sure"))
        await call.hears(await stage.message(broadcast))
        await call.presses("1")
        await call.hears(stage.says("thank_you"))
    assert await _who_left(stage, rung) == []
    assert await _result(stage, broadcast, "Rik") is Result.CONFIRMED


async def asks_to_leave_and_confirms_it(stage: LineStage, number: str, *, language: str = "nl") -> None:
    rung, _ = await _rung(stage, number, ["Sara"], language=language, with_an_alert=False)
    await _asks_to_leave(stage, rung, language)
    async with stage.phones.called(rung) as call:
        await call.hears(stage.says("leave_asked", language))
        await call.hears(_beginning(stage.says("leave_confirm", language)))
        await call.presses("0")
        await call.hears(stage.says("leave_done", language))
    assert await _who_left(stage, rung) == ["Sara"]


async def never_asked_to_leave_and_hangs_up(stage: LineStage, number: str) -> None:
    """Somebody else called with this number."""
    rung, _ = await _rung(stage, number, ["Sara"], with_an_alert=False)
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


async def hears_an_alert_by_its_code_and_reports_on_it(stage: LineStage, _number: str) -> None:
    async with stage.phones.calling("anonymous") as call:
        await call.hears(stage.says("line_unknown_menu"))
        await call.presses("1")
        await call.hears(stage.says("line_code"))
        await call.presses(f"{await _code(stage, stage.older)}#")
        await call.hears(await stage.message(stage.older))
        await call.hears(stage.says("line_after_code"))
        await call.presses("2")
        await call.hears(await stage.message(stage.older))
        await call.presses("#")
        await call.hears(stage.says("line_unknown_menu"))
        await call.presses("2")
        await call.hears(stage.tone)
        await call.says(stage.speech)
        await call.presses("#")
        await call.hears(stage.says("report_menu"))
        await call.presses("1")
        await call.hears(stage.says("report_thanks"))
    assert await _answers(stage, None) == stage.older


async def guesses_codes(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(_stranger(number)) as call:
        for _ in range(3):
            await _types_a_code(stage, call, "line_wrong_code")
        await _types_a_code(stage, call, "police_locked")


async def two_who_share_a_number_hear_the_alerts_of_both(stage: LineStage, number: str) -> None:
    """One of them is in another network, which got the last one."""
    rung, broadcast = await _rung(stage, number, ["Tuur"], calling=number)
    assert rung == number
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("1")
        await call.hears(await stage.message(broadcast))
        await call.presses("3")
        await call.hears(await stage.message(stage.newest))


async def _rung(
    stage: LineStage,
    number: str,
    names: list[str],
    *,
    language: str = "nl",
    with_an_alert: bool = True,
    calling: str = "",
) -> tuple[str, int]:
    """A network of these people behind one phone that answers, and the alert by which it is rung."""
    rung, slug = calling or f"+99933{number[-6:]}", f"n{number[-6:]}"
    async with AsyncSession(stage.board.engine) as session, session.begin():
        today = datetime.now(UTC).date()
        await add_network(session, slug, name="BIN Den Dries", municipality="Geel", charter_approved_on=today)
        for name in names:
            await add_member(session, slug, name=name, numbers=[rung], language=language)
    if not with_an_alert:
        return rung, 0
    return rung, (await stage.board.desk.send(Draft([slug], NEWEST, urgent=True, by="lines"))).broadcast


async def _twice_0(stage: LineStage, call: Handset, language: str = "nl") -> None:
    await call.presses("0")
    await call.hears(_beginning(stage.says("leave_sure", language)))
    await call.presses("0")


async def _asks_to_leave(stage: LineStage, number: str, language: str = "nl") -> None:
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu", language))
        await _twice_0(stage, call, language)
        await call.hears(stage.says("leave_calls_back", language))
        await call.until_over()


async def _types_a_code(stage: LineStage, call: Handset, answer: Key) -> None:
    await call.hears(stage.says("line_unknown_menu"))
    await call.presses("1")
    await call.hears(stage.says("line_code"))
    await call.presses("12345#")
    await call.hears(stage.says(answer))


def _beginning(sentence: Audio) -> Audio:
    return Audio(sentence.samples[: round(LATE * len(sentence.samples))], sentence.rate)


def _stranger(number: str) -> str:
    """One that is nobody's."""
    return f"+99917{int(number[-6:]) + 100_000}"


async def _has_asked_to_leave(stage: LineStage, number: str) -> bool:
    async with stage.board.engine.connect() as connection:
        return bool(await connection.scalar(select(exists().where(LeaveWish.e164 == number))))


async def _who_left(stage: LineStage, number: str) -> list[str]:
    left = select(Member.name).where(Member.left_on.is_not(None), Member.numbers.any(e164=number))
    async with stage.board.engine.connect() as connection:
        return list(await connection.scalars(left.order_by(Member.name)))


async def _result(stage: LineStage, broadcast: int, name: str) -> Result:
    asked = select(Recipient.result).join(Member, Member.id == Recipient.member_id)
    async with stage.board.engine.connect() as connection:
        theirs = asked.where(Recipient.broadcast_id == broadcast, Member.name == name)
        return Result((await connection.scalars(theirs)).one())


async def _answers(stage: LineStage, number: str | None) -> int | None:
    """The alert that the report from this number answers; None as a number is a withheld one."""
    asked = select(MemberReport.broadcast_id).where(MemberReport.e164.is_not_distinct_from(number))
    async with stage.board.engine.connect() as connection:
        return (await connection.scalars(asked)).one()


async def _code(stage: LineStage, broadcast: int) -> str:
    async with stage.board.engine.connect() as connection:
        return str(await connection.scalar(select(Broadcast.code).where(Broadcast.id == broadcast)))


CONVERSATIONS: Mapping[str, Conversation] = {
    **{f"reports on an alert in {one}": partial(reports_on_an_alert, language=one) for one in LANGUAGES},
    **{f"leaves on an alert in {one}": partial(leaves_on_an_alert, language=one) for one in LANGUAGES},
    **{
        f"asks to leave and confirms it in {one}": partial(asks_to_leave_and_confirms_it, language=one)
        for one in LANGUAGES
    },
    "hangs up while reporting on an alert": hangs_up_while_reporting_on_an_alert,
    "leaves on an alert and hangs up at once": leaves_on_an_alert_and_hangs_up_at_once,
    "hangs up when asked whether to leave": hangs_up_when_asked_whether_to_leave,
    "hangs up when asked for a code": hangs_up_when_asked_for_a_code,
    "one of two leaves on an alert": one_of_two_leaves_on_an_alert,
    "presses 0 by mistake and hears the whole alert": presses_0_by_mistake_and_hears_the_whole_alert,
    "never asked to leave and hangs up": never_asked_to_leave_and_hangs_up,
    "presses one 0 and goes back": presses_one_0_and_goes_back,
    "hears an alert by its code and reports on it": hears_an_alert_by_its_code_and_reports_on_it,
    "guesses codes": guesses_codes,
    "two who share a number hear the alerts of both": two_who_share_a_number_hear_the_alerts_of_both,
}
