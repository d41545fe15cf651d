"""Whether what a browser sends comes from a page of ours: else it is refused before anybody reads it."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD"})
REFUSED = "This came from another site and was not done. Open Buurtbel itself and do it there."


class SameSiteOnly:
    """Lets through what changes nothing, and what a page of ours sends.

    Browsers say so in Sec-Fetch-Site; older ones name the origin. Whoever says neither is refused.
    """

    def __init__(self, app: ASGIApp, *, address: str) -> None:
        """`address`: how browsers reach us."""
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE and not self._is_ours(Request(scope)):
            await PlainTextResponse(REFUSED, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, request: Request) -> bool:
        said = request.headers.get("sec-fetch-site")
        if said is not None:
            return said == "same-origin"
        origin = request.headers.get("origin")
        return origin is not None and _origin(origin) == _origin(self._address)


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme.lower(), parts.netloc.lower()
