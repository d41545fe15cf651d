"""The one websocket on which Asterisk tells us what happens, kept alive for ever."""

import asyncio
import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from aiohttp import WSMsgType

from ivr.ari.client import AriClient
from ivr.ari.errors import ApplicationTaken, AriError, AriRefused, AriUnreachable
from ivr.ari.events import Answer, ApplicationReplaced, Event, ReportedChannel, decode
from ivr.ari.recent import RecentEvents
from ivr.ari.socket import EventSocket, SocketRequests

log = logging.getLogger(__name__)

UNUSED = (
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelCreated",
    "ChannelDialplan",
    "ChannelHangupRequest",
    "ChannelStateChange",
    "ChannelVarset",
    "DeviceStateChanged",
    "EndpointStateChange",
    "PeerStatusChange",
)
"""Event types that nobody acts on; Asterisk is asked not to send them: 10 frames a call, not 36.

EndpointStateChange comes twice a call and lists every live channel, so its cost grows with the calls squared.
"""


_ARE_YOU_THERE = "buurtbel-are-you-there"
"""The event that we let Asterisk send ourselves while it sends no other."""
_LATE = 2
"""Heartbeats by which such an event may be late at the busiest moment; any other event does as well."""


class Listener(Protocol):
    """Who hears the events. The plain methods run inside the reader, so they only hand over."""

    async def connected(self, startup_time: str, channels: Sequence[ReportedChannel]) -> None:
        """The socket is up. Compare `channels` with what you knew; dial only after this.

        `channels` and `startup_time` were read after the socket was up. Events that came meanwhile follow,
        in order, once this has returned; some may tell of what `channels` shows already.
        """

    def feed(self, event: Event) -> None:
        """Something happened. Must not raise and must not wait."""

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
        self._wait = self._shortest
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
        Asterisk does not accept our user and password. Every other fault is logged and tried again.
        """
        while True:
            try:
                await self._one_socket()
            except ApplicationTaken:
                raise
            except AriError as fault:
                if isinstance(fault, AriRefused) and fault.status in {401, 403}:
                    raise
                log.warning("No event socket: %s Trying again.", fault)
            await asyncio.sleep(self._wait * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, no secret
            self._wait = min(self._wait * 2, self._longest)

    async def _one_socket(self) -> None:
        """From the handshake until the socket is lost."""
        socket = await self._client.http.listen(self._client.app, self._heartbeat)
        inbox = _Inbox(self._listener)
        requests = self._client.http.socket = SocketRequests(socket, timeout=self._client.timeout)
        reading = asyncio.create_task(_read(socket, inbox, requests), name="ari-reader")
        preparing = asyncio.create_task(self._prepare(inbox), name="ari-prepare")
        watching: asyncio.Task[None] | None = None
        try:
            await asyncio.wait({reading, preparing}, return_when=asyncio.FIRST_COMPLETED)
            if preparing.done():
                preparing.result()
                watching = asyncio.create_task(self._watch(inbox), name="ari-watch")
                await asyncio.wait({reading, watching}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done() or watching is None:
                await reading
                log.warning("Asterisk closed the event socket; connecting again.")
            else:
                log.error("Asterisk answers, and sends no events; connecting again.")
        finally:
            self._ready.clear()
            self._client.http.socket = None
            requests.lost()
            if watching is not None:
                await _end(watching)
            await _end(preparing)
            if inbox.told:
                self._listener.disconnected()
            await _end(reading)
            await socket.close()

    async def _prepare(self, inbox: "_Inbox") -> None:
        """Ask for every event we need, then let the listener compare, then open the door for events."""
        applications = self._client.applications
        await applications.subscribe(self._source)
        await applications.filter(disallowed=UNUSED)
        channels = await self._client.channels.list()
        info = await self._client.asterisk.info()
        inbox.told = True
        await self._listener.connected(info.startup_time, channels)
        inbox.open()
        self._wait = self._shortest
        self._ready.set()
        log.info("Asterisk's events flow; %d channels were alive.", len(channels))

    async def _watch(self, inbox: "_Inbox") -> None:
        """Return when Asterisk does what we ask and sends no events: the socket alone tells nothing of that.

        It was seen after a freeze of seconds: what ended the former socket ended our application with it.
        Nobody would be called any more, and nobody who is called be spoken to.
        """
        while True:
            inbox.heard.clear()
            if await _set_within(inbox.heard, self._heartbeat):
                continue
            try:
                await self._client.applications.notify(_ARE_YOU_THERE)
            except AriUnreachable:  # whoever does not answer at all is another's to judge
                continue
            except AriRefused:  # it knows our application no more
                return
            if not await _set_within(inbox.heard, _LATE * self._heartbeat):
                return


class _Inbox:
    """Keeps events in order until the listener is prepared, drops what comes twice, then hands on."""

    def __init__(self, listener: Listener) -> None:
        self._feed = listener.feed
        self._recent = RecentEvents()
        self._kept: list[Event] | None = []
        self.told = False
        """The listener has been told `connected`, so it must hear `disconnected` too."""
        self.heard = asyncio.Event()
        """Set whenever an event comes, of whatever kind."""

    def take(self, event: Event) -> None:
        if not self._recent.add(event):
            return
        if self._kept is None:
            self._feed(event)
        else:
            self._kept.append(event)

    def open(self) -> None:
        kept, self._kept = self._kept or [], None
        for event in kept:
            self._feed(event)


async def _read(socket: EventSocket, inbox: _Inbox, requests: SocketRequests) -> None:
    """Read until the socket is lost; never waits for anything but the socket."""
    while True:
        frame = await socket.receive()
        if frame.type is not WSMsgType.TEXT:
            return
        event = decode(frame.data)
        if isinstance(event, Answer):
            requests.answered(event)
            continue
        inbox.heard.set()
        if event is None:
            continue
        if isinstance(event, ApplicationReplaced):
            raise ApplicationTaken("Another program listens under our application name; stop one of the two.")
        inbox.take(event)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # seen, so that asyncio does not complain: what matters was raised before
