"""Makes the application of the screen: its pages, what guards them, and what it says of refusals."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from console.live.countdown import Starter
from console.live.sightings import Sightings
from console.live.spoken import SpokenDrafts
from console.pages.all_pages import ROUTERS
from console.parts import Parts
from console.render import page
from console.security.cookies import Cookies
from console.security.headers import SecurityHeaders
from console.security.same_site import SAFE, SameSiteOnly
from console.security.visit import ForeignForm, NotSignedIn, look_who
from console.state import Running
from console.words.marks import N_
from console.words.refusals import SENTENCES
from console.words.words import best_of, words_for
from directory.refusals import Reason, Refusal

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
FORBIDDEN = frozenset({Reason.NOT_IN_ROLE, Reason.NOT_THEIR_NETWORK})
UNKNOWN = frozenset(
    {
        Reason.UNKNOWN_BROADCAST,
        Reason.UNKNOWN_REPORT,
        Reason.UNKNOWN_USER,
        Reason.UNKNOWN_DRAFT,
        Reason.UNKNOWN_INVITATION,
    }
)


def make_app(parts: Parts) -> FastAPI:
    """The application; while it runs, it also begins the alerts that count down."""
    spoken = SpokenDrafts(parts.beginning)
    running = Running(spoken, Starter(parts.beginning, spoken, parts.database), Sightings(parts.database))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    app.state.parts = parts
    app.state.running = running
    app.state.cookies = Cookies(is_secure=parts.policy.is_secure)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for fault, handler in _HANDLERS.items():
        app.add_exception_handler(fault, handler)
    app.add_middleware(SameSiteOnly, address=parts.policy.address)
    app.add_middleware(SecurityHeaders, is_secure=parts.policy.is_secure)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    running: Running = app.state.running
    starting = asyncio.create_task(running.starter.run())
    try:
        yield
    finally:
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    status = 403 if error.reason in FORBIDDEN else 404 if error.reason in UNKNOWN else 409
    titles = {403: N_("Not yours"), 404: N_("Not found"), 409: N_("That cannot be done")}
    return await _told(request, titles[status], SENTENCES[error.reason], status, facts=dict(error.facts))


async def _not_signed_in(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the handler's form
    if request.method in SAFE and "text/html" in request.headers.get("accept", ""):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", 303)
    title, sentence = N_("You are not signed in"), N_("Your session is over. What you wrote is kept.")
    return await _told(request, title, sentence, 401, back="/sign-in")


async def _foreign_form(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the handler's form
    sentence = N_("This form is too old, or was made elsewhere. Open the page again.")
    return await _told(request, N_("Not done"), sentence, 403)


async def _no_such_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return await _told(request, N_("Not found"), N_("There is no such page."), status)


async def _fault(request: Request, error: Exception) -> Response:
    log.error("A page failed (%s).", type(error).__name__, exc_info=error)
    sentence = N_("Something went wrong here. Try again; what you wrote is kept.")
    return await _told(request, N_("This did not work"), sentence, 500)


async def _told(
    request: Request,
    title: str,
    sentence: str,
    status: int,
    *,
    facts: dict[str, object] | None = None,
    back: str = "/",
) -> Response:
    """A page with one sentence, in the language of who asked."""
    try:
        visit = await look_who(request)
    except Exception:  # noqa: BLE001 - nobody is signed in, or that is what went wrong
        visit = None
    words = visit.words if visit else words_for(best_of(request.headers.get("accept-language", "")))
    said = words.say(sentence, **facts) if facts else words.say(sentence)
    values = {"title": words.say(title), "sentence": said, "back": back}
    return await page(request, "refused.html", visit, status=status, **values)


_HANDLERS: dict[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]] = {
    Refusal: _refused,
    NotSignedIn: _not_signed_in,
    ForeignForm: _foreign_form,
    RequestValidationError: _no_such_page,
    HTTPException: _no_such_page,
    Exception: _fault,
}
