"""Places on the line, as tests of them ask for them."""

import asyncio

from ivr.pbx.capacity import Lines
from ivr.pbx.trunk import Trunk


def now() -> float:
    return asyncio.get_running_loop().time()


def lines_of(*, channels: int = 30, calls_per_second: float = 1000.0) -> Lines:
    lines = Lines(Trunk(channels=channels, calls_per_second=calls_per_second), clock=now)
    lines.open()
    return lines


async def settle() -> None:
    """Let everybody who can go on do so."""
    await asyncio.sleep(0.001)


async def taken_at(lines: Lines, calls: int) -> list[float]:
    """When each of so many places was had, all asked for at once."""

    async def one() -> float:
        assert await lines.reserve()
        return now()

    return sorted(await asyncio.gather(*(one() for _ in range(calls))))
