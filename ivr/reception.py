"""Takes the calls from outside, and alerts that led to more: finds out who it is, and serves them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from broadcast.ports import CallOrder
from directory.errors import NumberRefused
from directory.numbers import normalise_number
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.ari.events import Channel
from ivr.call import Call
from ivr.exchange import Exchange
from ivr.fallback import AWAY, INBOUND
from ivr.lines import Lines
from ivr.live_call import LiveCall
from ivr.scripts.alert_call import Wants
from ivr.scripts.member_line import Caller, answered_line, member_line

log = logging.getLogger(__name__)

LONGEST = 900.0
"""Seconds after which the PBX ends any conversation with a member."""


class Callers(Protocol):
    """Knows who is behind a number."""

    async def who(self, number: str | None) -> Caller:
        """Whoever calls from this number (E.164), or somebody unknown; None when the number is withheld."""

    async def called(self, order: CallOrder) -> Caller:
        """Whoever has answered this call of ours."""


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
        self._begin(live, self._callers.who(caller_number(channel.caller.number)), member_line)

    def go_on(self, live: LiveCall, order: CallOrder, wants: Wants) -> None:
        """Whoever was called with an alert has more to say: served as if they had called."""
        self._begin(live, self._called(live, order), partial(answered_line, wants=wants))

    async def _called(self, live: LiveCall, order: CallOrder) -> Caller:
        channels = self._client.channels
        try:
            # An alert's call may not last as long as a report, and would be spoken by the PBX without us.
            await channels.set_variable(live.id, "TIMEOUT(absolute)", f"{LONGEST:.0f}")
            await channels.set_variable(live.id, "FALLBACK", "")
        except AriError as fault:
            log.warning("A conversation keeps the limits of an alert: %s", fault)
        return await self._callers.called(order)

    def _begin(
        self, live: LiveCall, who: Awaitable[Caller], script: Callable[[Call, Caller], Awaitable[None]]
    ) -> None:
        self._lines.caller_came()
        task = asyncio.create_task(self._serve(live, who, script))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def leave(self) -> None:
        """Let go of every call as it is: the next line process greets callers anew, and ends other calls."""
        for call in self._calls:
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls)

    async def _serve(
        self, live: LiveCall, who: Awaitable[Caller], script: Callable[[Call, Caller], Awaitable[None]]
    ) -> None:
        try:
            call = live.call
            assert call is not None
            caller = await who
            try:
                is_ours = await self._exchange.converse(lambda call: script(call, caller), call)
            finally:
                caller.has_left()
            if is_ours:
                await self._client.channels.hangup(live.id)
        except AriError as fault:
            log.warning("A conversation could not be ended and ends by its own limit: %s", fault)
        except Exception:
            log.exception("A caller could not be helped through a fault of our own.")
            await self._hand_to_the_dialplan(live)
        finally:
            self._exchange.forget(live)
            self._lines.caller_left()

    async def _hand_to_the_dialplan(self, live: LiveCall) -> None:
        """Who calls is told whom to call instead; who was called has had the alert, and the call ends."""
        try:
            if live.is_handed_over:
                await self._client.channels.hangup(live.id)
            else:
                await self._client.channels.continue_in_dialplan(live.id, INBOUND, AWAY)
        except AriError as fault:
            log.warning("A caller has gone, or hears nothing more: %s", fault)


def caller_number(shown: str) -> str | None:
    """The number that calls, as E.164; None when it is withheld or is none that a member can have."""
    try:
        return normalise_number(shown)
    except NumberRefused:
        return None
