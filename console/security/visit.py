"""Who looks at a page: somebody who is signed in, and whose forms are ours."""

import hmac
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from console.parts import Parts
from console.security.cookies import Cookies
from console.words.words import Words, words_for
from directory.actor import Actor
from directory.users.known import KnownUser
from directory.users.sessions import signed_in
from directory.users.tokens import hash_of

TOKEN = "token"  # noqa: S105 - the name of a field
"""Of the field that every form has."""
MOST_FIELDS = 400


class NotSignedIn(Exception):  # noqa: N818 - nothing went wrong
    """Nobody is; or the session is over."""


class ForeignForm(Exception):  # noqa: N818 - as above
    """It was made for another session, or by nobody."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in."""

    user: KnownUser
    session: str
    words: Words

    @property
    def actor(self) -> Actor:
        return self.user.actor

    @property
    def token(self) -> str:
        """What their forms carry: nobody who does not have the session can make it."""
        return hash_of(f"form {self.session}")


def parts_of(request: Request) -> Parts:
    """All that pages work with."""
    return cast("Parts", request.app.state.parts)


def cookies_of(request: Request) -> Cookies:
    return cast("Cookies", request.app.state.cookies)


async def look_who(request: Request) -> Visit:
    """Who is signed in, with the rights of this moment. Raises NotSignedIn."""
    parts, session = parts_of(request), cookies_of(request).session(request)
    user = await parts.database(signed_in, session, parts.sessions) if session else None
    if user is None:
        raise NotSignedIn
    return Visit(user, session, words_for(user.language))


Looking = Annotated[Visit, Depends(look_who)]
"""Of a page that is looked at."""


class FilledForm:
    """What a form of ours brought, as text."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str, longest: int = 10_000) -> str:
        """Empty where it is not."""
        value = self._data.get(name, "")
        return "" if isinstance(value, UploadFile) else value[:longest].replace("\r\n", "\n")

    def all(self, name: str) -> list[str]:
        """Every value of it."""
        return [one for one in self._data.getlist(name) if isinstance(one, str)]


async def read_form(request: Request) -> FilledForm:
    """What somebody filled in, no longer than our forms are."""
    return FilledForm(await request.form(max_files=0, max_fields=MOST_FIELDS))


Filled = Annotated[FilledForm, Depends(read_form)]
"""A form of whoever is not signed in."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A form that somebody who is signed in has sent."""

    visit: Visit
    form: FilledForm


async def check_form(visit: Looking, form: Filled) -> Deed:
    """Raises ForeignForm for one without the token of this session."""
    if not hmac.compare_digest(form.text(TOKEN).encode(), visit.token.encode()):
        raise ForeignForm
    return Deed(visit, form)


Acting = Annotated[Deed, Depends(check_form)]
"""Of a form that does something."""
