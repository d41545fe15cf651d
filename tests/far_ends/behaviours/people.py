"""Who behaves as people and their machines do: for comparison, and what odd far ends end with."""

from tests.far_ends.call import Call
from tests.far_ends.registry import CONFIRMED, HEARD, NO_ANSWER, PARTIAL, SILENT, VOICEMAIL, Sound, far_end
from tests.far_ends.sounds import babble, hallo, tone

REACTION = 0.4
"""Seconds from the end of a pass to what a person does."""


async def picks_up(call: Call) -> None:
    await call.ring()
    await call.answer()


async def confirms(call: Call) -> None:
    """Once it is up: says hallo, hears a pass, presses 1, stays."""
    await call.speak(hallo())
    await hears_and_confirms(call)


async def hears_and_confirms(call: Call) -> None:
    await call.hears_a_pass()
    await call.key("1")
    await call.until_over()


async def leaves_after_a_pass(call: Call) -> None:
    """Once it is up: says hallo, hears a pass, puts the phone down."""
    await call.speak(hallo())
    await call.hears_a_pass()
    if await call.wait(REACTION):
        call.bye()


@far_end(1, CONFIRMED)
async def plain(call: Call) -> None:
    """Rings, says hallo, presses 1 after the message."""
    await picks_up(call)
    await confirms(call)


@far_end(2, HEARD)
async def puts_down(call: Call) -> None:
    """Rings, says hallo, puts the phone down after the message."""
    await picks_up(call)
    await leaves_after_a_pass(call)


@far_end(3, HEARD.hearing(Sound.TWICE))
async def stays(call: Call) -> None:
    """Says hallo and stays until we hang up."""
    await picks_up(call)
    await call.speak(hallo())
    await call.until_over()


@far_end(4, SILENT.hearing(Sound.TWICE))
async def says_nothing(call: Call) -> None:
    """Picks up and never makes a sound."""
    await picks_up(call)
    await call.until_over()


@far_end(5, PARTIAL)
async def leaves_soon(call: Call) -> None:
    """Puts the phone down after two seconds."""
    await picks_up(call)
    await call.speak(hallo())
    if await call.wait(1.5):
        call.bye()


@far_end(6, VOICEMAIL)
async def box(call: Call) -> None:
    """A box: greeting of five seconds, beep, keeps."""
    (await call.hear()).is_still = True
    await picks_up(call)
    await call.speak(babble(5.0, seed=3))
    await call.speak(tone(0.5, 1000))
    await call.until_over()


@far_end(7, NO_ANSWER)
async def rings_out(call: Call) -> None:
    """Rings until we give up."""
    await call.ring(0)
    if await call.until_cancelled():
        call.refuse(487)
