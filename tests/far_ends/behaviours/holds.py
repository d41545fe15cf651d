"""Who cannot hear us for a while: a pass during which that was so is none."""

from tests.far_ends.behaviours.people import confirms, leaves_after_a_pass, picks_up
from tests.far_ends.call import Call
from tests.far_ends.registry import CONFIRMED, HEARD, PARTIAL, Sound, far_end
from tests.far_ends.sdp import Description
from tests.far_ends.sounds import babble, hallo, tone

INACTIVE, SENDONLY = Description(direction="inactive"), Description(direction="sendonly")
NOWHERE = Description(host="0.0.0.0", direction="sendonly")
HELD_FROM = 2.0
"""Seconds after the answer."""
HELD_FOR = 5.0
PLAIN = Description()


async def _is_held(call: Call, how: Description) -> None:
    await picks_up(call)
    await call.speak(hallo())
    if await call.wait(HELD_FROM):
        await call.reinvite(how)


@far_end(131, PARTIAL.hearing(Sound.ANY))
async def answers_held(call: Call) -> None:
    """Answers with sendonly and 0.0.0.0, and stays so."""
    await call.ring()
    await call.answer(NOWHERE)
    await call.until_over()


@far_end(132, PARTIAL.hearing(Sound.ANY))
async def answers_inactive(call: Call) -> None:
    """Answers inactive, and stays so."""
    await call.ring()
    await call.answer(INACTIVE, speaks=False)
    await call.until_over()


@far_end(133, PARTIAL)
async def held_and_left(call: Call) -> None:
    """Hallo, inactive after two seconds, rings off fifteen later without having heard more."""
    await _is_held(call, INACTIVE)
    if await call.wait(15.0):
        call.bye()


@far_end(134, HEARD)
async def held_and_back(call: Call) -> None:
    """Hallo, inactive for five seconds, back; listens to a pass and puts down."""
    await _is_held(call, INACTIVE)
    await call.wait(HELD_FOR)
    await call.reinvite(PLAIN)
    await leaves_after_a_pass(call)


@far_end(135, CONFIRMED)
async def held_with_music(call: Call) -> None:
    """Hallo, sendonly with music for five seconds, back; presses 1 after a pass."""
    await _is_held(call, SENDONLY)
    for hertz in (330.0, 440.0, 523.0, 392.0, 330.0):
        await call.speak(tone(HELD_FOR / 5, hertz))
    await call.reinvite(PLAIN)
    await confirms(call)


@far_end(136, CONFIRMED)
async def held_nowhere(call: Call) -> None:
    """Hallo, c=0.0.0.0 for five seconds, back; presses 1 after a pass."""
    await _is_held(call, Description(host="0.0.0.0"))
    await call.wait(HELD_FOR)
    await call.reinvite(PLAIN)
    await confirms(call)


@far_end(137, CONFIRMED)
async def answers_held_then_resumes(call: Call) -> None:
    """Answers inactive and resumes three seconds later; then hallo, a pass and 1."""
    await call.ring()
    await call.answer(INACTIVE)
    await call.wait(3.0)
    await call.reinvite(PLAIN)
    await confirms(call)


@far_end(138, CONFIRMED)
async def held_twice(call: Call) -> None:
    """Held for three seconds, back for three, held again, back; then a pass and 1."""
    await _is_held(call, SENDONLY)
    await call.wait(3.0)
    await call.reinvite(PLAIN)
    await call.wait(3.0)
    await call.reinvite(SENDONLY)
    await call.wait(3.0)
    await call.reinvite(PLAIN)
    await confirms(call)


@far_end(139, PARTIAL)
async def waiting_music_until_the_end(call: Call) -> None:
    """Hallo, then sendonly with a voice that never ends: never resumed."""
    await _is_held(call, SENDONLY)
    voice = babble(2.0)
    while not call.ended.is_set():
        await call.speak(voice)


@far_end(140, CONFIRMED)
async def only_listens(call: Call) -> None:
    """recvonly, which is no hold: hears all of it; presses 1 by INFO."""
    await call.ring()
    await call.answer(Description(direction="recvonly"), speaks=False)
    await call.hears_a_pass()
    call.key_by_info("Signal=1\r\nDuration=160\r\n")
    await call.until_over()
