"""Members who report on an alert or share a number, and callers with the code of an alert."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import exists, select

from broadcast.states import AttemptState, Outcome, RecipientState, Result
from broadcast.tables import Attempt, Broadcast, MemberReport
from prompts.catalogue import Key
from prompts.languages import LANGUAGES
from simulation.phones.handset import Handset
from tests.acceptance.conversations.callers import Conversation, speaks_and_sends
from tests.acceptance.members_stage import behind_one_phone, result_of
from tests.acceptance.stage import LineStage


async def reports_on_an_alert(stage: LineStage, number: str, *, language: str = "nl") -> None:
    rung, broadcast = await behind_one_phone(stage, number, ["Nel"], language=language)
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast, language))
        await call.presses("9")
        await call.hears(stage.says("report_speak", language))
        assert await result_of(stage, broadcast, "Nel") is Result.CONFIRMED
        await speaks_and_sends(stage, call, language)
        await call.hears(stage.says("line_menu", language))
    assert await stage.kept(rung) == 1
    assert await _answers(stage, rung) == broadcast


async def hangs_up_while_reporting_on_an_alert(stage: LineStage, number: str) -> None:
    rung, broadcast = await behind_one_phone(stage, number, ["Nel"])
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast))
        await call.presses("9")
        await call.hears(stage.tone)
        await call.says(stage.speech)
    assert await stage.kept(rung) == 1


async def hangs_up_when_asked_for_a_code(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(_stranger(number)) as call:
        await call.hears(stage.says("line_unknown_menu"))
        await call.presses("1")
        await call.hears(stage.says("line_code"))
        await call.presses("123")
    assert await stage.kept(_stranger(number)) == 0


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
        await speaks_and_sends(stage, call)
    assert await _answers(stage, None) == stage.older


async def guesses_codes(stage: LineStage, number: str) -> None:
    async with stage.phones.calling(_stranger(number)) as call:
        for _ in range(3):
            await _types_a_code(stage, call, "line_wrong_code")
        await _types_a_code(stage, call, "police_locked")


async def two_who_share_a_number_hear_the_alerts_of_both(stage: LineStage, number: str) -> None:
    """One of them is in another network, which got the last one."""
    rung, broadcast = await behind_one_phone(stage, number, ["Tuur"], calling=number)
    assert rung == number
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("1")
        await call.hears(await stage.message(broadcast))
        await call.presses("3")
        await call.hears(await stage.message(stage.newest))


async def one_confirms_for_two(stage: LineStage, number: str) -> None:
    rung, broadcast = await behind_one_phone(stage, number, ["Tuur", "Ursula"])
    async with stage.phones.called(rung) as call:
        await call.hears(await stage.message(broadcast))
        await call.presses("1")
        await call.hears(stage.says("thank_you"))
    await _both_have_confirmed(stage, broadcast)


async def one_calls_back_for_two(stage: LineStage, number: str) -> None:
    """While their phone, which nobody answered, is to be rung again."""
    _, broadcast = await behind_one_phone(stage, number, ["Tuur", "Ursula"], calling=number)
    await stage.until(broadcast, lambda seen: Outcome.NO_ANSWER in seen.outcomes)
    async with stage.phones.calling(number) as call:
        await call.hears(stage.says("line_menu"))
        await call.presses("1")
        await call.hears(await stage.message(broadcast))
        await call.presses("1")
        await call.hears(stage.says("thank_you"))
    await _both_have_confirmed(stage, broadcast)


async def _both_have_confirmed(stage: LineStage, broadcast: int) -> None:
    recipients = await stage.until_closed(broadcast)
    assert [(recipient.state, recipient.result) for recipient in recipients] == 2 * [
        (RecipientState.FINAL, Result.CONFIRMED)
    ]
    waiting = select(exists().where(Attempt.broadcast_id == broadcast, Attempt.state != AttemptState.DONE))
    async with stage.assembly.engine.connect() as connection:
        assert not await connection.scalar(waiting), "they will be called again"


async def _types_a_code(stage: LineStage, call: Handset, answer: Key) -> None:
    await call.hears(stage.says("line_unknown_menu"))
    await call.presses("1")
    await call.hears(stage.says("line_code"))
    await call.presses("12345#")
    await call.hears(stage.says(answer))


def _stranger(number: str) -> str:
    """One that is nobody's."""
    return f"+99917{int(number[-6:]) + 100_000}"


async def _answers(stage: LineStage, number: str | None) -> int | None:
    """The alert that the report from this number answers; None as a number is a withheld one."""
    asked = select(MemberReport.broadcast_id).where(MemberReport.e164.is_not_distinct_from(number))
    async with stage.assembly.engine.connect() as connection:
        return (await connection.scalars(asked)).one()


async def _code(stage: LineStage, broadcast: int) -> str:
    async with stage.assembly.engine.connect() as connection:
        return str(await connection.scalar(select(Broadcast.code).where(Broadcast.id == broadcast)))


CONVERSATIONS: Mapping[str, Conversation] = {
    **{f"reports on an alert in {one}": partial(reports_on_an_alert, language=one) for one in LANGUAGES},
    "hangs up while reporting on an alert": hangs_up_while_reporting_on_an_alert,
    "hangs up when asked for a code": hangs_up_when_asked_for_a_code,
    "hears an alert by its code and reports on it": hears_an_alert_by_its_code_and_reports_on_it,
    "guesses codes": guesses_codes,
    "two who share a number hear the alerts of both": two_who_share_a_number_hear_the_alerts_of_both,
    "one of two confirms on an alert": one_confirms_for_two,
    "one of two confirms by call-back": one_calls_back_for_two,
}
