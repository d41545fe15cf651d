"""The one stream of events that each open page has: whole pieces of the page, whenever they have changed."""

import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from broadcast.states import ReportState
from console.live.pieces import alert_values, in_a_sentence
from console.live.sightings import Sightings
from console.parts import Parts
from console.render import as_event, part, ready_values
from console.security.visit import Visit
from directory.refusals import Refusal
from directory.users.sessions import signed_in

BEAT = 10.0
"""Seconds after which something is sent though nothing has changed, so that a lost connection shows."""
OVER = "event: over\ndata: {}\n\n"
"""Load the page again: who is not signed in any more is asked to."""
RETRY = 2000
"""Milliseconds after which a browser connects again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows that changes."""

    alert: int | None = None
    reports: bool = False
    judged: bool = False


async def stream(
    parts: Parts, sightings: Sightings, visit: Visit, watched: Shown, last_id: str
) -> AsyncIterator[str]:
    """Events as they go over the wire, until the session ends or the browser goes.

    Each carries all that the page shows, so that nothing is missed by who was away; its id is a hash of that.
    Who comes back with the id of what they have is sent nothing until it changes.
    """
    yield f"retry: {RETRY}\n\n"
    told, said_at, looked_at = last_id, time.monotonic(), time.monotonic()
    while True:
        if time.monotonic() - looked_at > BEAT:
            looked_at = time.monotonic()
            if await parts.database(signed_in, visit.session, parts.sessions) is None:
                yield OVER
                return
        pieces = await _pieces(parts, sightings, visit, watched, is_admitted=True)
        data = as_event(pieces)
        id_ = hashlib.sha256(data.encode()).hexdigest()[:16]
        if id_ != told:
            told, said_at = id_, time.monotonic()
            yield f"id: {id_}\nevent: pieces\ndata: {data}\n\n"
        elif time.monotonic() - said_at > BEAT:
            said_at = time.monotonic()
            yield "event: beat\ndata: {}\n\n"
        await sightings.next_look()


async def admit(parts: Parts, sightings: Sightings, visit: Visit, watched: Shown) -> None:
    """Raise a Refusal unless they may watch this."""
    await _pieces(parts, sightings, visit, watched, is_admitted=False)


async def _pieces(
    parts: Parts, sightings: Sightings, visit: Visit, watched: Shown, *, is_admitted: bool
) -> dict[str, str]:
    words, ready = visit.words, await parts.readiness.now()
    around = ready_values(parts, ready)
    found = {"ready": part(words, "parts/ready.html", **around)}
    if watched.alert is not None:
        seen = await sightings.alert(visit.actor, watched.alert, is_admitted=is_admitted)
        values = alert_values(words, seen, visit.token) | around
        found["progress"] = part(words, "parts/progress.html", **values)
        found["steer"] = part(words, "parts/steer.html", **values)
        found["told"] = in_a_sentence(words, seen.progress)
    if visit.user.reads_reports:
        reports = await sightings.reports(visit.actor, judged=watched.judged)
        new = sum(one.state is ReportState.NEW for one in reports)
        found["waiting"] = f" ({new})" if new else ""
        if watched.reports:
            found["reports"] = part(words, "parts/reports.html", reports=reports, **around)
            found["told"] = words.count("{n} new report", "{n} new reports", new)
    return found


async def without_faults(events: AsyncIterator[str]) -> AsyncIterator[str]:
    """A page that may not be watched any more is told so."""
    try:
        async for event in events:
            yield event
    except Refusal:
        yield OVER
