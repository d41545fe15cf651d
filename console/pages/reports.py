"""What members reported: listed, heard, claimed, judged."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadcast.errors import NotThatReport, UnknownReport
from broadcast.responses import screen_inbox
from broadcast.states import Worth
from console.parts import Parts
from console.render import page
from console.security.visit import Acting, Looking, Visit
from console.state import Given, Here
from console.words.refusals import refusal_says
from directory.refusals import Refusal

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
WORTHS = {one.value: one for one in Worth}


@router.get("/reports")
async def reports(request: Request, visit: Looking, here: Here, judged: str = "") -> Response:
    found = await here.sightings.reports(visit.actor, judged=bool(judged))
    return await page(request, "reports.html", visit, reports=found, judged=bool(judged))


@router.get("/reports/{number}")
async def report(request: Request, visit: Looking, parts: Given, number: Number) -> Response:
    return await _report(request, visit, parts, number)


async def _report(
    request: Request, visit: Visit, parts: Parts, number: int, *, problem: str = "", status: int = 200
) -> Response:
    found = await parts.database(screen_inbox.report_for, visit.actor, number)
    return await page(request, "report.html", visit, status=status, report=found, problem=problem)


@router.get("/reports/{number}/sound")
async def sound(visit: Looking, parts: Given, number: Number) -> Response:
    """What was said."""
    said = await parts.database(screen_inbox.sound_for, visit.actor, number)
    return Response(said, media_type="audio/flac")


@router.post("/reports/{number}/claim")
async def claim(request: Request, parts: Given, deed: Acting, number: Number) -> Response:
    """Take it up, so that nobody else does."""
    try:
        await parts.database(screen_inbox.claim_theirs, deed.visit.actor, number)
    except NotThatReport as refusal:
        return await _refused(request, deed.visit, parts, number, refusal)
    return RedirectResponse(f"/reports/{number}", 303)


@router.post("/reports/{number}/judge")
async def judge(request: Request, parts: Given, deed: Acting, number: Number) -> Response:
    """Say what it is worth."""
    worth = WORTHS.get(deed.form.text("worth"))
    if worth is None:
        return RedirectResponse(f"/reports/{number}", 303)
    try:
        await parts.database(screen_inbox.judge_theirs, deed.visit.actor, number, worth)
    except NotThatReport as refusal:
        return await _refused(request, deed.visit, parts, number, refusal)
    return RedirectResponse("/reports", 303)


async def _refused(request: Request, visit: Visit, parts: Parts, number: int, refusal: Refusal) -> Response:
    if isinstance(refusal, UnknownReport):
        raise refusal
    said = refusal_says(visit.words, refusal)
    return await _report(request, visit, parts, number, problem=said, status=409)
