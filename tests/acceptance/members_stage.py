"""Members of `make lines` who are rung: people behind one phone that a conversation leads."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.somebody import BENCH
from broadcast.draft import Draft
from broadcast.states import Result
from broadcast.tables import Recipient
from directory.registry import add_member, add_network
from directory.tables import Member
from tests.acceptance.stage import NEWEST, LineStage


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
    async with AsyncSession(stage.board.engine) as session, session.begin():
        today = datetime.now(UTC).date()
        await add_network(
            session,
            BENCH,
            slug,
            name="BIN Den Dries",
            municipality="Geel",
            charter_approved_on=today,
        )
        for name in names:
            await add_member(session, BENCH, slug, name=name, numbers=[rung], language=language)
    if not with_an_alert:
        return rung, 0
    return rung, (await stage.board.desk.send(BENCH, Draft([slug], NEWEST, urgent=True))).broadcast


async def result_of(stage: LineStage, broadcast: int, name: str) -> Result:
    asked = select(Recipient.result).join(Member, Member.id == Recipient.member_id)
    async with stage.board.engine.connect() as connection:
        theirs = asked.where(Recipient.broadcast_id == broadcast, Member.name == name)
        return Result((await connection.scalars(theirs)).one())
