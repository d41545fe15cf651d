"""What a phone hears, in a file that grows while it calls: waiting until a sound was heard in it."""

import asyncio
from pathlib import Path

from prompts.audio import TELEPHONE_RATE, Audio, decode_slin
from prompts.comparator import compare

WAV_HEADER = 44
LISTEN_EVERY = 0.25
KEPT_BACK = 0.3
"""Seconds before the end of what was heard from which the next thing may begin."""


class Tape:
    """A WAV file of 16 bits and 8 kHz, also while it is being written."""

    def __init__(self, file: Path, *, patience: float = 90.0) -> None:
        self.file = file
        self.patience = patience
        self._heard_until = 0.0

    async def hears(self, sound: Audio, *others: Audio, share: float = 1.0) -> float:
        """Wait until all of this was heard, after what was heard before; gives where it began, in seconds.

        `others`: what may be heard instead of it. `share`: how much of its pieces is enough, for what was
        recorded on the line before it is heard again. Raises TimeoutError when it does not come.
        """
        since, most = self._heard_until, 0.0
        longest = max(one.seconds for one in (sound, *others))
        try:
            async with asyncio.timeout(self.patience + longest):
                while True:
                    heard = await asyncio.to_thread(self._since, since)
                    for one in (sound, *others):
                        if heard.seconds < one.seconds:
                            continue
                        hearing = await asyncio.to_thread(compare, one, heard)
                        if hearing.found >= share * hearing.active and hearing.offset_s is not None:
                            began = since + hearing.offset_s
                            self._heard_until = max(0.0, began + one.seconds - KEPT_BACK)
                            return began
                        most = max(most, hearing.found / max(hearing.active, 1))
                    # What began before that is over. Who has listened for long must not press keys late.
                    since += max(0.0, heard.seconds - longest - KEPT_BACK)
                    await asyncio.sleep(LISTEN_EVERY)
        except TimeoutError:
            told = f"{share:.0%} of a sound was not heard, and {most:.0%} at the most; see {self.file}"
            raise TimeoutError(told) from None

    def everything(self) -> Audio:
        return self._since(0.0)

    def _since(self, seconds: float) -> Audio:
        """What was heard from this moment of the call on; the file grows while the call lasts."""
        raw = self.file.read_bytes()[WAV_HEADER:] if self.file.exists() else b""
        heard = decode_slin(raw)
        return Audio(heard.samples[round(seconds * TELEPHONE_RATE) :], heard.rate)
