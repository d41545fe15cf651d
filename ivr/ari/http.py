"""HTTP to Asterisk: a pool of kept-alive connections, timeouts, and Asterisk's refusals as errors."""

from collections.abc import Mapping
from typing import TypeVar

import aiohttp
import msgspec

from ivr.ari.errors import AriRefused, AriUnreachable
from ivr.ari.socket import EventSocket, SocketRequests

_KEPT_ALIVE_SECONDS = 10.0
"""Below Asterisk's 15 s, so that no request is sent into a connection that it is just closing."""
_CLOSING = aiohttp.ClientWSTimeout(ws_close=1.0)
_T = TypeVar("_T")


class _Words(msgspec.Struct):
    message: str = ""
    error: str = ""


class AriHttp:
    """What `client` and `connection` share. The connections are opened when first needed."""

    def __init__(self, url: str, user: str, password: str, *, connections: int, timeout: float) -> None:
        self._base = url.rstrip("/").removesuffix("/ari") + "/ari/"
        self._headers = {
            "Authorization": aiohttp.encode_basic_auth(user, password, "utf-8"),
            "Content-Type": "application/json",
        }
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._open: aiohttp.ClientSession | None = None
        self.socket: SocketRequests | None = None
        """Set while there is an event socket."""

    async def request(self, method: str, path: str, body: Mapping[str, object] | None = None) -> bytes:
        """Ask, and return the answer's body undecoded. Raises AriUnreachable or AriRefused."""
        data = msgspec.json.encode(body) if body else None
        try:
            async with self._session.request(method, self._base + path, data=data) as answer:
                said = await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise AriUnreachable(f"Asterisk does not answer at {self._base} ({_why(fault)}).") from fault
        if status >= 300:
            raise _refusal(status, said, self._base)
        return said

    async def promptly(self, method: str, path: str, body: Mapping[str, object] | None = None) -> bytes:
        """Ask for what Asterisk does at once: on the event socket when there is one. As `request` does."""
        if self.socket is None:
            return await self.request(method, path, body)
        answer = await self.socket.ask(method, path, body)
        said = answer.message_body.encode()
        if answer.status_code >= 300:
            raise _refusal(answer.status_code, said, self._base)
        return said

    async def read(self, path: str, kind: type[_T], *, promptly: bool = False) -> _T:
        """Ask for something and decode it as `kind`."""
        said = await (self.promptly if promptly else self.request)("GET", path)
        try:
            return msgspec.json.decode(said, type=kind)
        except msgspec.DecodeError as fault:
            raise AriRefused(f"Asterisk answered something unreadable: {fault}.", 200) from fault

    async def listen(self, app: str, heartbeat: float) -> EventSocket:
        """Open the websocket on which the events of `app` come. Raises AriUnreachable or AriRefused."""
        try:
            return await self._session.ws_connect(
                f"{self._base}events?app={app}", heartbeat=heartbeat, decode_text=False, timeout=_CLOSING
            )
        except aiohttp.WSServerHandshakeError as fault:
            # Not `from fault`: that error's text holds our Authorization header.
            raise _refusal(fault.status, b"", self._base) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise AriUnreachable(f"Asterisk does not answer at {self._base} ({_why(fault)}).") from fault

    async def close(self) -> None:
        if self._open is not None:
            await self._open.close()

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._open is None:
            self._open = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=_KEPT_ALIVE_SECONDS
                ),
                headers=self._headers,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._open


def _refusal(status: int, said: bytes, base: str) -> AriRefused | AriUnreachable:
    if status == 503:
        return AriUnreachable(f"Asterisk at {base} is still starting or is stopping.")
    if status in {401, 403}:
        return AriRefused(
            f"Asterisk at {base} does not accept our ARI user and password; check both in the settings.",
            status,
        )
    try:
        words = msgspec.json.decode(said, type=_Words)
    except msgspec.DecodeError:
        words = _Words()
    return AriRefused(
        f"Asterisk refused ({status}): {words.message or words.error or 'no reason given'}.", status
    )


def _why(fault: BaseException) -> str:
    return str(fault) or type(fault).__name__
