"""Answers that cross what we do, come twice, or never."""

from tests.far_ends.behaviours.people import confirms
from tests.far_ends.call import Call
from tests.far_ends.registry import CONFIRMED, NO_ANSWER, NOBODY_STAYED, PARTIAL, Sound, far_end
from tests.far_ends.sip import token

LATE = 8.0
"""Seconds that a far end waits for what must come after a race."""


@far_end(231, NO_ANSWER.hearing(Sound.ANY))
async def answers_as_we_give_up(call: Call) -> None:
    """200 in answer to our CANCEL: it is ended at once."""
    await call.ring(0)
    if await call.until_cancelled():
        await call.answer()
        await call.until_over(LATE)


@far_end(232, NO_ANSWER)
async def never_says_487(call: Call) -> None:
    """CANCEL is taken, and no final answer ever comes."""
    await call.ring(0)
    await call.until_cancelled()


@far_end(233, NO_ANSWER)
async def full_after_cancel(call: Call) -> None:
    """503 after our CANCEL."""
    await call.ring(0)
    if await call.until_cancelled():
        call.refuse(503)


@far_end(234, NO_ANSWER)
async def busy_after_cancel(call: Call) -> None:
    """486 after our CANCEL."""
    await call.ring(0)
    if await call.until_cancelled():
        call.refuse(486)


@far_end(235, NO_ANSWER)
async def late_487(call: Call) -> None:
    """487 two seconds after our CANCEL."""
    await call.ring(0)
    if await call.until_cancelled():
        await call.wait(2.0)
        call.refuse(487)


@far_end(236, PARTIAL.hearing(Sound.ANY))
async def leaves_at_once(call: Call) -> None:
    """BYE as soon as its answer is acknowledged."""
    await call.ring()
    await call.answer()
    call.bye()


@far_end(237, NOBODY_STAYED)
async def leaves_before_the_ack(call: Call) -> None:
    """200 and BYE together."""
    await call.ring()
    call.accept(await call.describe())
    call.bye()


@far_end(238, CONFIRMED)
async def says_200_again(call: Call) -> None:
    """Its 200 comes three times though it was acknowledged."""
    await call.ring()
    body = await call.describe()
    await call.answer(body=body)
    for _ in range(3):
        call.accept(body)
        await call.wait(0.3)
    await confirms(call)


@far_end(239, CONFIRMED)
async def two_forks_answer(call: Call) -> None:
    """A second fork answers 0.4 s after the first: the first goes on."""
    await call.ring()
    await call.answer()
    first, call.tag = call.tag, token()
    await call.wait(0.4)
    call.accept(await call.describe())
    call.tag = first
    await confirms(call)


@far_end(240, CONFIRMED)
async def three_forks_ring(call: Call) -> None:
    """Three forks ring; the third answers."""
    for _ in range(3):
        call.tag = token()
        await call.ring(0.3)
    await call.answer()
    await confirms(call)


@far_end(241, CONFIRMED)
async def another_fork_answers(call: Call) -> None:
    """Early media from one fork, the answer from another with another ear."""
    await call.early_media()
    await call.wait(0.5)
    call.tag = token()
    await call.hear_elsewhere()
    await call.answer()
    await confirms(call)


@far_end(242, CONFIRMED)
async def rings_after_its_answer(call: Call) -> None:
    """180 and 486 come after its 200: they are too late to mean anything."""
    await call.ring()
    await call.answer()
    call.respond(180)
    call.respond(486)
    await confirms(call)


@far_end(243, CONFIRMED)
async def slow_to_take_the_ack(call: Call) -> None:
    """Says its 200 again after half a second, as if the ACK had been lost."""
    await call.ring()
    body = await call.describe()
    call.accept(body)
    call.speaks()
    await call.wait(0.5)
    call.accept(body)
    await confirms(call)


@far_end(244, PARTIAL.hearing(Sound.ANY))
async def answers_twice_and_leaves(call: Call) -> None:
    """Two forks answer at once, and both leave."""
    await call.ring()
    body = await call.describe()
    call.accept(body)
    first, call.tag = call.tag, token()
    call.accept(body)
    await call.wait(0.5)
    call.request("BYE")
    call.tag = first
    call.bye()


@far_end(245, NO_ANSWER)
async def takes_back(call: Call) -> None:
    """Rings, and answers our CANCEL with 481; then 487 all the same."""
    call.refuses_cancel = True
    await call.ring(0)
    if await call.until_cancelled():
        call.refuse(487)
