"""Who calls us from a telephone whose keys are tones alone, though it agreed to tell of them as events."""

import asyncio
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from prompts.audio import TELEPHONE_RATE, Audio, read, read_laid, tone
from prompts.catalogue import Key
from prompts.comparator import compare
from prompts.normalise.names import NO_NAMES
from tests.far_ends.outgoing import Outgoing, call
from tests.far_ends.peer import Peer
from tests.far_ends.rtp import recording
from tests.far_ends.sounds import key_tone, quiet
from tests.pbx_fixtures import speech
from tests.support.callers import MOST, Says, alert, beginning
from tests.support.people import phone
from tests.support.sentences import laid_at
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

MEMBER, REPORTER, NOBODY = phone(10, 9301), phone(10, 9302), "anonymous"
WITHHELD = '"Anonymous" <sip:anonymous@anonymous.invalid>'
PRESS = 0.12
QUICK, SLOW = 0.3, 0.8
"""Seconds between two keys: sooner than talk is told to be over, and later."""
PATIENCE = 90.0


class Telephone:
    def __init__(self, placed: Outgoing) -> None:
        self._placed = placed
        self._heard = 0

    async def hears(self, sentence: Audio, *, share: float = MOST) -> None:
        """Wait until it was heard, after what was waited for before."""
        ear = self._placed.media.ear
        async with asyncio.timeout(PATIENCE + sentence.seconds):
            while True:
                upto = len(ear.sounds)
                heard = recording(ear.sounds[self._heard : upto])
                if heard.seconds >= sentence.seconds:
                    hearing = await to_thread(compare, sentence, heard)
                    if hearing.found >= share * hearing.active:
                        self._heard = upto
                        return
                await asyncio.sleep(0.2)

    async def presses(self, keys: str, *, pause: float = SLOW) -> None:
        for key in keys:
            await self.says(key_tone(key, PRESS))
            await self.says(quiet(pause))

    async def says(self, sound: Audio) -> None:
        await self._placed.media.speak(sound)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer({}) as trunk:
        yield trunk


@pytest.fixture
async def server(new_server: NewServer, peer: Peer, asterisk_root: Path) -> AsyncIterator[Server]:
    trunk = {"uri": peer.address, "simulated": "true"}
    made = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk})
    await to_thread(made.start)
    yield made
    await to_thread(made.stop)


@pytest.fixture
def says(server: Server) -> Says:
    def sentence(key: Key, **slots: str) -> Audio:
        return read_laid(laid_at(server.settings.sounds_folder, key, "nl", NO_NAMES, **slots))

    return sentence


@asynccontextmanager
async def calling(peer: Peer, server: Server, caller: str) -> AsyncIterator[Telephone]:
    """Our number, from this one, answered; put down at the end."""
    who = WITHHELD if caller == NOBODY else f"<sip:{caller}@127.0.0.1>"
    placed = await call(peer, f"sip:+3214539600@{server.settings.pbx.sip_bind}", who)
    assert await placed.final() == 200
    placed.media.begin()
    try:
        yield Telephone(placed)
    finally:
        if not placed.ended.is_set():
            placed.bye()


async def test_keys_that_are_only_heard_lead_through_menus_codes_and_reports_and_words_do_not(
    server: Server, peer: Peer, says: Says
) -> None:
    await to_thread(server.until_it_answers)
    await to_thread(server.enrol, "tones", {"An": [MEMBER], "Bo": [REPORTER]})
    broadcast = await to_thread(server.send, "tones", "Inbraak in de Beukenlaan. Blijf binnen.")
    [(code,)] = await to_thread(server.ask, "SELECT code FROM broadcast WHERE id = %(id)s", id=broadcast)

    async with calling(peer, server, MEMBER) as telephone:
        await telephone.hears(says("line_welcome", zone="Politie"))
        await telephone.says(speech("Nul, nul. Een, twee, nul. Hallo, is daar iemand?").at(TELEPHONE_RATE))
        await telephone.hears(says("line_menu"))
        await telephone.presses("0")
        await telephone.hears(beginning(says("leave_sure")))
        await telephone.presses("0")
        await telephone.hears(says("leave_calls_back"))

    async with calling(peer, server, NOBODY) as telephone:
        await telephone.hears(says("line_unknown_menu"))
        await telephone.presses("1")
        await telephone.hears(beginning(says("line_code")))
        await telephone.presses(code[:3], pause=QUICK)
        await telephone.presses(f"{code[3:]}#")
        await telephone.hears(await to_thread(alert, server, broadcast))
        await telephone.hears(says("line_after_code"))

    words = speech("Ik zie een man met een ladder achter de kerk, en hij kijkt naar binnen.")
    async with calling(peer, server, REPORTER) as telephone:
        await telephone.hears(says("line_menu"))
        await telephone.presses("2")
        await telephone.hears(says("report_speak"))
        await telephone.hears(tone())
        await telephone.says(words.at(TELEPHONE_RATE))
        await telephone.presses("#")
        await telephone.hears(says("report_menu"))
        await telephone.presses("1")
        await telephone.hears(says("report_thanks"))
    [report] = [one for one in await to_thread(server.type, "report-inbox", "list") if one["member"] == "Bo"]
    heard = server.folder / "bo.wav"
    await to_thread(server.try_to, "report-inbox", "play", str(report["id"]), "--to", str(heard))
    # Whoever speaks at once may be a moment ahead of a recording that begins on a busy machine.
    hearing = compare(words, read(heard))
    assert hearing.found >= MOST * hearing.active
