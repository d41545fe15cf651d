"""The form of an alert: written, looked at while it is written, and kept with every key."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from broadcast.drafting import drafts
from broadcast.drafting.drafts import DraftRow, WrittenAlert
from broadcast.responses.screen_inbox import report_for
from broadcast.results.screen_alerts import alert_for, alerts_for
from broadcast.states import BroadcastState, FollowUpKind
from console.pages.draft_form import (
    KINDS,
    Read,
    field_of,
    form_values,
    lacking,
    number_in,
    read_draft,
    shown_said,
)
from console.parts import Parts
from console.render import page, part
from console.security.visit import Acting, Looking, Visit
from console.state import Given, Here, Running
from console.words.forms import KINDS as KIND_WORDS
from console.words.refusals import refusal_says
from directory.refusals import Refusal
from directory.streets import networks_of_street

router = APIRouter()
MOST_RUNNING = 5


@router.get("/")
async def home(request: Request, visit: Looking, parts: Given) -> Response:
    """For who sends, the form itself: at night nobody looks for a button."""
    if not visit.user.sends:
        return await page(request, "home.html", visit)
    kept = await parts.database(drafts.drafts_of, visit.actor)
    return await _form(request, visit, parts, uuid4(), Read(WrittenAlert(), None), drafts=kept)


@router.get("/live/new")
async def begin_from(
    request: Request, visit: Looking, parts: Given, *, report: str = "", follows: str = "", kind: str = ""
) -> Response:
    """An alert that is made of a report, or that follows another one."""
    written = WrittenAlert()
    if (number := number_in(report)) is not None:
        told = await parts.database(report_for, visit.actor, number)
        network = told.network or ""
        written = WrittenAlert(street=network, networks=(network,) if network else (), report=number)
    elif (number := number_in(follows)) is not None:
        await parts.database(alert_for, visit.actor, number)
        written = WrittenAlert(follows=number, kind=KINDS.get(kind, FollowUpKind.MORE), urgent=True)
    found = await parts.database(networks_of_street, visit.actor, written.street) if written.street else None
    return await _form(request, visit, parts, uuid4(), Read(written, found))


@router.get("/live/drafts/{request_id}")
async def draft(request: Request, visit: Looking, parts: Given, here: Here, request_id: UUID) -> Response:
    row = await parts.database(drafts.draft_of, visit.actor, request_id)
    if row.due_at is not None:
        return RedirectResponse(f"/live/drafts/{request_id}/countdown", 303)
    found = (
        await parts.database(networks_of_street, visit.actor, row.written.street)
        if row.written.street
        else None
    )
    said = await _said(parts, here, visit, request_id, row.written)
    return await _form(request, visit, parts, request_id, Read(row.written, found), row=row, said=said)


@router.post("/live/drafts/{request_id}/look")
async def look(parts: Given, here: Here, deed: Acting, request_id: UUID) -> Response:
    """Keep what was typed, and show what it leads to; for a form that is open."""
    visit, read = deed.visit, await read_draft(parts, deed.visit, deed.form)
    await parts.database(drafts.keep, visit.actor, request_id, read.written)
    said = await _said(parts, here, visit, request_id, read.written)
    words, values = visit.words, form_values(request_id, read, {}) | said
    kept = words.say("Kept at {time}", time=words.clock_time(datetime.now(UTC), parts.clock))
    choices = part(words, "parts/choices.html", **values)
    answer = part(words, "parts/said.html", **values)
    if read.written.follows is None:
        answer += f'<div id="choices" hx-swap-oob="innerMorph">{choices}</div>'
    return HTMLResponse(f'{answer}<span id="kept" hx-swap-oob="innerHTML">{kept}</span>')


@router.post("/live/drafts/{request_id}")
async def write(request: Request, parts: Given, here: Here, deed: Acting, request_id: UUID) -> Response:
    """Keep it, and go on to look at it before it is sent; what lacks is said."""
    visit, read = deed.visit, await read_draft(parts, deed.visit, deed.form)
    await parts.database(drafts.keep, visit.actor, request_id, read.written)
    errors = lacking(visit.words, read.written)
    if not errors:
        try:
            await here.spoken.of(visit.actor, request_id, read.written)
        except Refusal as refusal:
            errors = {field_of(refusal): refusal_says(visit.words, refusal)}
    if not errors:
        return RedirectResponse(f"/live/drafts/{request_id}/check", 303)
    return await _form(request, visit, parts, request_id, read, errors=errors, status=409)


@router.post("/live/drafts/{request_id}/throw-away")
async def throw_away(parts: Given, deed: Acting, request_id: UUID) -> Response:
    await parts.database(drafts.throw_away, deed.visit.actor, request_id)
    return RedirectResponse("/", 303)


async def _said(
    parts: Parts, here: Running, visit: Visit, request_id: UUID, written: WrittenAlert
) -> dict[str, Any]:
    """How it is spoken, as soon as there is something to speak and somebody to speak to."""
    is_enough = written.texts and (written.networks or written.follows)
    if not is_enough and not (written.report and written.networks):
        return {"preview": None, "problem": ""}
    urgent = True if written.urgent is None else written.urgent
    try:
        prepared = await here.spoken.of(visit.actor, request_id, replace(written, urgent=urgent))
    except Refusal as refusal:
        return await shown_said(parts, visit, None, refusal_says(visit.words, refusal))
    return await shown_said(parts, visit, prepared)


async def _form(
    request: Request,
    visit: Visit,
    parts: Parts,
    request_id: UUID,
    read: Read,
    *,
    errors: dict[str, str] | None = None,
    row: DraftRow | None = None,
    said: dict[str, Any] | None = None,
    drafts: Any = (),
    status: int = 200,
) -> Response:
    words, written = visit.words, read.written
    heading = words.say("New alert")
    if written.kind is not None:
        heading = words.say(KIND_WORDS[written.kind]).capitalize()
    elif written.report is not None:
        heading = words.say("Alert from report {n}", n=written.report)
    return await page(
        request,
        "draft.html",
        visit,
        status=status,
        heading=heading,
        running=[] if written.follows else await _running(parts, visit),
        focus="text" if written.follows else "street",
        is_kept=row is not None,
        kept_at=words.clock_time(row.changed_at, parts.clock) if row else "",
        not_begun=row is not None and row.not_begun_at is not None,
        drafts=drafts,
        **form_values(request_id, read, errors or {}),
        **(said or {"preview": None, "problem": ""}),
    )


async def _running(parts: Parts, visit: Visit) -> list[dict[str, object]]:
    """What somebody has begun already, perhaps for the same thing."""
    now = datetime.now(UTC)
    return [
        {
            "broadcast": one.broadcast,
            "by": one.by,
            "to_go": one.to_go,
            "age": (now - one.started_at).total_seconds(),
        }
        for one in await parts.database(alerts_for, visit.actor, newest=MOST_RUNNING)
        if one.state is BroadcastState.RUNNING and one.stopped_at is None
    ]
