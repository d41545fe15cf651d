"""Who refuses, with every status there is: whom does it speak of?"""

from collections.abc import Awaitable, Callable

from tests.far_ends.call import Call
from tests.far_ends.digest import Digest
from tests.far_ends.registry import (
    BUSY,
    NO_ANSWER,
    NO_SOUND_AGREED,
    NO_SUCH_NUMBER,
    OF_THE_TRUNK,
    REDIRECTED,
    REJECTED,
    Expected,
    add,
    far_end,
)
from tests.far_ends.sip import Header

AT_ONCE: dict[Expected, tuple[int, ...]] = {
    BUSY: (486, 600),
    NO_ANSWER: (480,),
    REJECTED: (603, 607, 608),
    NO_SUCH_NUMBER: (404, 410, 484, 485, 604),
    NO_SOUND_AGREED: (488, 606),
    OF_THE_TRUNK: (
        *(
            400,
            401,
            402,
            403,
            405,
            406,
            407,
            408,
            413,
            414,
            415,
            416,
            420,
            421,
            422,
            423,
            428,
            433,
            436,
            437,
            438,
        ),
        *(481, 482, 483, 487, 489, 491, 493, 494, 499, 500, 501, 502, 503, 504, 505, 513, 580, 599),
    ),
}
"""Without a telephone that rang. A status that nobody knows is the first of its class (RFC 3261, 8.1.3.2)."""
AFTER_RINGING: dict[Expected, tuple[int, ...]] = {
    BUSY: (486,),
    NO_ANSWER: (408, 480),
    REJECTED: (403, 603),
}
WITH: dict[int, tuple[Header, ...]] = {
    401: (Digest("x", "x").challenge(),),
    407: (Digest("x", "x").challenge("Proxy-Authenticate"),),
    405: (("Allow", "OPTIONS"),),
    420: (("Unsupported", "timer"),),
    421: (("Require", "x-nobody-has-it"),),
    422: (("Min-SE", "1800"),),
    503: (("Retry-After", "2"),),
}
REASON_HEADERS: dict[int, tuple[int, str, Expected]] = {
    61: (480, 'Q.850;cause=17;text="User busy"', NO_ANSWER),
    62: (603, 'Q.850;cause=21;text="Call rejected"', REJECTED),
    63: (500, 'Q.850;cause=41;text="Temporary failure"', OF_THE_TRUNK),
    64: (486, "SIP;cause=600", BUSY),
    65: (603, 'Q.850;cause=not-a-number;text="\x07"', REJECTED),
}


def _refuses(status: int, *headers: Header, rings: bool = False) -> Callable[[Call], Awaitable[None]]:
    async def play(call: Call) -> None:
        call.respond(100)
        if rings:
            await call.ring()
        call.refuse(status, *headers)

    return play


for expected, statuses in AT_ONCE.items():
    for status in statuses:
        add(status, f"Refuses with {status} at once.", expected, _refuses(status, *WITH.get(status, ())))
for expected, statuses in AFTER_RINGING.items():
    for status in statuses:
        does = f"Rings, then refuses with {status}."
        add(status % 100 + 700 + 100 * (status // 600), does, expected, _refuses(status, rings=True))
for number, (status, reason, expected) in REASON_HEADERS.items():
    does = f"Rings, then {status} with a Reason header: {reason.split(';text')[0]}."
    add(number, does, expected, _refuses(status, ("Reason", reason), rings=True))


@far_end(66, NO_ANSWER)
async def comes_back_later(call: Call) -> None:
    """480 with Retry-After."""
    call.respond(100)
    call.refuse(480, ("Retry-After", "3600 (asleep);duration=60"))


@far_end(67, BUSY)
async def branch_is_gone(call: Call) -> None:
    """Rings, 199 for that branch, then 486."""
    await call.ring()
    call.respond(199)
    await call.wait(0.2)
    call.refuse(486)


@far_end(68, BUSY)
async def says_it_in_its_own_words(call: Call) -> None:
    """486 without a word after it."""
    call.refuse(486, reason="")


@far_end(69, OF_THE_TRUNK)
async def asks_for_ever(call: Call) -> None:
    """401 with a new nonce whatever is said: it must be given up soon."""
    digest = Digest("nobody", "knows")
    for _ in range(50):
        call.respond(401, digest.challenge(stale=True))
        if not await call.until_invited_again(2.0):
            break
    call.over("refused with 401")


@far_end(70, OF_THE_TRUNK)
async def asks_in_an_unknown_way(call: Call) -> None:
    """407 with an algorithm that nobody knows."""
    name, challenge = Digest("x", "x").challenge("Proxy-Authenticate")
    call.refuse(407, (name, challenge.replace("MD5", "ROT13")))


@far_end(71, OF_THE_TRUNK)
async def black_hole(call: Call) -> None:
    """Never replies at all."""
    await call.until_cancelled()


@far_end(72, OF_THE_TRUNK)
async def tries_for_ever(call: Call) -> None:
    """100 and nothing more until we give up."""
    call.respond(100)
    if await call.until_cancelled():
        call.refuse(487)


@far_end(73, NO_ANSWER)
async def rings_late_and_out(call: Call) -> None:
    """First rings after two seconds, then until we give up."""
    call.respond(100)
    await call.wait(2.0)
    await call.ring(0)
    if await call.until_cancelled():
        call.refuse(487)


REDIRECTS: dict[int, tuple[int, tuple[str, ...]]] = {
    300: (300, ("sip:+99977000001@{at}", "sip:+99977000002@{at}")),
    301: (301, ("sip:+99977000001@{at}",)),
    302: (302, ("sip:112@{at}",)),
    303: (302, ("sip:+99977000001@{at}",)),
    304: (302, ("sip:+99977000304@{at}",)),
    305: (305, ("sip:{side}",)),
    306: (302, ("tel:+32101",)),
    307: (302, ()),
    380: (380, ("mailto:police@example.org",)),
}
"""A member's number, an emergency number, itself, another proxy, and nobody."""


def _redirects(status: int, contacts: tuple[str, ...]) -> Callable[[Call], Awaitable[None]]:
    async def play(call: Call) -> None:
        call.respond(100)
        named = [uri.format(at=call.peer.at, side=call.peer.side_door) for uri in contacts]
        call.refuse(status, *(("Contact", f"<{uri}>") for uri in named))

    return play


for number, (status, contacts) in REDIRECTS.items():
    whom = " and ".join(contacts).replace("@{at}", "").replace("{side}", "another proxy") or "nobody"
    add(
        number,
        f"{status} to {whom}.",
        OF_THE_TRUNK if status == 305 else REDIRECTED,
        _redirects(status, contacts),
    )


@far_end(74, BUSY)
async def forwarded_and_busy(call: Call) -> None:
    """181, rings, 486."""
    call.respond(181)
    await call.ring()
    call.refuse(486)
