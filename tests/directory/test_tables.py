"""What the database itself refuses, whatever code writes to it."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from directory.tables import Member, Number


@pytest.mark.parametrize("e164", ["101", "+101", "0475123456", "+0475123456", "+3247512345x"])
async def test_a_row_can_never_hold_a_number_that_is_not_international(
    session: AsyncSession, e164: str
) -> None:
    session.add(Member(name="Lieve Peeters", numbers=[Number(e164=e164, position=0)]))
    with pytest.raises(IntegrityError, match="ck_number_e164"):
        await session.commit()


async def test_a_member_speaks_dutch_unless_said_otherwise(session: AsyncSession) -> None:
    session.add(Member(name="Lieve Peeters", numbers=[Number(e164="+32475123456")]))
    await session.commit()
    assert (await session.scalars(select(Member.language))).all() == ["nl"]
