"""One test call, from its order to a sentence that says what was answered and whose fault a refusal is."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.ledger.open_calls import is_taken
from broadcast.service_calls import trials
from broadcast.service_calls.trials import TAKEN_WITHIN, TrialStatus
from broadcast.states import Outcome
from broadcast.trial_tables import TrialOutcome
from directory.actor import Actor
from directory.numbers import check_may_be_dialled, normalise_number
from ivr.pbx.trunk import Trunk

LOOK_EVERY = 0.25
OVER_WITHIN = timedelta(seconds=180)
"""It rings for half a minute, and little is said."""


class TrialAnswer(NamedTuple):
    """What is told of a test call."""

    ok: bool
    """The trunk carried it: what the phone or its owner did is no fault."""
    says: str


def number_to_try(text: str, trunk: Trunk) -> str:
    """The number (E.164) as people write it; raises NumberRefused for one that is never dialled."""
    number = normalise_number(text, region=trunk.country)
    check_may_be_dialled(number, simulated_trunk=trunk.is_simulated)
    return number


async def try_number(engine: AsyncEngine, actor: Actor, number: str, language: str) -> TrialAnswer:
    """Order a test call and wait for what comes of it; a line has to be at work."""
    async with engine.begin() as connection:
        order = await trials.order(connection, actor, number, language)
    loop = asyncio.get_running_loop()
    began, may_wait = loop.time(), True
    while loop.time() - began < OVER_WITHIN.total_seconds():
        async with engine.connect() as connection:
            found = await trials.result(connection, order)
        if found is not None:
            return told(found)
        if may_wait and loop.time() - began > TAKEN_WITHIN.total_seconds():
            may_wait = False
            async with engine.begin() as connection:
                is_withdrawn = await trials.withdraw(connection, actor, order)
            if is_withdrawn:
                return TrialAnswer(False, _TAKEN if await is_taken(engine, number) else _NOT_TAKEN)
        await asyncio.sleep(LOOK_EVERY)
    return TrialAnswer(False, "The test call has no end yet; look into line.log what holds it up.")


_NOT_TAKEN = (
    "No line placed the test call: the line at work has lost its PBX, its trunk or its lease; "
    "mend that first, or look again in a minute."
)
_TAKEN = (
    "The number is in another call of ours, or an urgent alert is about to ring it, and a telephone gets one "
    "call at a time; try again in a while."
)


def told(found: TrialStatus) -> TrialAnswer:
    """What came of it, in a sentence."""
    match found.outcome:
        case TrialOutcome.ANSWERED:
            return TrialAnswer(True, _answered(found))
        case TrialOutcome.UNPLACED:
            return TrialAnswer(
                False,
                "The call could not be placed: Asterisk has no way to the trunk now.",
            )
        case TrialOutcome.LOST:
            return TrialAnswer(
                False, "The call was lost: the line or Asterisk ended meanwhile; try it again."
            )
    status = f" ({found.sip_status})" if found.sip_status else ""
    rang = "" if found.rang_after is None else f"It rang after {found.rang_after:.1f} s, and "
    if found.sip_status in _BY_STATUS:
        return TrialAnswer(False, _sentence(rang, _BY_STATUS[found.sip_status], status))
    ok, says = _BY_OUTCOME.get(Outcome(found.outcome), (False, "it came to nothing that is known{status}."))
    return TrialAnswer(ok, _sentence(rang, says, status))


def _sentence(rang: str, says: str, status: str) -> str:
    sentence = rang + says.format(status=status)
    return sentence[0].upper() + sentence[1:]


def _answered(found: TrialStatus) -> str:
    after = f"{found.answered_after or 0.0:.1f} s"
    if found.key is not None:
        return f"It was answered after {after}, and {found.key} was pressed: sound and keys get through."
    if found.was_hung_up:
        return f"It was answered after {after}, and whoever answered hung up."
    return f"It was answered after {after}; nobody pressed a key or hung up, as an answering machine does."


_NOT_SIGNED_IN = (
    "the trunk refused the call{status}: user name or password is wrong; correct BUURTBEL_TRUNK_USER and "
    "BUURTBEL_TRUNK_PASSWORD."
)
_BY_STATUS: Mapping[int | None, str] = {
    401: _NOT_SIGNED_IN,
    402: "the trunk refused the call{status}: it wants to be paid; ask your carrier.",
    407: _NOT_SIGNED_IN,
    433: "the trunk refused the call{status}: it wants a caller's number; look at BUURTBEL_TRUNK_CALLER_ID.",
}
"""Refusals of which more is known than whose they are."""
_BY_OUTCOME: Mapping[Outcome, tuple[bool, str]] = {
    Outcome.BUSY: (True, "the number is engaged{status}; the trunk carries calls."),
    Outcome.NO_ANSWER: (True, "nobody answered{status}; the trunk carries calls."),
    Outcome.REJECTED: (True, "whoever was called refused the call{status}; the trunk carries calls."),
    Outcome.DEAD_NUMBER: (False, "there is no such number, says the trunk{status}; check it."),
    Outcome.REDIRECTED: (
        False,
        "the number is forwarded, which is not followed{status}; try another.",
    ),
    Outcome.CONGESTION: (False, "the trunk is full or out of order{status}; ask your carrier."),
    Outcome.TRUNK_DOWN: (False, "the trunk did not carry the call{status}; ask your carrier."),
    Outcome.TRUNK_REFUSED: (
        False,
        "the trunk refused the call{status}: it does not let us call, or not this number, or not with this "
        "caller id; ask your carrier, and look at BUURTBEL_TRUNK_CALLER_ID.",
    ),
    Outcome.INCOMPATIBLE: (
        False,
        "no codec was agreed on{status}; look at BUURTBEL_TRUNK_CODECS and BUURTBEL_TRUNK_SRTP.",
    ),
}
