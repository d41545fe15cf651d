"""Sound and news from before the answer."""

from prompts.audio import joined
from tests.far_ends.behaviours.people import confirms, leaves_after_a_pass
from tests.far_ends.call import Call
from tests.far_ends.registry import (
    BUSY,
    CONFIRMED,
    HEARD,
    NO_ANSWER,
    NO_SUCH_NUMBER,
    NOT_PROVED,
    OF_THE_TRUNK,
    SILENT,
    VOICEMAIL,
    Sound,
    far_end,
)
from tests.far_ends.sdp import Description
from tests.far_ends.sounds import babble, quiet, ringback, tone


@far_end(101, NO_ANSWER)
async def announces_then_480(call: Call) -> None:
    """183 with an announcement of three seconds, then 480."""
    await call.early_media()
    await call.speak(babble(3.0))
    call.refuse(480)


@far_end(102, NO_SUCH_NUMBER)
async def announces_then_404(call: Call) -> None:
    """183 with an announcement, then 404."""
    await call.early_media()
    await call.speak(babble(2.0))
    call.refuse(404)


@far_end(103, BUSY)
async def engaged_tone(call: Call) -> None:
    """183 with an engaged tone, then 486."""
    await call.early_media()
    await call.speak(joined([tone(0.5, 425.0)] * 3, pause=0.5))
    call.refuse(486)


@far_end(104, OF_THE_TRUNK)
async def announces_then_503(call: Call) -> None:
    """183 with an announcement that all lines are busy, then 503."""
    await call.early_media()
    await call.speak(babble(2.0))
    call.refuse(503)


@far_end(105, NO_ANSWER)
async def announces_on_and_on(call: Call) -> None:
    """183 with an announcement that is never answered, until we give up."""
    await call.early_media()
    voice = babble(0.5)
    while not call.cancelled.is_set():
        await call.speak(voice)
    call.refuse(487)


@far_end(106, CONFIRMED)
async def announces_then_answers(call: Call) -> None:
    """183 with an announcement, then somebody answers and presses 1."""
    await call.early_media()
    await call.speak(babble(2.0))
    await call.answer()
    await confirms(call)


@far_end(107, CONFIRMED)
async def one_announcement_across_the_answer(call: Call) -> None:
    """An announcement that ends a second after the answer, then somebody who presses 1."""
    await call.early_media()
    await call.wait(0.5)
    await call.answer()
    await call.speak(babble(1.0))
    await confirms(call)


@far_end(108, SILENT.hearing(Sound.TWICE))
async def announced_then_silent(call: Call) -> None:
    """An announcement that ends with the answer, then never a sound: its words are nobody's."""
    await call.early_media()
    await call.speak(babble(2.0))
    await call.answer()
    await call.until_over()


@far_end(109, NOT_PROVED)
async def announced_then_left(call: Call) -> None:
    """An announcement until the answer, never a sound, and put down after a pass."""
    await call.early_media()
    await call.speak(babble(0.6))
    await call.answer()
    await call.hears_a_pass()
    call.bye()


@far_end(110, NOT_PROVED.hearing(Sound.WHOLE))
async def ringback_into_the_answer(call: Call) -> None:
    """Ringback that goes on 0.4 s into the answer, then never a sound."""
    await call.early_media()
    await call.speak(tone(1.0, 425.0))
    await call.speak(quiet(1.0))
    await call.speak(tone(0.6, 425.0))
    await call.answer()
    await call.speak(tone(0.4, 425.0))
    await call.until_over()


@far_end(111, NOT_PROVED.hearing(Sound.WHOLE))
async def ringback_after_the_answer(call: Call) -> None:
    """Rings on for three rings of 425 Hz (1 s on, 3 s off) after its 200, then never a sound."""
    await call.ring()
    await call.answer()
    await call.speak(ringback(3))
    await call.until_over()


@far_end(112, NOT_PROVED.hearing(Sound.WHOLE))
async def other_ringback_after_the_answer(call: Call) -> None:
    """Rings on for two rings of 440 Hz (1 s on, 4 s off) after its 200, then never a sound."""
    await call.ring()
    await call.answer()
    await call.speak(ringback(2, 440.0, pause=4.0))
    await call.until_over()


@far_end(113, CONFIRMED)
async def ringback_then_a_person(call: Call) -> None:
    """Rings on twice after its 200; then somebody picks up really, and presses 1 after the message."""
    await call.ring()
    await call.answer()
    await call.speak(ringback(2))
    await confirms(call)


@far_end(114, VOICEMAIL)
async def ringback_then_a_box(call: Call) -> None:
    """Ringback on at the answer; a box with a greeting of six seconds and a beep."""
    await call.early_media()
    await call.speak(tone(0.6, 425.0))
    await call.answer()
    await call.speak(quiet(1.2))
    await call.speak(babble(6.0, seed=5))
    await call.speak(tone(0.5, 1000.0))
    await call.until_over()


@far_end(115, VOICEMAIL)
async def forwarded_to_a_box(call: Call) -> None:
    """181, rings, a box with a greeting and a beep."""
    call.respond(181)
    await call.ring()
    await call.answer()
    await call.speak(babble(5.0, seed=4))
    await call.speak(tone(0.6, 1000.0))
    await call.until_over()


@far_end(116, HEARD)
async def queued_then_answers(call: Call) -> None:
    """182, rings, hallo, puts down after the message."""
    call.respond(182)
    await call.wait(0.5)
    await call.ring()
    await call.answer()
    await leaves_after_a_pass(call)


@far_end(117, CONFIRMED)
async def rings_with_sound(call: Call) -> None:
    """180 with media, ringback in it, then hallo and 1."""
    await call.early_media(status=180)
    await call.speak(tone(1.0, 425.0))
    await call.speak(quiet(1.0))
    await call.answer()
    await confirms(call)


@far_end(118, CONFIRMED)
async def progress_without_media(call: Call) -> None:
    """183 without a description, then answers."""
    call.respond(183)
    await call.wait(0.5)
    await call.answer()
    await confirms(call)


@far_end(119, CONFIRMED)
async def early_inactive(call: Call) -> None:
    """183 that is inactive, and so is the answer to it; both ways by a re-INVITE at once."""
    await call.early_media(Description(direction="inactive"))
    await call.wait(0.5)
    await call.answer(Description(direction="inactive"))
    await call.reinvite(Description())
    await confirms(call)


@far_end(121, CONFIRMED)
async def slow_to_ring(call: Call) -> None:
    """First rings after two and a half seconds, answers one later."""
    call.respond(100)
    await call.wait(2.5)
    await call.ring(1.0)
    await call.answer()
    await confirms(call)


@far_end(122, CONFIRMED)
async def answers_without_ringing(call: Call) -> None:
    """200 at once, nothing before it."""
    await call.answer()
    await confirms(call)


@far_end(123, CONFIRMED)
async def rings_again_and_again(call: Call) -> None:
    """Five 180s, then answers."""
    for _ in range(5):
        await call.ring(0.2)
    await call.answer()
    await confirms(call)
