"""The signalling of one call that comes to a far end: what it is told, and what it can say."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from tests.far_ends.rtp import Address, Media
from tests.far_ends.sip import SDP, Header, Message, response, token

LONGEST = 240.0
"""Seconds after which a behaviour does not wait any longer: no call lasts so long."""
REPLY_WITHIN = 5.0


class Trunk(Protocol):
    """Where a call came to: what it says and what it hears goes through there."""

    host: str

    @property
    def at(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def side_door(self) -> str: ...

    def send(self, message: Message, to: Address) -> None: ...

    async def open_media(self, host: str | None = None) -> Media: ...


class Dialog:
    """From an INVITE to the end. What waits is awaited; the rest sends one message."""

    def __init__(self, peer: Trunk, invite: Message, caller: Address) -> None:
        self.peer = peer
        self.invite = invite
        self.invites = 1
        """That came, sent again or with a password, before the call was answered."""
        self.tag = token()
        self.contact: str | None = None
        """Where requests in this call shall go; None is where the peer listens."""
        self.routes: tuple[Header, ...] = ()
        """Record-Route headers of what is answered."""
        self.acked = asyncio.Event()
        self.invited_again = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.ended = asyncio.Event()
        self.ended_by = ""
        self.refuses_cancel = False
        """CANCEL gets 481, as if there were no such call."""
        self.requests: list[Message] = []
        """In this call, after its INVITE."""
        self._caller = caller
        self._sequence = 100
        self._replies: dict[int, asyncio.Queue[Message]] = {}
        self._last_said: Message | None = None

    @property
    def number(self) -> str:
        """As dialled, without +."""
        return self.invite.dialled.removeprefix("+")

    # What it says

    def respond(
        self, status: int, *headers: Header, reason: str | None = None, body: str = "", kind: str = SDP
    ) -> None:
        """Any response, as it is told."""
        here = [] if status == 100 else [("Contact", f"<{self.contact or self.peer.address}>")]
        here = [] if 300 <= status < 400 or any(name == "Contact" for name, _ in headers) else here
        more = (*self.routes, *here, *headers)
        self.reply(self.invite, status, *more, reason=reason, body=body, kind=kind)

    def reply(
        self,
        request: Message,
        status: int,
        *headers: Header,
        reason: str | None = None,
        body: str = "",
        kind: str = SDP,
    ) -> None:
        tag = "" if status == 100 else self.tag
        said = response(request, status, *headers, tag=tag, reason=reason, body=body, kind=kind)
        if request is self.invite:
            self._last_said = said
        self.peer.send(said, self._caller)

    def refuse(self, status: int, *headers: Header, reason: str | None = None) -> None:
        self.respond(status, *headers, reason=reason)
        self.over(f"refused with {status}")

    async def ring(self, seconds: float = 0.5, status: int = 180) -> None:
        """Returns sooner when the caller gives up."""
        self.respond(status)
        await self.until_cancelled(seconds)

    def request(
        self, method: str, *headers: Header, body: str = "", kind: str = SDP, sequence: int | None = None
    ) -> int:
        """Any request; returns its number."""
        if sequence is None:
            self._sequence += 1
            sequence = self._sequence
        via = ("Via", f"SIP/2.0/UDP {self.peer.at};rport;branch=z9hG4bK{token()}")
        ours = (
            f"{self.invite.header('To')};tag={self.tag}"
            if not self.invite.is_in_dialog
            else self.invite.header("To")
        )
        fixed = [via, ("Max-Forwards", "70"), ("From", ours), ("To", self.invite.header("From"))]
        fixed += [("Call-ID", self.invite.call_id), ("CSeq", f"{sequence} {method}")]
        fixed += [("Contact", f"<{self.contact or self.peer.address}>"), *headers]
        fixed += [("Content-Type", kind)] if body else []
        self._replies.setdefault(sequence, asyncio.Queue())
        self.peer.send(Message(f"{method} {self.invite.contact} SIP/2.0", fixed, body), self._caller)
        return sequence

    async def answer_to(self, sequence: int) -> Message | None:
        """The final answer to a request of ours; None when none came in time."""
        try:
            async with asyncio.timeout(REPLY_WITHIN):
                while (answer := await self._replies[sequence].get()).status < 200:
                    pass
        except TimeoutError:
            return None
        return answer

    def bye(self, *headers: Header) -> None:
        self.request("BYE", *headers)
        self.over("we hung up")

    # Waiting

    async def until_cancelled(self, within: float = LONGEST) -> bool:
        """Whether the caller gave up ringing in time."""
        return await happens(self.cancelled, within)

    async def until_invited_again(self, within: float = REPLY_WITHIN) -> bool:
        """Whether its INVITE came once more with something new in it, such as a password."""
        came = await happens(self.invited_again, within)
        self.invited_again.clear()
        return came

    async def until_over(self, within: float = LONGEST) -> bool:
        return await happens(self.ended, within)

    async def wait(self, seconds: float) -> bool:
        """Let time pass, and tell whether the call is still up."""
        return not await happens(self.ended, seconds)

    def over(self, by: str) -> None:
        """Nothing more is done by us; the ear stays open for what comes late."""
        if not self.ended.is_set():
            self.ended_by = by
            self.ended.set()

    # What comes in

    def invited(self, invite: Message) -> None:
        """Its INVITE once more: sent again for want of an answer, which it gets again, or with a password."""
        if invite.sequence != self.invite.sequence:
            self.invites += 1
            self.invite = invite
            self.invited_again.set()
        elif self._last_said is not None:
            self.peer.send(self._last_said, self._caller)

    def take(self, message: Message) -> None:
        """A message of this call, after its INVITE."""
        if message.is_response:
            self._replies.setdefault(message.sequence, asyncio.Queue()).put_nowait(message)
            return
        self.requests.append(message)
        match message.method:
            case "ACK":
                self.acked.set()
            case "CANCEL":
                self.reply(message, 481 if self.refuses_cancel else 200)
                self.cancelled.set()
            case "BYE":
                self.reply(message, 200)
                self.over("they hung up")
            case "INVITE" | "UPDATE":
                body = self.still() if message.body or message.method == "INVITE" else ""
                self.reply(message, 200, ("Contact", f"<{self.peer.address}>"), body=body)
            case _:
                self.reply(message, 200)

    def still(self) -> str:
        """The description of our sound that was given already; none without sound."""
        return ""


async def happens(event: asyncio.Event, seconds: float) -> bool:
    """Whether it has happened, or does within so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
