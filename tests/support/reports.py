"""What members report, and what is spoken into a telephone."""

from uuid import uuid4

import numpy as np
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.ledger.callback import known_caller
from broadcast.responses import inbox
from prompts.audio import Audio, tone
from tests.support.office import NODE
from tests.support.people import phone

RATE = 8_000


def speech(seconds: float = 5.0) -> Audio:
    """Something with the ups and downs of speech, with a second of nothing on either side."""
    chance = np.random.default_rng(3)
    words = chance.normal(0, 1, round(seconds * RATE)) * np.repeat(
        chance.uniform(0.2, 1, 25), round(seconds * RATE / 25)
    )
    quiet = np.zeros(RATE)
    return Audio((0.02 * np.concatenate([quiet, words, quiet])).astype(np.float32), RATE)


SPOKEN = speech()
AN = phone(10, 1)
SAID = tone(2.0)


async def reported(engine: AsyncEngine, *, said: Audio = SAID, number: str | None = AN) -> int:
    """A report that was spoken and sent."""
    async with engine.begin() as connection:
        caller = await known_caller(connection, number) if number else None
        members = caller.members if caller else []
        started = await inbox.begin(connection, NODE, uuid4(), number=number, members=members, broadcast=None)
        await inbox.keep(connection, started.id, said)
        await inbox.send(connection, started.id)
    return started.id


async def listed(engine: AsyncEngine, *, judged: bool = False) -> list[inbox.Report]:
    async with engine.connect() as connection:
        return list(await inbox.reports(connection, judged=judged))
