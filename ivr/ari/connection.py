"""The one websocket on which Asterisk tells us what happens, kept alive for ever."""

import asyncio
import logging
import random
from collections.abc import Sequence
from typing import Protocol

import aiohttp

from ivr.ari.client import AriClient
from ivr.ari.errors import ApplicationTaken, AriError, AriRefused, AriUnreachable
from ivr.ari.events import ApplicationReplaced, Channel, Event, decode
from ivr.ari.recent import Recent

log = logging.getLogger(__name__)

UNUSED = (
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelDialplan",
    "ChannelVarset",
    "DeviceStateChanged",
    "Dial",
    "PeerStatusChange",
)
"""Event types that nobody acts on; Asterisk is asked not to send them."""


class Listener(Protocol):
    """Who hears the events. Both plain methods run inside the reader, so they only hand over."""

    async def connected(self, startup_time: str, channels: Sequence[Channel]) -> None:
        """The socket is up. Compare `channels` with what you knew; dial only after this.

        `channels` and `startup_time` were read after the socket was up. Events that came meanwhile follow,
        in order, once this has returned; some may tell of what `channels` shows already.
        """

    def feed(self, event: Event) -> None: ...

    def disconnected(self) -> None:
        """No more events until `connected` is called again: whoever answers now hears the fallback."""


class AriConnection:
    """Tells `listener` of everything on `trunk` (a PJSIP endpoint) and in our application."""

    def __init__(
        self,
        client: AriClient,
        listener: Listener,
        *,
        trunk: str,
        heartbeat: float = 5.0,
        backoff: tuple[float, float] = (0.25, 5.0),
    ) -> None:
        self._client = client
        self._listener = listener
        self._source = f"endpoint:PJSIP/{trunk}"
        self._heartbeat = heartbeat
        self._shortest, self._longest = backoff
        self._ready = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Events flow and the listener has compared notes: calls may be placed."""
        return self._ready.is_set()

    async def wait_until_ready(self) -> None:
        await self._ready.wait()

    async def run(self) -> None:
        """Keep the socket until cancelled.

        Raises ApplicationTaken when another program takes our application's name, and AriRefused when
        Asterisk does not accept our user and password. Every other fault is tried again.
        """
        raise NotImplementedError
