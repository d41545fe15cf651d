"""Requests that a far end makes in a call: transfers, updates, questions."""

from tests.far_ends.behaviours.people import confirms, hears_and_confirms, leaves_after_a_pass, picks_up
from tests.far_ends.call import PLAIN, Call
from tests.far_ends.registry import CONFIRMED, HEARD, PARTIAL, Sound, far_end
from tests.far_ends.sdp import Description
from tests.far_ends.sounds import hallo


@far_end(271, CONFIRMED)
async def transfers(call: Call) -> None:
    """REFERs us to a member and to 112: refused; presses 1 after a pass."""
    await picks_up(call)
    for whom in ("+99977000001", "112"):
        call.request(
            "REFER", ("Refer-To", f"<sip:{whom}@{call.peer.at}>"), ("Referred-By", f"<{call.peer.address}>")
        )
        await call.wait(0.2)
    await confirms(call)


@far_end(272, CONFIRMED)
async def updates(call: Call) -> None:
    """UPDATE with a description, and one without."""
    await picks_up(call)
    await call.speak(hallo())
    call.request("UPDATE", body=await call.describe())
    await call.wait(0.5)
    call.request("UPDATE", ("Session-Expires", "90;refresher=uas"))
    await hears_and_confirms(call)


@far_end(273, CONFIRMED)
async def asks_for_an_offer(call: Call) -> None:
    """A re-INVITE without a description."""
    await picks_up(call)
    await call.speak(hallo())
    await call.wait(1.0)
    await call.reinvite(None)
    await hears_and_confirms(call)


@far_end(274, CONFIRMED)
async def two_at_once(call: Call) -> None:
    """Two re-INVITEs at once: one of them may be refused, the call goes on."""
    await picks_up(call)
    await call.speak(hallo())
    call.request("INVITE", body=await call.describe())
    await call.reinvite(PLAIN)
    await hears_and_confirms(call)


@far_end(275, CONFIRMED)
async def adds_video(call: Call) -> None:
    """A re-INVITE that adds video: refused, the sound goes on."""
    await picks_up(call)
    await call.speak(hallo())
    await call.reinvite(Description(more=("m=video 40000 RTP/AVP 96", "a=rtpmap:96 H264/90000")))
    await hears_and_confirms(call)


@far_end(276, CONFIRMED)
async def many_questions(call: Call) -> None:
    """OPTIONS, MESSAGE, NOTIFY, SUBSCRIBE, PUBLISH and an unknown method in the call."""
    await picks_up(call)
    for method in ("OPTIONS", "MESSAGE", "NOTIFY", "SUBSCRIBE", "PUBLISH", "ODDITY"):
        call.request(method, ("Event", "refer"), body="x", kind="text/plain")
        await call.wait(0.05)
    await confirms(call)


@far_end(277, HEARD)
async def leaves_with_a_reason(call: Call) -> None:
    """BYE after a pass, with a Reason that speaks of congestion: the call was heard all the same."""
    await picks_up(call)
    await call.speak(hallo())
    await call.hears_a_pass()
    if await call.wait(0.4):
        call.bye(("Reason", 'Q.850;cause=34;text="No circuit"'))


@far_end(278, PARTIAL)
async def dropped_by_the_network(call: Call) -> None:
    """BYE after two seconds with cause 38: the network lost it."""
    await picks_up(call)
    await call.speak(hallo())
    if await call.wait(1.5):
        call.bye(("Reason", 'Q.850;cause=38;text="Network out of order"'))


@far_end(279, CONFIRMED)
async def strangers_in_the_call(call: Call) -> None:
    """BYE and INFO with a tag that is not this call's: nothing of it counts."""
    await picks_up(call)
    tag, call.tag = call.tag, "somebody-else"
    call.request("BYE")
    call.key_by_info("Signal=1\r\nDuration=160\r\n")
    call.tag = tag
    await confirms(call)


@far_end(280, HEARD.hearing(Sound.WHOLE))
async def old_numbers(call: Call) -> None:
    """INFO and BYE with a sequence number from before: refused, the call goes on."""
    await picks_up(call)
    await call.speak(hallo())
    call.request("OPTIONS")
    call.request("INFO", body="Signal=1\r\n", kind="application/dtmf-relay", sequence=2)
    call.request("BYE", sequence=1)
    await leaves_after_a_pass(call)


@far_end(281, CONFIRMED)
async def refreshes(call: Call) -> None:
    """Negotiates the same again every second."""
    await picks_up(call)
    await call.speak(hallo())
    for _ in range(4):
        await call.reinvite(PLAIN)
        await call.wait(1.0)
    await hears_and_confirms(call)


@far_end(282, PARTIAL.hearing(Sound.ANY))
async def leaves_twice(call: Call) -> None:
    """BYE twice, two seconds after its answer."""
    await picks_up(call)
    await call.speak(hallo())
    await call.wait(1.5)
    call.request("BYE")
    call.bye()
