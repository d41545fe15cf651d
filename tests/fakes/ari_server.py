"""An Asterisk that is not one: it speaks as much ARI as we use, and its phones are scripted by number."""

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from itertools import count
from math import inf
from pathlib import Path
from time import time
from typing import Any, Self

from aiohttp import WSMsgType, web

from ivr.detection.fact_recorder import TALK_DETECTION
from tests.fakes.ari_call import FakeCall, now
from tests.fakes.ari_http import AriHttpSide
from tests.fakes.ari_state import AriState
from tests.fakes.ari_trunk import contact_status
from tests.fakes.limits import ended_by_its_limit
from tests.fakes.neighbours import Behaviour, behaviour_of

RING_TIMEOUT = (19, 480)
"""What a real Asterisk gives a call that rang until our own limit."""
SNOOP_ENTERS_AFTER = 0.05
"""Wall seconds by which a channel that snoops is ours later than we are told of it, as on a real one."""


class FakeAri(AriState):
    """Use as `async with FakeAri() as ari:`, then point a client at `ari.url`.

    `speed`: how much faster than real time its phones live. `fallback`: the channel variable that names the
    sound which the dialplan plays, `fallback_passes` times, when nobody listens on the socket.
    """

    def __init__(
        self,
        *,
        speed: float = 20.0,
        trunk: str = "trunk",
        fallback: str = "FALLBACK",
        fallback_passes: int = 3,
    ) -> None:
        super().__init__(speed, trunk, fallback, fallback_passes)
        self._dialled: Counter[str] = Counter()
        self._restarts = count(1)
        self._sockets: dict[str, tuple[web.WebSocketResponse, web.Request]] = {}
        self._outbox: asyncio.Queue[tuple[web.WebSocketResponse, str]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._http_side = AriHttpSide(self)
        self._runner = web.AppRunner(self._http_side.app(), shutdown_timeout=0.1)
        self._site: web.TCPSite | None = None

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await self.reopen()
        self.port = self._runner.addresses[0][1]
        self._run(self._post())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.crash()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        faults = await asyncio.gather(*tasks, return_exceptions=True)
        await self._runner.cleanup()
        for fault in faults:
            if isinstance(fault, Exception):
                raise fault

    @property
    def is_idle(self) -> bool:
        """Everything that was to be told has been sent."""
        return self._outbox.empty()

    # What a test does to it

    def drop_sockets(self) -> None:
        """Cut every event socket, as a broken line would."""
        for _, request in self._sockets.values():
            if request.transport is not None:
                request.transport.abort()
        self._sockets.clear()
        self._forget()

    async def shut(self) -> None:
        """Refuse every connection until `reopen`; calls go on."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        self.drop_sockets()
        for connection in self._runner.server.connections if self._runner.server else []:
            if connection.transport is not None:
                connection.transport.abort()

    async def reopen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()

    async def crash(self) -> None:
        """Die: every channel is gone and nobody is told why. `reopen` or `restart` to come back."""
        await self.shut()
        for call in list(self.calls.values()):
            call.vanish()
        self.calls.clear()
        self.thaw()

    async def restart(self) -> None:
        """Die and come back with another start-up time."""
        await self.crash()
        self.startup_time = f"2026-01-01T00:00:{next(self._restarts):02}.000+0000"
        await self.reopen()

    def send(self, event: Mapping[str, Any]) -> None:
        """Send an event to every listener once."""
        if event["type"] in self.disallowed or self.mute:
            return
        for app, (socket, _) in self._sockets.items():
            self.frames[str(event["type"])] += 1
            self._outbox.put_nowait((socket, json.dumps({**event, "application": app})))

    def trunk_answers(self, *, reachable: bool) -> None:
        """The trunk's OPTIONS pings are answered from now on, or no more."""
        self.trunk_is_down = not reachable
        self.send(contact_status(self.endpoint(), reachable=reachable))

    def rings_in(self, channel_id: str, number: str, phone: Behaviour | None = None) -> FakeCall:
        """Somebody calls us: an inbound channel that enters Stasis at once."""
        told = {"TALK_DETECT(set)": TALK_DETECTION}  # by the dialplan
        call = self._new_call(channel_id, number, {"context": "inbound", "variables": told})
        call.state = "Ring"
        call.emit("ChannelCreated")
        call.enter_stasis()
        if phone is not None:
            self._run(phone(call))
        return call

    # What its HTTP side tells it

    async def listens(self, app: str, socket: web.WebSocketResponse, request: web.Request) -> None:
        if app in self._sockets:
            old, _ = self._sockets.pop(app)
            replaced = {"type": "ApplicationReplaced", "timestamp": now(), "application": app}
            self._outbox.put_nowait((old, json.dumps(replaced)))
        self._sockets[app] = (socket, request)
        async for message in socket:
            await self.runs()
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
                continue
            self._outbox.put_nowait((socket, await self._http_side.on_socket(json.loads(message.data))))
        if self._sockets.get(app, (None,))[0] is socket:
            del self._sockets[app]
            self._forget()

    def places(self, channel_id: str, number: str, body: Mapping[str, Any]) -> FakeCall:
        call = self._new_call(channel_id, number, body)
        self._run(self._live(call, float(body.get("timeout", 30)) / self.speed))
        return call

    def snoops_on(self, call: FakeCall, snoop_id: str) -> FakeCall:
        snoop = self._new_call(snoop_id, "", {})
        snoop.state = "Up"
        self._run(snoop.snoop(call, SNOOP_ENTERS_AFTER))
        return snoop

    def takes_back(self, call: FakeCall, extension: str) -> None:
        self._run(self._dialplan(call, extension))

    def _new_call(self, channel_id: str, number: str, body: Mapping[str, Any]) -> FakeCall:
        self._dialled[number] += 1
        call = FakeCall(channel_id, number, self._dialled[number], body, self)
        self.calls[channel_id] = call
        return call

    async def _live(self, call: FakeCall, timeout: float) -> None:
        """One outbound call from dialling to its end; `timeout` is in seconds of the wall."""
        call.emit("ChannelCreated")
        lives = self.refuses or self.phones.get(call.number, behaviour_of(call.number))
        phone = asyncio.create_task(lives(call))
        gone = asyncio.create_task(call.gone.wait())
        try:
            await asyncio.wait({phone, gone}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if call.state != "Up":
                call.end(*RING_TIMEOUT)
            await ended_by_its_limit(call)
        finally:
            for task in (phone, gone):
                task.cancel()
            await asyncio.wait({phone, gone})
        if not phone.cancelled():
            phone.result()

    def picked_up(self, call: FakeCall) -> None:
        self.heard[call.number].append(call.heard)
        if self._sockets:
            call.enter_stasis()
        else:
            self._run(self._dialplan(call))

    async def _dialplan(self, call: FakeCall, extension: str = "fallback") -> None:
        """Finish what plays, then speak the fallback if there is one, then hang up."""
        await call.quiet()
        call.extension = extension
        call.leave_stasis()
        sound, of, passes = str(call.variables.get(self.fallback, "")), "", 0
        self.notes[call.id] = "fallback=0"
        end = "/stayed"
        while sound and passes < self.fallback_passes:
            if time() >= float(call.variables.get("EXPIRES", inf)):
                end = "/expired"
                break
            if new := self.notes.get(call.variables.get("TEXT", "")):
                broadcast, _, name = new.partition("-")
                sound, of, passes = str(Path(sound).with_name(name)), f"/of={broadcast}", 0
                call.variables["TEXT"] = new
            call.play(f"sound:{sound}", f"fallback-{call.id}-{self.notes[call.id]}")
            await call.quiet()
            if call.key == "1" or call.gone.is_set():
                break
            passes += 1
            self.notes[call.id] = f"fallback={passes}{of}"
        if not call.gone.is_set():
            self.notes[call.id] += "/key=1" if call.key == "1" else end
        call.end(16)

    def tell(self, call: FakeCall, event: Mapping[str, Any]) -> None:
        """Send an event of this call to whom it concerns, as often as a real Asterisk would."""
        subscribed = f"endpoint:PJSIP/{self.trunk}" in self.subscriptions
        for _ in range(subscribed + (call.in_stasis and (self.twice or not subscribed))):
            self.send(event)

    def ended(self, call: FakeCall) -> None:
        self.calls.pop(call.id, None)

    def _forget(self) -> None:
        """Subscriptions and filters live as long as the socket."""
        self.subscriptions.clear()
        self.disallowed.clear()

    async def _post(self) -> None:
        """Send events in order."""
        while True:
            socket, text = await self._outbox.get()
            await self.runs()
            with suppress(ConnectionError, RuntimeError):
                await socket.send_str(text)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
