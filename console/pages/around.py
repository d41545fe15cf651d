"""What every user has: their account, whether the system is ready, and the stream of their open page."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from console.live import stream as streams
from console.live.stream import Shown
from console.pages.draft_form import number_in
from console.render import page
from console.security.visit import Acting, Looking
from console.state import Given, Here
from directory.users.sessions import set_language
from prompts.languages import LANGUAGES

router = APIRouter()


@router.get("/account")
async def account(request: Request, visit: Looking) -> Response:
    return await page(request, "account.html", visit)


@router.post("/language")
async def language(parts: Given, deed: Acting) -> Response:
    """The language of the screen, for who asks."""
    chosen = deed.form.text("language", 2)
    if chosen in LANGUAGES:
        await parts.database(set_language, deed.visit.actor, chosen)
    return RedirectResponse("/account", 303)


@router.get("/ready")
async def ready(request: Request, visit: Looking) -> Response:
    return await page(request, "ready.html", visit)


@router.get("/healthy")
async def healthy() -> Response:
    """That the screen answers, for who keeps it alive; tells nothing else."""
    return PlainTextResponse("ok\n")


@router.get("/stream")
async def stream(
    request: Request,
    visit: Looking,
    parts: Given,
    here: Here,
    *,
    alert: str = "",
    reports: str = "",
    judged: str = "",
) -> Response:
    """What changes on an open page."""
    watched = Shown(number_in(alert), bool(reports), bool(judged))
    await streams.admit(parts, here.sightings, visit, watched)
    last_id = request.headers.get("last-event-id", "")
    events = streams.stream(parts, here.sightings, visit, watched, last_id)
    return StreamingResponse(
        streams.without_faults(events),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
