"""Callers who write other people's numbers into From and press 1 for them: are they rung all the same?

`python -m tests.far_ends.forgers` plays it on a server of its own, and ends with
`forged_callbacks=N victims=N rung_again=N confirmed_for_them=N`.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.results.results import RecipientResults
from broadcast.states import Outcome, RecipientState, Result
from embedded.asterisk_root import ensure_root
from embedded.network.free_ports import free_audio_ports
from tests.far_ends.behaviours.people import confirms, picks_up
from tests.far_ends.call import Call
from tests.far_ends.outgoing import call
from tests.far_ends.own_server import own_server
from tests.far_ends.peer import Peer
from tests.far_ends.sip import Header
from tests.far_ends.trial import SETTINGS, TEXT
from tests.support.server import Server, Values
from tests.support.settings_of_nodes import own_pbx

NETWORK = "forged"
PASSED = "verstat=TN-Validation-Passed"
FORGERIES = (
    ("<sip:{0}@127.0.0.1>", ""),
    ("<sip:{0}@127.0.0.1>", "<sip:{0}@carrier.test>"),
    (f"<sip:{{0}};{PASSED}@127.0.0.1;user=phone>", ""),
    (f"<tel:{{0}};{PASSED}>", f"<tel:{{0}};{PASSED}>"),
)
"""What stands in From and in P-Asserted-Identity, which this trunk lets anybody write."""
CALLS_EACH = 3
MOST_KEYS, KEY_EVERY = 50, 0.7
"""In one call: for longer than all takes that is said until the key was taken, twice."""
PICKS_UP_AFTER = 2.0
ONCE_MORE_AFTER = 30.0
"""Seconds of the longest wait: long enough for a forger to have called by then."""
FORGED_WITHIN, CLOSED_WITHIN = 150.0, 90.0
WAITS = dict.fromkeys(
    ("busy", "no_answer", "rejected", "dead_number", "voicemail", "partial"), f"{ONCE_MORE_AFTER:.0f}"
)


@dataclass(frozen=True)
class Forged:
    """What came of it."""

    call_backs: int = 0
    """Calls with somebody else's number in which 1 was pressed after the alert."""
    victims: int = 0
    rung_again: int = 0
    """Victims whose telephone rang after that, or went on ringing."""
    confirmed_for_them: int = 0
    """Victims who were taken for having confirmed."""
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"forged_callbacks={self.call_backs} victims={self.victims} rung_again={self.rung_again} "
            f"confirmed_for_them={self.confirmed_for_them}"
        )


@dataclass
class Victim:
    """Somebody whose number is forged, and what their telephone does."""

    name: str
    number: str
    until_forged: Callable[["Victim", Call], Awaitable[None]]
    afterwards: Callable[[Call], Awaitable[None]]
    result: Result
    is_called_back: asyncio.Event = field(default_factory=asyncio.Event)

    async def rings(self, at: Call) -> None:
        if self.is_called_back.is_set():
            await self.afterwards(at)
        else:
            await self.until_forged(self, at)


async def _confirms(at: Call) -> None:
    await picks_up(at)
    await confirms(at)


async def _is_not_there(at: Call) -> None:
    await at.ring()
    at.refuse(480)


async def _was_not_there(_: Victim, at: Call) -> None:
    await _is_not_there(at)


async def _was_engaged(_: Victim, at: Call) -> None:
    at.refuse(486)


async def _is_rung_meanwhile(victim: Victim, at: Call) -> None:
    """It rings when the forger presses the key, and is picked up a little later."""
    await at.ring()
    await victim.is_called_back.wait()
    if await at.wait(PICKS_UP_AFTER):
        await at.answer()
        await confirms(at)


Kind = tuple[str, Callable[[Victim, Call], Awaitable[None]], Callable[[Call], Awaitable[None]], Result]
KINDS: tuple[Kind, ...] = (
    ("was not there", _was_not_there, _confirms, Result.CONFIRMED),
    ("was engaged", _was_engaged, _confirms, Result.CONFIRMED),
    ("is rung meanwhile", _is_rung_meanwhile, _confirms, Result.CONFIRMED),
    ("is never there", _was_not_there, _is_not_there, Result.CALLED_BACK),
)


class Street(Peer):
    """The trunk: the victims' telephones, and those who forge their numbers."""

    def __init__(self) -> None:
        self.victims = [
            Victim(name, f"+99976002{nth:03}", until, afterwards, result)
            for nth, (name, until, afterwards, result) in enumerate(KINDS)
        ]
        super().__init__({one.number[-3:]: one.rings for one in self.victims})
        self.forged = 0
        """Calls of forgers in which the key was pressed after the alert."""

    async def forge(self, victim: Victim, to: str, nth: int) -> None:
        """Call with their number, and press 1 until that was written down, or until the call is over."""
        sender, asserted = (text.format(victim.number) for text in FORGERIES[nth % len(FORGERIES)])
        is_first = not victim.is_called_back.is_set()
        await press_1(self, to, sender, asserted, until=lambda: is_first and victim.is_called_back.is_set())
        self.forged += 1


async def press_1(peer: Peer, to: str, sender: str, asserted: str, *, until: Callable[[], bool]) -> None:
    """Call, and press 1 again and again: in the menu, during the alert, and after it."""
    more: list[Header] = [("P-Asserted-Identity", asserted)] if asserted else []
    placed = await call(peer, to, sender, *more)
    try:
        assert await placed.final() == 200, "a caller was refused"
        for _ in range(MOST_KEYS):
            with suppress(TimeoutError):
                await placed.until_over(KEY_EVERY)
                return
            if until():
                break
            placed.media.stamp += round(KEY_EVERY * 8000)
            await placed.media.press("1")
        placed.bye()
    finally:
        placed.media.close()


def settings_for(peer: Peer, root: Path, *, trusts_identity: bool = False) -> Values:
    """Of a server at the other end, whose trunk vouches for nobody, or by what it asserts alone."""
    trunk = {"uri": peer.address, "simulated": "true", "vouches_for_numbers": "false"}
    trunk |= {"trusts_identity": str(trusts_identity).lower()}
    retry = SETTINGS["retry"] | WAITS | {"tries_per_number": "5"}
    pbx = own_pbx(root) | {"rtp_ports": str(free_audio_ports(30))}
    alert = SETTINGS["alert"] | {"ring": "60"}
    return {**SETTINGS, "trunk": trunk, "retry": retry, "pbx": pbx, "alert": alert}


async def forge_call_backs(server: Server, street: Street) -> Forged:
    """An urgent alert, and callers with each victim's number, before and after their last call."""
    broadcast = await send_to(server, {one.name: [one.number] for one in street.victims})
    to = our_number(server)
    looking = asyncio.create_task(_look(server, street, broadcast))
    try:
        async with asyncio.TaskGroup() as forging:
            for first, one in enumerate(street.victims):
                forging.create_task(_forge_again_and_again(street, one, to, first))
        await asyncio.to_thread(server.until_closed, broadcast, seconds=CLOSED_WITHIN)
    finally:
        looking.cancel()
    recipients = await asyncio.to_thread(server.recipients, broadcast)
    return judge(street, recipients)


async def send_to(server: Server, people: dict[str, list[str]]) -> int:
    """An urgent alert to them, once callers can be talked to."""
    await asyncio.to_thread(server.until_it_answers)
    await asyncio.to_thread(server.enrol, NETWORK, people)
    return await asyncio.to_thread(server.send, NETWORK, TEXT)


def our_number(server: Server) -> str:
    return f"sip:+3214539600@{server.settings.pbx.sip_bind}"


async def _forge_again_and_again(street: Street, victim: Victim, to: str, first: int) -> None:
    async with asyncio.timeout(FORGED_WITHIN):
        called = 0
        while called < CALLS_EACH or not victim.is_called_back.is_set():
            await street.forge(victim, to, first + called)
            called += 1


async def _look(server: Server, street: Street, broadcast: int) -> None:
    """See whose number was called back from, whatever was made of it."""
    while True:
        seen = await asyncio.to_thread(called_back, server, broadcast)
        for one in street.victims:
            if one.number in seen:
                one.is_called_back.set()
        await asyncio.sleep(0.2)


def called_back(server: Server, broadcast: int) -> dict[str, str]:
    """What was made of call-backs, by number."""
    asked = (
        "SELECT e164, outcome FROM attempt"
        " WHERE broadcast_id = %(id)s AND outcome IN ('called_back', 'confirmed_by_callback')"
    )
    return dict(server.ask(asked, id=broadcast))


def judge(street: Street, recipients: dict[str, RecipientResults]) -> Forged:
    """By the results."""
    problems, rung_again, confirmed_for_them = list[str](street.faults), 0, 0
    for victim in street.victims:
        recipient = recipients[victim.name]
        ends = [call.outcome for call in recipient.calls]
        confirmed_for_them += Outcome.CONFIRMED_BY_CALLBACK in ends
        forged = [call.ended_at for call in recipient.calls if call.outcome is Outcome.CALLED_BACK]
        after = [
            call
            for call in recipient.calls
            if call.dialled_at and call.ended_at and forged and forged[0] and call.ended_at > forged[0]
        ]
        rung_again += bool(after)
        if (recipient.state, recipient.result) != (RecipientState.FINAL, victim.result):
            problems.append(f"who {victim.name} is {recipient.state} with {recipient.result}")
        if len(forged) != 1 or len(after) != 1:
            problems.append(f"who {victim.name} was called {len(after)} times after it, by {ends}")
    return Forged(street.forged, len(street.victims), rung_again, confirmed_for_them, problems)


async def _play() -> Forged:
    async with Street() as street:
        with own_server(settings_for(street, ensure_root()), "forged") as server:
            await asyncio.to_thread(server.start)
            return await forge_call_backs(server, street)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    came = asyncio.run(_play())
    for problem in came.problems:
        sys.stdout.write(f"WRONG {problem}\n")
    sys.stdout.write(f"{came}\n")


if __name__ == "__main__":
    main()
