"""Members of `make lines` who are rung: people behind one phone that a conversation leads."""

from sqlalchemy import select

from bench.somebody import BENCH
from broadcast.draft import Draft
from broadcast.states import Result
from broadcast.tables import Recipient
from directory.tables import Member
from tests.acceptance.stage import NEWEST, LineStage
from tests.support.people import network_of


async def behind_one_phone(
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
    languages = dict.fromkeys(names, language)
    await network_of(stage.assembly.engine, {name: [rung] for name in names}, slug=slug, languages=languages)
    if not with_an_alert:
        return rung, 0
    return rung, (await stage.assembly.desk.send(BENCH, Draft([slug], NEWEST, urgent=True))).broadcast


async def result_of(stage: LineStage, broadcast: int, name: str) -> Result:
    asked = select(Recipient.result).join(Member, Member.id == Recipient.member_id)
    async with stage.assembly.engine.connect() as connection:
        theirs = asked.where(Recipient.broadcast_id == broadcast, Member.name == name)
        return Result((await connection.scalars(theirs)).one())
