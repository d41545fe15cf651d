"""Who signs in: invited, invited again, signed out, removed."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.parts import Parts
from console.render import page
from console.security.visit import Acting, Looking, Visit
from console.state import Given
from console.words.refusals import refusal_says
from directory.actor import Role
from directory.errors import UnknownNetwork, UserRefused
from directory.users import users as people
from directory.users.known import known_user

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
EVERYWHERE = "*"
_EMPTY = {"name": "", "role": Role.OFFICER, "networks": ""}


@router.get("/users")
async def users(request: Request, visit: Looking, parts: Given) -> Response:
    return await _users(request, visit, parts)


async def _users(
    request: Request,
    visit: Visit,
    parts: Parts,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    link: str = "",
    link_for: str = "",
) -> Response:
    found = await parts.database(people.users, visit.actor)
    return await page(
        request,
        "users.html",
        visit,
        status=409 if errors else 200,
        users=found,
        typed=typed or _EMPTY,
        errors=errors or {},
        link=link,
        link_for=link_for,
    )


@router.post("/users")
async def invite(request: Request, parts: Given, deed: Acting) -> Response:
    """A new user; the answer shows the link, once."""
    form, visit = deed.form, deed.visit
    typed = {name: form.text(name, 500) for name in _EMPTY}
    slugs = typed["networks"].replace(",", " ").split()
    role = next((one for one in people.ROLES if one == typed["role"]), Role.STREET_LEAD)
    try:
        token = await parts.database(
            people.invite,
            visit.actor,
            typed["name"],
            role,
            networks=[one for one in slugs if one != EVERYWHERE],
            all_networks=EVERYWHERE in slugs,
            policy=parts.sessions,
        )
    except (UserRefused, UnknownNetwork) as refusal:
        field = "networks" if isinstance(refusal, UnknownNetwork) else "name"
        wrong = {field: refusal_says(visit.words, refusal)}
        return await _users(request, visit, parts, typed=typed, errors=wrong)
    return await _users(request, visit, parts, link=_link(parts, token), link_for=typed["name"])


@router.post("/users/{number}/invite")
async def invite_again(request: Request, parts: Given, deed: Acting, number: Number) -> Response:
    """Another link, for who lost password or telephone."""
    token = await parts.database(people.invite_again, deed.visit.actor, number, parts.sessions)
    user = await parts.database(known_user, number)
    return await _users(request, deed.visit, parts, link=_link(parts, token), link_for=user.name)


@router.post("/users/{number}/sign-out")
async def sign_out(parts: Given, deed: Acting, number: Number) -> Response:
    """End all sessions of theirs."""
    await parts.database(people.sign_out_everywhere, deed.visit.actor, number)
    return RedirectResponse("/users", 303)


@router.post("/users/{number}/remove")
async def remove(parts: Given, deed: Acting, number: Number) -> Response:
    await parts.database(people.remove_user, deed.visit.actor, number)
    return RedirectResponse("/users", 303)


def _link(parts: Parts, token: str) -> str:
    return f"{parts.policy.address}/invitation/{token}"
