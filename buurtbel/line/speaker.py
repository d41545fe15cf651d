"""Speaks the fixed sentences that lack, once for a release or a voice, while the line goes on with its calls.

It is a process of its own: in the line each sentence would hold up the event loop, which answers phones.
"""

import asyncio
import os

from buurtbel.assembly import assemble
from buurtbel.line.sounds import TO_CALLERS, speak_what_lacks
from buurtbel.settings.reading import read_settings

NICENESS = 5
"""The nice value: the speaker gets a quarter of a processor that calls want, and all of an idle one."""


async def main() -> None:
    async with assemble(read_settings()) as assembly:
        await speak_what_lacks(assembly, TO_CALLERS)


if __name__ == "__main__":
    os.umask(0o077)
    os.nice(NICENESS)
    asyncio.run(main())
