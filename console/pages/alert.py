"""Alerts: which there were, how one goes while it goes, and what steers it."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadcast.errors import AlreadyPaused, BroadcastOver, NotPaused
from broadcast.results.screen_alerts import alert_for, alerts_for
from broadcast.states import FollowUpKind
from broadcast.steering.pause import pause, resume
from console.live.pieces import alert_values
from console.parts import Parts
from console.render import page
from console.security.visit import Acting, Looking, Visit
from console.state import Given
from console.words.refusals import refusal_says
from directory.refusals import Refusal

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/alerts")
async def alerts(request: Request, visit: Looking, parts: Given) -> Response:
    found = [
        {
            "broadcast": one.broadcast,
            "kind": one.kind,
            "started_at": one.started_at,
            "by": one.by,
            "networks": one.networks,
            "reached": sum(count for result, count in one.results.items() if result.is_reached),
            "recipients": one.recipients,
            "to_go": one.to_go,
            "stopped_at": one.stopped_at,
        }
        for one in await parts.database(alerts_for, visit.actor)
    ]
    return await page(request, "alerts.html", visit, alerts=found)


@router.get("/alerts/{number}")
async def alert(request: Request, visit: Looking, parts: Given, number: Number) -> Response:
    return await _alert(request, visit, parts, number)


async def _alert(
    request: Request, visit: Visit, parts: Parts, number: int, *, problem: str = "", status: int = 200
) -> Response:
    found = await parts.database(alert_for, visit.actor, number)
    own = next(one for one in found.thread if one.broadcast == number)
    values = alert_values(visit.words, found, visit.token)
    del values["token"]  # every page has it
    return await page(
        request,
        "alert.html",
        visit,
        status=status,
        texts=found.texts,
        thread=found.thread,
        problem=problem,
        can_follow=found.progress.replaced_by is None and own.kind is not FollowUpKind.ANSWER,
        **values,
    )


@router.post("/alerts/{number}/stop")
async def stop(request: Request, parts: Given, deed: Acting, number: Number) -> Response:
    """Take it back."""
    try:
        await parts.desk.stop(deed.visit.actor, number)
    except BroadcastOver as refusal:
        return await _refused(request, deed.visit, parts, number, refusal)
    return RedirectResponse(f"/alerts/{number}", 303)


@router.post("/alerts/{number}/pause")
async def pause_it(request: Request, parts: Given, deed: Acting, number: Number) -> Response:
    try:
        await parts.database(pause, deed.visit.actor, number)
    except (AlreadyPaused, BroadcastOver) as refusal:
        return await _refused(request, deed.visit, parts, number, refusal)
    return RedirectResponse(f"/alerts/{number}", 303)


@router.post("/alerts/{number}/resume")
async def resume_it(request: Request, parts: Given, deed: Acting, number: Number) -> Response:
    try:
        await parts.database(resume, deed.visit.actor, number)
    except (NotPaused, BroadcastOver) as refusal:
        return await _refused(request, deed.visit, parts, number, refusal)
    return RedirectResponse(f"/alerts/{number}", 303)


async def _refused(request: Request, visit: Visit, parts: Parts, number: int, refusal: Refusal) -> Response:
    said = refusal_says(visit.words, refusal)
    return await _alert(request, visit, parts, number, problem=said, status=409)
