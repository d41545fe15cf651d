"""Requests that travel on the event socket (Asterisk's REST over WebSocket), beside the events.

They cost a quarter of the work of HTTP. Asterisk answers them strictly in turn, in the thread that also reads
the socket: only what it does at once may go this way, and placing a call is not that.
"""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Literal, TypeAlias

import aiohttp
import msgspec

from ivr.ari.errors import AriUnreachable
from ivr.ari.events import Answer

EventSocket: TypeAlias = "aiohttp.ClientWebSocketResponse[Literal[False]]"
"""Its text frames arrive as undecoded bytes."""


class _Request(msgspec.Struct, tag="RESTRequest", tag_field="type"):
    request_id: str
    method: str
    uri: str
    content_type: str = "application/json"
    message_body: str = ""


class SocketRequests:
    """The requests under way on one socket; its reader hands over the answers."""

    def __init__(self, socket: EventSocket, *, timeout: float) -> None:
        self._socket = socket
        self._timeout = timeout
        self._numbers = count(1)
        self._asked: dict[str, asyncio.Future[Answer]] = {}
        self._is_lost = False

    async def ask(self, method: str, path: str, body: Mapping[str, object] | None) -> Answer:
        """Ask, and return the answer. Raises AriUnreachable when the socket is lost or no answer comes."""
        if self._is_lost:
            raise AriUnreachable("The event socket to Asterisk is gone.")
        number = str(next(self._numbers))
        said = msgspec.json.encode(body).decode() if body else ""
        request = _Request(number, method, path, message_body=said)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            async with asyncio.timeout(self._timeout):
                await self._socket.send_str(msgspec.json.encode(request).decode())
                return await answer
        except (OSError, RuntimeError, TimeoutError) as fault:
            why = str(fault) or type(fault).__name__
            raise AriUnreachable(f"Asterisk does not answer on its event socket ({why}).") from fault
        finally:
            del self._asked[number]

    def answered(self, answer: Answer) -> None:
        asked = self._asked.get(answer.request_id)
        if asked is not None and not asked.done():
            asked.set_result(answer)

    def lost(self) -> None:
        """No answer comes any more: whoever waits for one is told so."""
        self._is_lost = True
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(AriUnreachable("The event socket to Asterisk was lost before an answer."))
