"""What tests of the line wait for: sentences as the PBX plays them, and alerts as members hear them."""

from collections.abc import Callable

from prompts.audio import Audio, decode
from tests.support.server import Server

MOST = 0.9
"""How much of a sentence is enough to know it, on a machine that rings for four tests at once."""
Says = Callable[..., Audio]


def alert(town: Server, broadcast: int) -> Audio:
    asked = "SELECT flac FROM audio JOIN pass ON audio = sha256 WHERE broadcast_id = %(id)s"
    return decode(town.ask(asked, id=broadcast)[0][0])


def beginning(sentence: Audio) -> Audio:
    """Enough of a question to answer it in time: what a phone hears is known here a while later."""
    return Audio(sentence.samples[: len(sentence.samples) // 2], sentence.rate)
