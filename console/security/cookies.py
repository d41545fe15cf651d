"""The two cookies: who is signed in, and which browser this is."""

from starlette.requests import Request
from starlette.responses import Response

DEVICE_SECONDS = 180 * 86_400


class Cookies:
    """Sets and reads them. By TLS alone where browsers reach us so; no script ever reads them."""

    def __init__(self, *, is_secure: bool) -> None:
        self._is_secure = is_secure
        prefix = "__Host-" if is_secure else ""
        self._session = f"{prefix}buurtbel"
        self._device = f"{prefix}buurtbel-device"

    def session(self, request: Request) -> str:
        """Empty where there is none."""
        return request.cookies.get(self._session, "")

    def device(self, request: Request) -> str:
        """Empty where there is none."""
        return request.cookies.get(self._device, "")

    def keep(self, response: Response, session: str, device: str, seconds: float) -> None:
        self._set(response, self._session, session, int(seconds))
        self._set(response, self._device, device, DEVICE_SECONDS)

    def forget(self, response: Response) -> None:
        """Sign out; the browser stays known."""
        response.delete_cookie(self._session, path="/", secure=self._is_secure, httponly=True, samesite="lax")

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )
