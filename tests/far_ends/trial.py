"""Broadcasts to odd far ends, held against what must come of each."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import numpy as np

from broadcast.results.results import PlacedCall as Attempted
from broadcast.results.results import RecipientResults, results_of
from broadcast.rules.retry import FOR_THE_TRUNK
from broadcast.states import Outcome, RecipientState, Result
from buurtbel.database.address import database
from buurtbel.demo.judge import passes_sent
from ivr.outbound.trunk_health import DIFFERENT_NUMBERS
from prompts.audio import TELEPHONE_RATE, Audio
from prompts.comparator import compare
from tests.far_ends.call import Call
from tests.far_ends.peer import Peer
from tests.far_ends.registry import TRIES, FarEnd, Sound
from tests.support.server import Server

TEXT = "Inbraak bezig. Blijf binnen."
SETTINGS: dict[str, dict[str, str]] = {
    # The longest pause that can be: telephones of a busy machine press late what is to be pressed in it.
    "alert": {"ring": "6", "hard_limit": "20", "pause": "1.4"},
    "retry": {
        "busy": "1",
        "no_answer": "1",
        "rejected": "1",
        "voicemail": "1",
        "partial": "1",
        "congestion": "1",
        "congestion_longest": "60",
        "tries_per_number": str(TRIES),
    },
    "speech": {"zone": "Politie"},
    "broadcast": {"window": "25"},
}
"""What the expectations are told for; no more of a broadcast are called at once than a test can listen to."""
CHANNELS, CALLS_PER_SECOND = 80, 10
"""Of the trunk: room for two broadcasts at once, and so slow that company is heard of first."""
COMPANY, COMPANY_DOES = 2, "486"
"""Telephones that are engaged, called before those with whom the trunk is at fault: so it is not judged."""
AT_FAULT_TOGETHER = DIFFERENT_NUMBERS - 1
DONE_WITHIN = 240.0
MOST_MESSAGES = 12
"""INVITEs in one call, each with something new in it: a password is not said for ever."""
LOUD_LEFT = 0.5
"""Seconds of sound that are nothing: a click, the end of a tone."""
TRIED_ON = FOR_THE_TRUNK | {Outcome.DEAD_NUMBER}
"""Whoever ends so is tried again until the broadcast is stopped."""


def trunk_to(peer: Peer) -> dict[str, str]:
    """Settings of the trunk that leads to it."""
    pace = {"channels": str(CHANNELS), "calls_per_second": str(CALLS_PER_SECOND)}
    return {"uri": peer.address, "simulated": "true", **pace}


@dataclass(frozen=True)
class Verdict:
    far_end: FarEnd
    problems: Sequence[str]
    calls: Sequence[str] = ()
    """What is known of each."""

    @property
    def as_expected(self) -> bool:
        return not self.problems

    def __str__(self) -> str:
        one = self.far_end
        says = f"{one.number} ({one.does}): {'; '.join(self.problems)}; must be {one.expected}"
        return "\n  ".join([says, *self.calls])


class Trial:
    """One broadcast to some far ends, by a server whose trunk is `peer`. `nth` tells trials apart."""

    def __init__(self, server: Server, peer: Peer, some: Collection[FarEnd], nth: int) -> None:
        self._server = server
        self._peer = peer
        self._nth = nth
        self._some = {f"Far end {one.number}": one for one in some}
        # Of a broadcast, lower numbers are called first.
        self._company = {f"Company {n}": f"+99976{nth:02}{n}{COMPANY_DOES}" for n in range(COMPANY)}

    def phone(self, one: FarEnd) -> str:
        return f"+99977{self._nth:03}{one.number}"

    @property
    def numbers(self) -> set[str]:
        """That may be rung, without +."""
        return {number[1:] for number in (*self._company.values(), *map(self.phone, self._some.values()))}

    def run(self) -> list[Verdict]:
        """Until everybody is done, or has been seen to be tried again; then stopped, and judged."""
        network = f"odd-{self._nth}"
        people = {name: [number] for name, number in self._company.items()}
        self._server.enrol(network, people | {name: [self.phone(one)] for name, one in self._some.items()})
        broadcast = self._server.send(network, TEXT)
        deadline = time.monotonic() + DONE_WITHIN
        while not self._is_settled(broadcast) and time.monotonic() < deadline:
            time.sleep(1.0)
        stopped = datetime.now(UTC)
        self._server.try_to("stop", str(broadcast))  # which is refused when it is over
        self._server.until_closed(broadcast, seconds=DONE_WITHIN)
        recipients, sent = asyncio.run(_came(self._server, broadcast))
        return [self._verdict(one, recipients[name], sent, stopped) for name, one in self._some.items()]

    def _is_settled(self, broadcast: int) -> bool:
        return all(
            recipient.state is RecipientState.FINAL or self._is_tried_on(name, recipient)
            for name, recipient in self._server.recipients(broadcast).items()
        )

    def _is_tried_on(self, name: str, recipient: RecipientResults) -> bool:
        if name not in self._some:
            return False
        expected = self._some[name].expected
        ended = sum(call.outcome is not None for call in recipient.calls)
        return bool(expected.outcomes & TRIED_ON) and ended >= expected.fewest

    def _verdict(self, one: FarEnd, recipient: RecipientResults, sent: Audio, stopped: datetime) -> Verdict:
        number = self.phone(one)[1:]
        faults = [fault for fault in self._peer.faults if fault.startswith(number)]
        return Verdict(
            one,
            [
                *problems_of_results(one, recipient, stopped),
                *problems_of_calls(one, self._peer.calls_to(number), sent),
                *faults,
            ],
            [_told(call) for call in recipient.calls],
        )


def _told(call: Attempted) -> str:
    seen = json.dumps(call.evidence)
    return f"{call.outcome}, cause {call.cause}, SIP status {call.sip_status}, {seen}"


def ring_all(server: Server, peer: Peer, some: Collection[FarEnd]) -> tuple[list[Verdict], set[str]]:
    """The verdicts, and which numbers were rung that nobody asked to ring.

    Those that speak against the trunk are rung a few at a time, beside the others, with company.
    """
    against = [one for one in some if one.expected.outcomes <= TRIED_ON]
    others = [one for one in some if one not in against]
    # Who is called twice takes longest.
    others.sort(key=lambda one: one.expected.most, reverse=True)
    rows = [row for row in (others, *_in_rows(against, AT_FAULT_TOGETHER)) if row]
    trials = [Trial(server, peer, row, nth) for nth, row in enumerate(rows)]
    beside = trials[:1] if others else []

    def run(some: Sequence[Trial]) -> list[Verdict]:
        return [verdict for trial in some for verdict in trial.run()]

    with ThreadPoolExecutor(2) as both:
        running = [both.submit(run, row) for row in (beside, trials[len(beside) :])]
        verdicts = [verdict for one in running for verdict in one.result()]
    asked = {number for trial in trials for number in trial.numbers}
    return verdicts, {call.number for call in peer.calls} - asked


def _in_rows(some: Sequence[FarEnd], length: int) -> Iterator[list[FarEnd]]:
    left = iter(some)
    while row := list(islice(left, length)):
        yield row


async def _came(server: Server, broadcast: int) -> tuple[Mapping[str, RecipientResults], Audio]:
    async with database(server.settings) as engine, engine.connect() as connection:
        recipients = await results_of(connection, broadcast)
        sent = await passes_sent(connection, broadcast)
    return {recipient.name: recipient for recipient in recipients}, next(iter(sent.values()))


def problems_of_results(one: FarEnd, recipient: RecipientResults, stopped: datetime) -> list[str]:
    """What differs of the outcomes; a call that was taken back by the stop says nothing."""
    ended = [
        call.outcome
        for call in recipient.calls
        if call.dialled_at and call.ended_at and call.ended_at < stopped
    ]
    odd = [str(outcome) for outcome in ended if outcome not in one.expected.outcomes]
    problems = [f"ended as {', '.join(odd)}"] if odd else []
    if one.expected.outcomes <= TRIED_ON and recipient.result is not Result.NOTHING:
        problems.append(f"is judged {recipient.result}")
    return problems


def problems_of_calls(one: FarEnd, calls: Sequence[Call], sent: Audio) -> list[str]:
    expected, problems = one.expected, []
    if not expected.fewest <= len(calls) <= expected.most:
        problems.append(f"got {len(calls)} INVITEs")
    if any(call.invites > MOST_MESSAGES for call in calls):
        problems.append(f"got {max(call.invites for call in calls)} INVITEs in one call")
    for nth, call in enumerate(calls, 1):
        heard = _heard(expected.sound, call, sent)
        if heard:
            problems.append(f"call {nth} heard {heard}")
    return problems


def _heard(expected: Sound, call: Call, sent: Audio) -> str:
    """What it heard, when that is not what it must hear."""
    loud = call.loud_seconds
    if expected is Sound.ANY:
        return ""
    if expected is Sound.NOTHING:
        return f"{loud:.1f} s" if loud > LOUD_LEFT else ""
    wanted = 2 if expected is Sound.TWICE else 1
    passes = whole_passes(sent, call.heard, at_most=wanted)
    if expected is Sound.CUT:
        return "a whole pass" if passes else ""
    return f"{passes} passes whole, in {loud:.1f} s of sound" if passes < wanted else ""


def whole_passes(sent: Audio, recording: Audio, *, at_most: int) -> int:
    """How often a recording holds all of it; no more are looked for."""
    samples, length, count = recording.samples.copy(), round(sent.seconds * TELEPHONE_RATE), 0
    while count < at_most and samples.size and (found := compare(sent, Audio(samples, TELEPHONE_RATE))).whole:
        assert found.offset_s is not None
        begin = max(0, round(found.offset_s * TELEPHONE_RATE))
        samples[begin : begin + length] = np.float32(0)
        count += 1
    return count
