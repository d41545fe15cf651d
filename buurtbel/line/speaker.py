"""Speaks the fixed sentences that lack, once for a release or a voice, while the line goes on with its calls.

A process of its own: in the line each sentence would keep the event loop, which answers phones, from turning.
"""

import asyncio
import os

from buurtbel.assembly import assemble
from buurtbel.line.sounds import TO_CALLERS, speak_what_lacks
from buurtbel.settings.reading import read_settings

NICENESS = 5
"""A quarter of a processor that calls want, all of one that nobody wants: callers wait for sentences."""


async def main() -> None:
    async with assemble(read_settings()) as assembly:
        await speak_what_lacks(assembly, TO_CALLERS)


if __name__ == "__main__":
    os.umask(0o077)
    os.nice(NICENESS)
    asyncio.run(main())
