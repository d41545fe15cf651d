"""Callers over SIP who want to wear somebody out: with reports, with guesses, with calls to a stranger."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from buurtbel.database.address import database
from directory.officers.officers import add_officer
from prompts.audio import Audio, read_laid
from prompts.catalogue import Key
from prompts.comparator import compare
from prompts.normalise.names import NO_NAMES
from tests.far_ends.outgoing import Outgoing, call
from tests.far_ends.peer import Peer
from tests.far_ends.rtp import recording
from tests.hostile.site import STRANGERS, Site
from tests.pbx_fixtures import speech
from tests.support.people import ADMIN, phone
from tests.support.sentences import laid_at

NETWORK = "floods"
REPORTER, VICTIM, OFFICER = phone(10, 301), phone(17, 302), phone(17, 303)
"""A member who confirms; one whose telephone rings out, as the officer's does."""
NUMBER, PIN = "4711", "846203"
WITHHELD = '"Anonymous" <sip:anonymous@anonymous.invalid>'
REPORTS = 5
CODE_LINES, CODES = 8, 3
PIN_LINES, PINS = 4, 2
AGAIN = 2
"""Times that the victim's number asks to leave, on two lines each time."""
KEY_EVERY = 0.15
APART, UP_WITHIN = 0.2, 30.0
PLAYS_WITHIN = 2.0
"""Seconds beyond its length in which a sentence has surely been played, on a busy machine."""
CLOSED_WITHIN = 240.0
SIGNED_IN_WITHIN = 20.0
MOST = 0.8
"""How much of a sentence is enough to know it."""


@dataclass
class Flooded:
    """What they did, and how long it took; what came of it is in the database."""

    spoke: int = 0
    """Calls on which a report was spoken."""
    is_let_in: bool = False
    """The officer signed in from their own telephone when all of that was over."""
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def shown(number: str) -> str:
    """What stands in From."""
    return f"<sip:{number}@127.0.0.1>"


class Crowd(Peer):
    """Everybody who calls. Nobody can be rung here."""

    def __init__(self, site: Site) -> None:
        super().__init__({})
        self.flooded = Flooded()
        self._server = site.server
        self._to = f"sip:{site.server.settings.trunk.caller_id}@{site.sip}"
        self._words = speech("Ik zie een man met een ladder, achter de kerk, en hij kijkt naar binnen.")

    def sound(self, key: Key, **slots: str) -> Audio:
        return read_laid(laid_at(self._server.settings.sounds_folder, key, "nl", NO_NAMES, **slots))

    @asynccontextmanager
    async def calling(self, caller: str, *, is_member: bool) -> AsyncIterator[Outgoing]:
        """Up, and past what everybody is told first."""
        zone = self._server.settings.speech.zone
        told = [self.sound("line_urgent_help"), self.sound("line_welcome", zone=zone)]
        told += [] if is_member else [self.sound("line_unknown")]
        placed = await call(self, self._to, caller)
        try:
            status = await placed.final(UP_WITHIN)
            assert status == 200, f"answered with {status}"
            placed.media.begin()
            await asyncio.sleep(sum(one.seconds for one in told) + PLAYS_WITHIN)
            yield placed
        finally:
            if placed.status is None:
                placed.cancel()
            elif placed.status == 200 and not placed.ended.is_set():
                placed.bye()
            placed.media.close()

    async def report(self, caller: str, *, is_member: bool) -> None:
        """A hang-up sends it."""
        async with self.calling(caller, is_member=is_member) as one:
            await types(one, "2")
            await asyncio.sleep(self.sound("report_speak").seconds + PLAYS_WITHIN)
            await one.media.speak(self._words)
            self.flooded.spoke += 1

    async def guess_codes(self, first: int) -> None:
        async with self.calling(WITHHELD, is_member=False) as one:
            for nth in range(CODES):
                await types(one, "1")
                await asyncio.sleep(1.0)
                await types(one, f"{first + nth:06}#")
                await asyncio.sleep(self.sound("line_wrong_code").seconds + PLAYS_WITHIN)

    async def guess_pins(self, first: int) -> None:
        async with self.calling(WITHHELD, is_member=False) as one:
            await types(one, "*")
            for nth in range(PINS):
                await asyncio.sleep(1.0)
                await types(one, f"{NUMBER}#")
                await asyncio.sleep(1.0)
                await types(one, f"{first + nth:06}#")
                await asyncio.sleep(self.sound("police_refused").seconds + PLAYS_WITHIN)

    async def ask_to_leave(self, number: str, times: int, *, is_member: bool) -> None:
        for _ in range(times):
            async with self.calling(shown(number), is_member=is_member) as one:
                await types(one, "0")
                await asyncio.sleep(1.5)
                await types(one, "0")
                await asyncio.sleep(PLAYS_WITHIN)

    async def sign_in(self) -> None:
        """The officer, from their own telephone, with the right PIN."""
        menu = self.sound("police_menu")
        async with self.calling(shown(OFFICER), is_member=False) as one:
            await types(one, "*")
            for word in (NUMBER, PIN):
                await asyncio.sleep(1.0)
                await types(one, f"{word}#")
            until = time.monotonic() + SIGNED_IN_WITHIN
            while not self.flooded.is_let_in and time.monotonic() < until:
                await asyncio.sleep(1.0)
                heard = compare(menu, recording(one.media.ear.sounds))
                self.flooded.is_let_in = heard.found >= MOST * heard.active

    async def all_at_once(self) -> None:
        attackers: list[Coroutine[Any, Any, None]] = [
            *(self.report(shown(REPORTER), is_member=True) for _ in range(REPORTS)),
            *(self.report(WITHHELD, is_member=False) for _ in range(REPORTS)),
            *(self.guess_codes(100 * line) for line in range(CODE_LINES)),
            *(self.guess_pins(100 * line) for line in range(PIN_LINES)),
            *(self.ask_to_leave(VICTIM, AGAIN, is_member=True) for _ in range(2)),
            self.ask_to_leave(f"+{STRANGERS[0]}", 1, is_member=False),
        ]
        began = time.monotonic()
        them = [_after(nth * APART, one) for nth, one in enumerate(attackers)]
        for came in await asyncio.gather(*them, return_exceptions=True):
            if isinstance(came, Exception):
                self.flooded.problems.append(f"an attacker got no further: {came!r}")
        await self.sign_in()
        self.flooded.seconds = time.monotonic() - began


async def _after(seconds: float, attack: Coroutine[Any, Any, None]) -> None:
    await asyncio.sleep(seconds)
    await attack


async def types(placed: Outgoing, keys: str) -> None:
    for key in keys:
        await placed.media.press(key)
        await asyncio.sleep(KEY_EVERY)


async def _play(site: Site) -> Flooded:
    async with database(site.server.settings) as engine, AsyncSession(engine) as session, session.begin():
        await add_officer(session, ADMIN, NUMBER, name="Maes", phone=OFFICER, pin=PIN)
    async with Crowd(site) as crowd:
        await crowd.all_at_once()
    return crowd.flooded


@cache
def flooded(site: Site) -> Flooded:
    """All of them at once, during an urgent alert on which an officer is on duty; played once, judged often.

    About a minute and a half.
    """
    server = site.server
    server.until_it_answers()
    site.members |= {number.removeprefix("+") for number in (REPORTER, VICTIM, OFFICER)}
    server.enrol(NETWORK, {"Reporter": [REPORTER], "Victim": [VICTIM]})
    server.until_closed(server.send(NETWORK, "Inbraak bezig. Blijf binnen."), seconds=CLOSED_WITHIN)
    came = asyncio.run(_with_duty(site))
    # Or the officer is rung for it while other things are tried.
    server.type("officer", "duty", "--nobody")
    return came


async def _with_duty(site: Site) -> Flooded:
    playing = asyncio.create_task(_play(site))
    await asyncio.to_thread(_put_on_duty, site)
    return await playing


def _put_on_duty(site: Site) -> None:
    site.server.until(lambda: site.server.ask("SELECT 1 FROM officer"), seconds=30)
    site.server.type("officer", "duty", NUMBER)
