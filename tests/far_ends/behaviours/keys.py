"""A 1 in every form in which telephones send it, and what must not pass for one."""

from tests.far_ends.behaviours.people import picks_up
from tests.far_ends.call import PLAIN, Call
from tests.far_ends.registry import CONFIRMED, HEARD, SILENT, Sound, far_end
from tests.far_ends.sdp import Description
from tests.far_ends.sounds import hallo

NO_EVENTS = Description(codecs=(8,))


async def _after_a_pass(call: Call, said: Description = PLAIN) -> None:
    await call.ring()
    await call.answer(said)
    await call.speak(hallo())
    await call.hears_a_pass()


@far_end(141, CONFIRMED)
async def by_info_relay(call: Call) -> None:
    """INFO with application/dtmf-relay, no events agreed."""
    await _after_a_pass(call, NO_EVENTS)
    call.key_by_info("Signal=1\r\nDuration=160\r\n")
    await call.until_over()


@far_end(142, CONFIRMED)
async def by_info_plain(call: Call) -> None:
    """INFO with application/dtmf, no events agreed."""
    await _after_a_pass(call, NO_EVENTS)
    call.key_by_info("1", "application/dtmf")
    await call.until_over()


@far_end(143, CONFIRMED)
async def by_info_though_events_were_agreed(call: Call) -> None:
    """INFO with spaces in it, though events were agreed."""
    await _after_a_pass(call)
    call.key_by_info("Signal= 1\r\nDuration= 160\r\n")
    await call.until_over()


@far_end(144, CONFIRMED)
async def in_band(call: Call) -> None:
    """Tones alone, no events agreed."""
    await _after_a_pass(call, NO_EVENTS)
    await call.key_in_band("1")
    await call.until_over()


@far_end(145, CONFIRMED)
async def in_band_though_events_were_agreed(call: Call) -> None:
    """Tones alone, though events were agreed, and none ever comes."""
    await _after_a_pass(call)
    await call.key_in_band("1")
    await call.until_over()


@far_end(146, CONFIRMED)
async def long_event(call: Call) -> None:
    """A 1 that is held for three seconds counts once."""
    await _after_a_pass(call)
    await call.key("1", seconds=3.0)
    await call.until_over()


@far_end(147, CONFIRMED)
async def no_end(call: Call) -> None:
    """An event whose end is lost, while quiet goes on."""
    await _after_a_pass(call)
    await call.key("1", ends=0)
    await call.until_over()


@far_end(148, CONFIRMED)
async def one_packet(call: Call) -> None:
    """A press of 20 ms whose end comes once."""
    await _after_a_pass(call)
    await call.key("1", seconds=0.02, ends=1)
    await call.until_over()


@far_end(149, CONFIRMED)
async def other_payload_type(call: Call) -> None:
    """Wants events as 97, and sends them as we offered them (RFC 3264, 6.1)."""
    await _after_a_pass(call, Description(codecs=(8, 97)))
    await call.key("1")
    await call.until_over()


@far_end(150, CONFIRMED.hearing(Sound.TWICE))
async def again_first(call: Call) -> None:
    """2 after a pass, then 1 after the next."""
    await _after_a_pass(call)
    await call.key("2")
    await call.hears_a_pass()
    await call.key("1")
    await call.until_over()


@far_end(151, CONFIRMED.hearing(Sound.CUT))
async def in_the_middle(call: Call) -> None:
    """1 in the middle of the message."""
    await picks_up(call)
    await call.speak(hallo())
    await call.wait(3.0)
    await call.key("1")
    await call.until_over()


@far_end(152, HEARD)
async def keys_without_a_meaning(call: Call) -> None:
    """A, B and * after a pass, and leaves: no confirmation."""
    await _after_a_pass(call)
    for key in "AB*":
        await call.key(key)
    if await call.wait(0.4):
        call.bye()


@far_end(153, SILENT.hearing(Sound.WHOLE))
async def spoilt_info(call: Call) -> None:
    """INFO that is no key: empty, words, eleven, another kind. Never a sound."""
    await picks_up(call)
    for body, kind in (
        ("", "application/dtmf-relay"),
        ("Signal=eleven\r\n", "application/dtmf-relay"),
        ("Duration=160\r\n", "application/dtmf-relay"),
        ("<media_control><vc_primitive/></media_control>", "application/media_control+xml"),
    ):
        call.key_by_info(body, kind)
        await call.wait(0.2)
    await call.until_over()


@far_end(154, CONFIRMED)
async def many_times(call: Call) -> None:
    """1 five times in a row."""
    await _after_a_pass(call)
    for _ in range(5):
        await call.key("1", seconds=0.06)
    await call.until_over()
