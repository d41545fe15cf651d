"""A call that the peer places itself, as a trunk that brings a caller does."""

from __future__ import annotations

import asyncio
import re

from tests.far_ends.call import PLAIN
from tests.far_ends.peer import Peer
from tests.far_ends.rtp import Address, Media
from tests.far_ends.sdp import Description, where
from tests.far_ends.sip import SDP, Header, Message, response, token

ANSWERED_WITHIN = 60.0


class Outgoing:
    """One such call. `status` is its final answer; None until then."""

    def __init__(self, peer: Peer, to: str, caller: str, media: Media, door: Address | None = None) -> None:
        self.peer = peer
        self.to = to
        self.media = media
        self.status: int | None = None
        self.provisional: list[Message] = []
        self.answer = Message("", [])
        """The final one."""
        self.requests: list[Message] = []
        """That the other side made in the call."""
        self.ended = asyncio.Event()
        self._from = f"{caller};tag={token()}"
        self.call_id = token()
        self._branch = token()
        self._remote = f"<{to}>"
        self._target = to
        self._sequence = 1
        self._answered = asyncio.Event()
        self._door = door or _door_of(to)
        self._hung_up: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def invite(self, *headers: Header, said: Description) -> None:
        body = said.written(self.peer.host, self.media.port)
        self._send("INVITE", *headers, body=body, branch=self._branch)

    async def final(self, within: float = ANSWERED_WITHIN) -> int:
        """The status that answers it. Raises TimeoutError."""
        async with asyncio.timeout(within):
            await self._answered.wait()
        assert self.status is not None
        return self.status

    def cancel(self) -> None:
        self._send("CANCEL", branch=self._branch)

    def bye(self) -> None:
        self._sequence += 1
        self._send("BYE")
        self.ended.set()

    async def hung_up(self, within: float = ANSWERED_WITHIN) -> int:
        """Hang up; the status that answers it. Raises TimeoutError."""
        self.bye()
        async with asyncio.timeout(within):
            return await self._hung_up

    async def until_over(self, within: float = ANSWERED_WITHIN) -> None:
        async with asyncio.timeout(within):
            await self.ended.wait()

    def take(self, message: Message) -> None:
        if not message.is_response:
            self.requests.append(message)
            self.peer.send(response(message, 200), self._door)
            if message.method == "BYE":
                self.ended.set()
        elif message.method == "INVITE" and message.status < 200:
            self.provisional.append(message)
        elif message.method == "INVITE":
            self._answer(message)
        elif message.method == "BYE" and not self._hung_up.done():
            self._hung_up.set_result(message.status)

    def _answer(self, message: Message) -> None:
        self._remote = message.header("To")
        if message.status < 300:
            self._target = message.contact or self._target
            self.media.to = where(message.body)
        self._send("ACK", branch=self._branch if message.status >= 300 else token())
        if self.status is None:
            self.status, self.answer = message.status, message
            self._answered.set()

    def _send(self, method: str, *headers: Header, body: str = "", branch: str = "") -> None:
        number = self._sequence
        fixed = [("Via", f"SIP/2.0/UDP {self.peer.at};rport;branch=z9hG4bK{branch or token()}")]
        fixed += [
            ("Max-Forwards", "70"),
            ("From", self._from),
            ("To", self._remote if method != "CANCEL" else f"<{self.to}>"),
        ]
        fixed += [("Call-ID", self.call_id), ("CSeq", f"{number} {method}")]
        fixed += [("Contact", f"<{self.peer.address}>"), *headers]
        fixed += [("Content-Type", SDP)] if body else []
        target = self._target if method in ("ACK", "BYE") else self.to
        door = self._door if target == self.to else _door_of(target)
        self.peer.send(Message(f"{method} {target} SIP/2.0", fixed, body), door)


async def call(
    peer: Peer,
    to: str,
    caller: str = "<sip:+99977000001@127.0.0.1>",
    *headers: Header,
    said: Description = PLAIN,
    door: Address | None = None,
) -> Outgoing:
    """Ring `to`, as `caller` (what stands in From). `door` is where it is sent, if `to` has no address."""
    media = await peer.open_media()
    placed = Outgoing(peer, to, caller, media, door)
    peer.expect(placed.call_id, placed.take)
    placed.invite(*headers, said=said)
    return placed


def _door_of(uri: str) -> Address:
    found = re.search(r"(?:@|sip:)([\d.]+):(\d+)", uri)
    assert found is not None, "this address has no port"
    return found[1], int(found[2])
