"""Answers whose headers are odd, though the call behind them is plain."""

from collections.abc import Callable

from tests.far_ends.behaviours.people import confirms
from tests.far_ends.call import PLAIN, Call
from tests.far_ends.registry import CONFIRMED, UNDERSTOOD_OR_NOT, Expected, far_end
from tests.far_ends.sdp import Description
from tests.far_ends.sip import Header, token

HUGE = 2500
"""Characters; the whole still goes into one datagram that every SIP stack takes."""


def _answers_with(number: int, *headers: Header, expected: Expected = CONFIRMED) -> Callable[[object], None]:
    async def play(call: Call) -> None:
        await call.ring()
        await call.answer(PLAIN, *headers)
        await confirms(call)

    def named(does: object) -> None:
        play.__doc__ = str(does)
        far_end(number, expected)(play)

    return named


_answers_with(251, ("Session-Expires", "90;refresher=uas"))("A session timer that it refreshes itself.")
_answers_with(252, ("Require", "timer"), ("Session-Expires", "90;refresher=uac"))(
    "A session timer that we must refresh, though we offered none."
)
_answers_with(253, ("X-Huge", "x" * HUGE))("A header of 2500 characters.")
_answers_with(254, *[("X-Many", "y")] * 150)("A hundred and fifty headers.")
_answers_with(255, ("Warning", '399 far.ends "\u00eb\\" odd"'), ("Server", "%s%n\u202e"))(
    "Odd words in its headers."
)
_answers_with(256, ("P-Asserted-Identity", '"Other" <sip:+3212345678@x>'), ("Privacy", "id"))(
    "Says that somebody else answered (P-Asserted-Identity)."
)
_answers_with(257, ("Supported", "100rel,timer,replaces,norefersub,gruu"), ("Allow", "INVITE"))(
    "Says that it takes nothing but INVITE."
)
_answers_with(
    258, ("Alert-Info", "<http://127.0.0.1:9/x.wav>"), ("Call-Info", "<http://127.0.0.1:9/>;purpose=icon")
)("Names sounds and pictures to be fetched.")


@far_end(259, CONFIRMED)
async def other_tag(call: Call) -> None:
    """Its answer has another To tag than its ringing."""
    await call.ring()
    call.tag = token()
    await call.answer()
    await confirms(call)


@far_end(260, CONFIRMED)
async def untagged_ringing(call: Call) -> None:
    """Rings without a To tag, answers with one."""
    tag, call.tag = call.tag, ""
    await call.ring()
    call.tag = tag
    await call.answer()
    await confirms(call)


@far_end(261, CONFIRMED)
async def contact_elsewhere(call: Call) -> None:
    """Names another address for what follows: ACK and BYE go there."""
    await call.ring()
    call.contact = f"sip:{call.number}@{call.peer.side_door};transport=udp"
    await call.answer()
    await confirms(call)


@far_end(262, CONFIRMED)
async def routed_by_another(call: Call) -> None:
    """Record-Route: ACK and BYE go by way of another proxy."""
    call.routes = (("Record-Route", f"<sip:{call.peer.side_door};lr>"),)
    await call.ring()
    await call.answer()
    await confirms(call)


@far_end(263, CONFIRMED)
async def routed_by_two(call: Call) -> None:
    """Two Record-Routes in one line, with parameters."""
    door = call.peer.side_door
    call.routes = (("Record-Route", f"<sip:{door};lr;ftag=1>, <sip:{door};lr=on;r2=on>"),)
    await call.ring()
    await call.answer()
    await confirms(call)


@far_end(264, CONFIRMED)
async def rings_reliably(call: Call) -> None:
    """180 that wants a PRACK (100rel)."""
    await call.ring(status=100)
    call.respond(180, ("Require", "100rel"), ("RSeq", "17"))
    await call.wait(0.7)
    await call.answer()
    await confirms(call)


@far_end(265, CONFIRMED)
async def progress_reliably(call: Call) -> None:
    """183 with media that wants a PRACK, then answers without a description, as it was said already."""
    body = await call.describe()
    call.respond(183, ("Require", "100rel"), ("RSeq", "1"), body=body)
    call.speaks()
    await call.wait(0.7)
    await call.answer(Description(codecs=None))
    await confirms(call)


@far_end(266, CONFIRMED)
async def spoilt_ringing(call: Call) -> None:
    """Rings with headers that are no headers."""
    call.respond(180, ("X", "\x01\x02"), ("RSeq", "-1"), ("Expires", "never"), reason="\u266a" * 20)
    await call.wait(0.5)
    await call.answer()
    await confirms(call)


@far_end(267, CONFIRMED)
async def contact_without_a_port(call: Call) -> None:
    """Its Contact has parameters, a display name and no user."""
    await call.ring()
    await call.answer(
        PLAIN, ("Contact", f'"\u00eb, odd" <{call.peer.address};ob;x-y=z>;+sip.instance="<urn:x>";q=0.5')
    )
    await confirms(call)


@far_end(268, UNDERSTOOD_OR_NOT)
async def wrong_length(call: Call) -> None:
    """Content-Length that is half of its description: bounded, whatever is made of it."""
    await call.ring()
    body = await call.describe()
    await call.answer(PLAIN, ("Content-Length", str(len(body) // 2)))
    await confirms(call)


@far_end(269, CONFIRMED)
async def unknown_progress(call: Call) -> None:
    """Provisional answers that nobody knows: 110, 188, 199."""
    for status in (110, 188, 199):
        call.respond(status)
        await call.wait(0.1)
    await call.ring()
    await call.answer()
    await confirms(call)
