"""The trunk itself: one UDP port that takes calls, signs in who must, and leads each call by its number."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Self

from embedded.network.free_ports import LOOPBACK, free_ports
from tests.far_ends.call import Call
from tests.far_ends.digest import Digest
from tests.far_ends.rtp import Address, Media, udp
from tests.far_ends.sip import Header, Message, NotSip, response, token

Behaviour = Callable[[Call], Awaitable[None]]
DIGITS = 3
"""Last ones of the dialled number, which choose a behaviour."""
SOUND_FIRST = -10
"""Niceness, where we may choose it."""
SIDE_DOOR = "127.0.0.4"
"""Another address of ours, which a behaviour may name for what follows in its call."""


@dataclass
class Desk:
    """What the trunk does before any telephone is asked; it can be changed while calls come in."""

    digest: Digest | None = None
    """Who must say a password; None takes calls from anybody."""
    refuses_with: int | None = None
    """A status for every call."""
    registers_with: int = 200
    """What answers a registration that need not, or did, say a password; 401 asks for one again and again."""
    is_mute: bool = False
    """Nothing is answered, not even OPTIONS."""


class Peer:
    """A trunk on one port while it is entered. `calls` are all that came, in their order."""

    def __init__(
        self,
        behaviours: Mapping[str, Behaviour],
        *,
        host: str = LOOPBACK,
        port: int | None = None,
        side_door: bool = True,
    ) -> None:
        self.host = host
        self._hosts = (host, SIDE_DOOR) if side_door else (host,)
        self.port = free_ports(1) if port is None else port
        self.desk = Desk()
        self.calls: list[Call] = []
        self.faults: list[str] = []
        """Behaviours that broke."""
        self.registered: list[Message] = []
        """Registrations that were taken, in their order."""
        self.registrations = 0
        """That came, taken or not."""
        self._behaviours = behaviours
        self._doors: list[asyncio.DatagramTransport] = []
        self._media: list[Media] = []
        self._playing: set[asyncio.Task[None]] = set()
        self._by_id: dict[str, Call] = {}
        self._placed: dict[str, Callable[[Message], None]] = {}
        self.turned_away: dict[str, float] = {}
        """Calls that got no further than the desk, by their Call-ID: the moment (of the monotonic clock)."""

    @property
    def at(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def address(self) -> str:
        return f"sip:{self.at}"

    @property
    def side_door(self) -> str:
        """Where requests in a call reach us too."""
        return f"{SIDE_DOOR}:{self.port}"

    async def __aenter__(self) -> Self:
        for host in self._hosts:
            loop = asyncio.get_running_loop()
            door, _ = await loop.create_datagram_endpoint(lambda: _Door(self), sock=udp(host, self.port))
            self._doors.append(door)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)
        for media in self._media:
            media.close()
        for door in self._doors:
            door.close()

    def send(self, message: Message, to: Address) -> None:
        if not self._doors[0].is_closing():
            self._doors[0].sendto(message.encode(), to)

    def calls_to(self, number: str) -> list[Call]:
        """Written with or without +."""
        return [call for call in self.calls if call.number == number.removeprefix("+")]

    async def open_media(self, host: str | None = None) -> Media:
        """An end of sound that is open for as long as we are."""
        self._media.append(await Media.open(host or self.host))
        return self._media[-1]

    def expect(self, call_id: str, take: Callable[[Message], None]) -> None:
        """Messages of a call that we place go to `take`."""
        self._placed[call_id] = take

    def take(self, packet: bytes, sender: Address) -> None:
        """Whatever comes to one of our doors."""
        try:
            message = Message.parse(packet)
        except NotSip:
            return
        if not self.desk.is_mute:
            self._give(message, sender)
        elif not message.is_response and message.method == "INVITE":
            self._turn_away(message)

    def _give(self, message: Message, sender: Address) -> None:
        """To whom it concerns."""
        call = self._by_id.get(message.call_id)
        if message.call_id in self._placed:
            self._placed[message.call_id](message)
        elif message.method == "INVITE" and not message.is_response and not message.is_in_dialog:
            self._ring(message, sender, call)
        elif call is not None:
            call.take(message)
        elif message.is_response:
            return
        elif message.method == "REGISTER":
            self._register(message, sender)
        elif message.method != "ACK":
            self._answer(message, sender, 200 if message.method == "OPTIONS" else 481)

    def _ring(self, invite: Message, sender: Address, known: Call | None) -> None:
        if known is not None:
            known.invited(invite)
        elif self.desk.refuses_with is not None:
            self._turn_away(invite)
            self._answer(invite, sender, self.desk.refuses_with)
        elif self._lets_in(invite, sender, 407):
            call = Call(self, invite, sender)
            self.calls.append(call)
            self._by_id[invite.call_id] = call
            self._play(call)

    def _play(self, call: Call) -> None:
        behaviour = self._behaviours.get(call.number[-DIGITS:])
        if behaviour is None:
            call.refuse(404)
            return

        async def play() -> None:
            try:
                await behaviour(call)
            except Exception as fault:  # noqa: BLE001 - told by whoever looks at the peer
                self.faults.append(f"{call.number}: {fault!r}")

        task = asyncio.create_task(play())
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    def _register(self, request: Message, sender: Address) -> None:
        self.registrations += 1
        status = self.desk.registers_with
        if status == 401:
            self._answer(request, sender, 401, Digest("nobody", token()).challenge("WWW-Authenticate"))
        elif status != 200:
            self._answer(request, sender, status)
        elif self._lets_in(request, sender, 401):
            self.registered.append(request)
            self._answer(request, sender, 200, ("Contact", f"{request.header('Contact')};expires=60"))

    def _lets_in(self, request: Message, sender: Address, status: int) -> bool:
        """Whether the password was said; it is asked for otherwise."""
        digest = self.desk.digest
        if digest is None or digest.is_proved_by(request):
            return True
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        if request.method == "INVITE" and request.header("Proxy-Authorization"):
            self._turn_away(request)
        self._answer(request, sender, status, digest.challenge(name))
        return False

    def _turn_away(self, invite: Message) -> None:
        self.turned_away.setdefault(invite.call_id, time.monotonic())

    def _answer(self, request: Message, sender: Address, status: int, *more: Header) -> None:
        self.send(response(request, status, *more, tag=token()), sender)


class _Door(asyncio.DatagramProtocol):
    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def datagram_received(self, data: bytes, addr: Address) -> None:
        with suppress(ValueError, IndexError):  # a spoilt message is no message
            self._peer.take(data, addr[:2])


@contextmanager
def in_background(peer: Peer) -> Iterator[Peer]:
    """The peer on a thread of its own, for who waits without asyncio. Set its desk freely; read its calls."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with suppress(PermissionError):  # sound comes first, as in a PBX
        os.setpriority(os.PRIO_PROCESS, thread.native_id or 0, SOUND_FIRST)

    def run(work: Awaitable[object]) -> None:
        async def done() -> None:
            await work

        waiting: Future[None] = asyncio.run_coroutine_threadsafe(done(), loop)
        waiting.result(30)

    run(peer.__aenter__())
    try:
        yield peer
    finally:
        run(peer.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
