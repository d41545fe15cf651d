"""Takes the calls from outside: finds out who calls, and lets the member line talk to them."""

import asyncio
import logging
from typing import Protocol

from directory.errors import NumberRefused
from directory.numbers import normalise_number
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.ari.events import Channel
from ivr.exchange import Exchange
from ivr.fallback import AWAY, INBOUND
from ivr.lines import Lines
from ivr.live_call import LiveCall
from ivr.scripts.member_line import Caller, member_line

log = logging.getLogger(__name__)


class Callers(Protocol):
    """Knows who is behind a number."""

    async def who(self, number: str | None) -> Caller:
        """Whoever calls from this number (E.164), or somebody unknown; None when the number is withheld."""


class Reception:
    """Every call from outside gets a task of its own: what goes wrong on one harms no other."""

    def __init__(self, client: AriClient, exchange: Exchange, lines: Lines, callers: Callers) -> None:
        self._client = client
        self._exchange = exchange
        self._lines = lines
        self._callers = callers
        self._calls: set[asyncio.Task[None]] = set()
        exchange.bring_callers_to(self.receive)

    def receive(self, live: LiveCall, channel: Channel) -> None:
        task = asyncio.create_task(self._serve(live, caller_number(channel.caller.number)))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def leave(self) -> None:
        """Let go of every call as it is; the next line process greets the callers anew."""
        for call in self._calls:
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls)

    async def _serve(self, live: LiveCall, number: str | None) -> None:
        self._lines.caller_came()
        try:
            call = live.call
            assert call is not None
            caller = await self._callers.who(number)
            try:
                is_ours = await self._exchange.converse(lambda call: member_line(call, caller), call)
            finally:
                caller.has_left()
            if is_ours:
                await self._client.channels.hangup(live.id)
        except AriError as fault:
            log.warning("A call from outside could not be ended and ends by its own limit: %s", fault)
        except Exception:
            log.exception("A caller could not be helped through a fault of our own.")
            await self._hand_to_the_dialplan(live)
        finally:
            self._exchange.forget(live)
            self._lines.caller_left()

    async def _hand_to_the_dialplan(self, live: LiveCall) -> None:
        try:
            await self._client.channels.continue_in_dialplan(live.id, INBOUND, AWAY)
        except AriError as fault:
            log.warning("A caller has gone, or hears nothing more: %s", fault)


def caller_number(shown: str) -> str | None:
    """The number that calls, as E.164; None when it is withheld or is none that a member can have."""
    try:
        return normalise_number(shown)
    except NumberRefused:
        return None
