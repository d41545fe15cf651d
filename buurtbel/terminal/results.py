"""What `buurtbel list` and `results` show: tables for people, comma-separated values for other programs."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from broadcast.listing import Listed, Steered
from broadcast.results.results import Evidence, PlacedCall, RecipientResults, evidence_of
from broadcast.results.thread import InThread
from broadcast.states import BroadcastState, Result
from buurtbel.status.progress import call_says, calls_say, person_says, stop_says
from buurtbel.terminal.plain_table import table
from buurtbel.terminal.trace import short
from buurtbel.times import day_and_time, iso

CSV = (
    *("name", "language", "state", "result", "left_on", "number", "outcome", "dialled_at", "answered_at"),
    *("ended_at", "cause", "judgement", "reason", "due_at", "attempt", "others"),
)


@dataclass(frozen=True, slots=True)
class BroadcastResults:
    """A broadcast, person by person, as it stood at a moment."""

    broadcast: int
    recipients: Sequence[RecipientResults]
    unwritten: int
    """How many more there are, who are still to be written."""
    trunk_fault: str | None
    """Why its calls wait."""
    code_withdrawn_at: datetime | None
    """Since then nobody hears it by its code."""
    steered: Steered
    expires_at: datetime
    now: datetime
    replaced_by: int | None = None
    """What is said in its place."""
    others: Sequence[InThread] = ()
    """What it follows, and what follows it."""
    got: Mapping[int, Mapping[int, Result]] = field(default_factory=dict)
    """What recipients got of those, by recipient and broadcast."""

    def got_of(self, recipient: RecipientResults, other: InThread) -> str:
        """In words; empty for who is none of its recipients."""
        result = self.got.get(recipient.recipient, {}).get(other.broadcast)
        return "" if result is None else result.words

    @property
    def is_paused(self) -> bool:
        return self.steered.paused_at is not None


def listing(found: Iterable[Listed], clock: ZoneInfo) -> str:
    """A line for each broadcast."""
    shown = (Result.CONFIRMED, Result.HEARD, Result.CALLED_BACK, Result.VOICEMAIL)
    return table(
        *("broadcast", "begun", "by", "networks", "state", "people"),
        *(result.words for result in shown),
        "to go",
        rows=[
            (
                str(one.broadcast),
                day_and_time(one.started_at, clock),
                one.by,
                " ".join(one.networks),
                _standing(one),
                str(one.recipients),
                *(str(one.results.get(result, 0)) for result in shown),
                str(one.to_go),
            )
            for one in found
        ],
    )


def _standing(one: Listed) -> str:
    ended = "ended" if one.state is BroadcastState.CLOSED else "running"
    if one.steered.paused_at is not None:
        ended = f"paused by {one.steered.paused_by}"
    standing = stop_says(one.replaced_by) if one.stopped_at else ended
    if one.kind:
        standing += f", {one.kind}{f' of {one.follows}' if one.follows else ''}"
    return f"{standing}, code withdrawn" if one.code_withdrawn_at else standing


def results_table(found: BroadcastResults, clock: ZoneInfo) -> str:
    """A line for each person."""

    return table(
        "name",
        "language",
        "result",
        *(other.words for other in found.others),
        "calls",
        rows=[
            (
                recipient.name,
                recipient.language,
                person_says(recipient),
                *(found.got_of(recipient, other) for other in found.others),
                ", ".join(calls_say(recipient, now=found.now, clock=clock, is_paused=found.is_paused)),
            )
            for recipient in found.recipients
        ],
    )


def calls_table(found: BroadcastResults, clock: ZoneInfo) -> str:
    """Each call with what was proved on it; times in seconds since the answer."""

    return table(
        "attempt",
        "name",
        "number",
        "outcome",
        "because",
        "message (* whole)",
        "they spoke",
        "keys",
        rows=[
            (
                short(call.attempt),
                recipient.name,
                call.number,
                call_says(call, recipient, now=found.now, clock=clock, is_paused=found.is_paused),
                _because(call, told),
                " ".join(f"{_span(*one[:2])}{'*' * one[2]}" for one in told.passes),
                " ".join(_span(*one) for one in told.talk),
                _moments(told.keys),
            )
            for recipient in found.recipients
            for call in recipient.calls
            for told in [evidence_of(call)]
        ],
    )


def _because(call: PlacedCall, told: Evidence) -> str:
    if told.judgement or told.reason or call.sip_status is None:
        return ": ".join(filter(None, (told.judgement, told.reason)))
    status = f"SIP {call.sip_status}"
    if isinstance(told.rang, list | msgspec.UnsetType):
        return status
    return f"{status}, did not ring" if told.rang is None else f"{status}, rang after {told.rang:.1f} s"


def _moments(keys: list[float] | int) -> str:
    return str(keys) if isinstance(keys, int) else " ".join(f"{at:.1f}" for at in keys)


def _span(start: float, end: float | None) -> str:
    return f"{start:.1f}-{'' if end is None else f'{end:.1f}'}"


def write_csv(found: BroadcastResults, clock: ZoneInfo) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(CSV)
    for recipient in found.recipients:
        told_of = {one.words: found.got_of(recipient, one) for one in found.others}
        others = "; ".join(f"{words}: {got}" for words, got in told_of.items() if got)
        person = [
            recipient.name,
            recipient.language,
            recipient.state,
            recipient.result,
            recipient.left_on or "",
        ]
        for call in recipient.calls:
            times = [iso(at, clock) for at in (call.dialled_at, call.answered_at, call.ended_at)]
            told = evidence_of(call)
            due = "" if call.dialled_at or call.outcome else iso(call.due_at, clock)
            row = [call.number, call.outcome or "", *times, call.cause or "", told.judgement, told.reason]
            writer.writerow([*person, *row, due, call.attempt, others])
        if not recipient.calls:
            writer.writerow([*person, *[""] * (len(CSV) - len(person) - 1), others])
