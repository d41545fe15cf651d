"""Signing in and out, and the invitation by which somebody can."""

import segno
from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.render import page
from console.security.visit import Acting, Filled, cookies_of
from console.state import Given
from console.words.refusals import refusal_says
from console.words.words import best_of, words_for
from directory.errors import LockedOut, PasswordRefused, SignInRefused, WrongDigits
from directory.users import sessions
from directory.users.invitations import Invited, accept, invited
from directory.users.proofs import SHORTEST
from directory.users.sessions import Attempted

router = APIRouter()


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    return await page(request, "sign_in.html", next=next, name="", errors={})


@router.post("/sign-in")
async def sign_in(request: Request, parts: Given, form: Filled) -> Response:
    typed = Attempted(
        form.text("name"),
        form.text("password"),
        form.text("digits"),
        request.client.host if request.client else "",
        cookies_of(request).device(request),
    )
    try:
        opened = await sessions.sign_in(parts.database.engine, typed, parts.lockout)
    except (SignInRefused, LockedOut) as refused:
        words = words_for(best_of(request.headers.get("accept-language", "")))
        wrong = {"name": refusal_says(words, refused)}
        return await page(
            request,
            "sign_in.html",
            status=403,
            next=form.text("next"),
            name=typed.name,
            errors=wrong,
        )
    answer = RedirectResponse(_own(form.text("next")), 303)
    cookies_of(request).keep(answer, opened.token, opened.device, parts.sessions.longest)
    return answer


def _own(address: str) -> str:
    """A page of ours; another site's is not gone to."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else "/"


@router.post("/sign-out")
async def sign_out(request: Request, parts: Given, deed: Acting) -> Response:
    await parts.database(sessions.sign_out, deed.visit.actor, deed.visit.session)
    answer = RedirectResponse("/sign-in", 303)
    cookies_of(request).forget(answer)
    return answer


@router.get("/invitation/{token}")
async def invitation(request: Request, parts: Given, token: str) -> Response:
    found = await parts.database(invited, token)
    return await _invitation(request, found, {})


@router.post("/invitation/{token}")
async def accept_invitation(request: Request, parts: Given, form: Filled, token: str) -> Response:
    try:
        await parts.database(accept, token, form.text("password"), form.text("digits"))
    except (PasswordRefused, WrongDigits) as refused:
        words = words_for(best_of(request.headers.get("accept-language", "")))
        field = "digits" if isinstance(refused, WrongDigits) else "password"
        found = await parts.database(invited, token)
        return await _invitation(request, found, {field: refusal_says(words, refused)}, status=409)
    return RedirectResponse("/sign-in", 303)


async def _invitation(
    request: Request, found: Invited, errors: dict[str, str], status: int = 200
) -> Response:
    picture = Markup(  # noqa: S704 - drawn here, of our own letters
        segno.make(found.address).svg_inline(scale=5, border=4, svgclass="qr", lineclass=None)
    )
    return await page(
        request,
        "invitation.html",
        status=status,
        invited=found,
        picture=picture,
        errors=errors,
        shortest=SHORTEST,
    )
