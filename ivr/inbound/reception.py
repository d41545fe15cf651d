"""Takes the calls from outside, and alerts that led to more: finds out who it is, and serves them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from broadcast.ports import CallOrder
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.ari.events import ReportedChannel
from ivr.call.call import Call
from ivr.call.conversation import converse
from ivr.call.errors import LineError, Preempted
from ivr.inbound.admission import Admission
from ivr.pbx.dialplan import AWAY, INBOUND
from ivr.pbx.exchange import Exchange
from ivr.pbx.identity import CallerId, caller_of
from ivr.pbx.live_call import LiveCall
from ivr.pbx.trunk import Trunk
from ivr.scripts.alert_call import Wants
from ivr.scripts.member_line import Caller, answered_line, member_line

log = logging.getLogger(__name__)

LONGEST = 900.0
"""Seconds after which the PBX ends any conversation with a member."""
TOLD_WITHIN = 1.5
"""Seconds beyond its length in which somebody has surely heard that their line is needed."""
Script = Callable[[Call, Caller], Awaitable[None]]


class Callers(Protocol):
    """Knows who is behind a number."""

    async def who(self, caller: CallerId) -> Caller:
        """Whoever calls, or somebody unknown."""

    async def called(self, order: CallOrder) -> Caller:
        """Whoever has answered this call of ours."""


class Reception:
    """Every call from outside gets a task of its own: what goes wrong on one harms no other."""

    def __init__(
        self,
        client: AriClient,
        exchange: Exchange,
        admission: Admission,
        callers: Callers,
        *,
        trunk: Trunk,
    ) -> None:
        self._client = client
        self._exchange = exchange
        self.admission = admission
        self._callers = callers
        self._trunk = trunk
        self._calls: set[asyncio.Task[None]] = set()

    def receive(self, live: LiveCall, channel: ReportedChannel) -> None:
        assert live.call is not None
        caller = caller_of(channel, self._trunk)
        if self.admission.admit(live.call, caller.tells_apart):
            self._begin(live, self._callers.who(caller), member_line)
        else:
            log.info("Callers hold all lines that they may: it is engaged for this one.")
            self._do(live, self._hang_up(live, reason="busy"))

    def go_on(self, live: LiveCall, order: CallOrder, wants: Wants) -> None:
        """Whoever was called with an alert has more to say: served as if they had called."""
        assert live.call is not None
        self.admission.join(live.call, CallerId.of_called(order.number).tells_apart)
        live.reservation = live.reservation.move()
        live.reservation.give_to_caller()
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

    def _begin(self, live: LiveCall, who: Awaitable[Caller], script: Script) -> None:
        self._do(live, self._serve(live, who, script))

    def _do(self, live: LiveCall, work: Coroutine[Any, Any, None]) -> None:
        """What is done for this call, to its end; then its line is free."""
        task = asyncio.create_task(self._to_the_end(live, work))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def leave(self) -> None:
        """Leave every call as it is: the next line process greets callers anew, and ends other calls."""
        for call in self._calls:
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls)

    async def _to_the_end(self, live: LiveCall, work: Coroutine[Any, Any, None]) -> None:
        with live.reservation:
            try:
                await work
            except AriError as fault:
                log.warning("A conversation could not be ended and ends by its own limit: %s", fault)
            finally:
                self._exchange.forget(live)
                if live.call is not None:
                    self.admission.leave(live.call)
            if not live.was_hung_up:
                self._exchange.keep_line(live)

    async def _hang_up(self, live: LiveCall, *, reason: str | None = None) -> None:
        await self._client.channels.hangup(live.id, reason=reason)
        live.was_hung_up = True

    async def _serve(self, live: LiveCall, who: Awaitable[Caller], script: Script) -> None:
        try:
            call = live.call
            assert call is not None
            caller = await _while_there(live, who)
            if caller is None:
                return
            try:
                is_ours = await converse(lambda call: led(script, call, caller), call)
            finally:
                caller.close()
            if is_ours:
                await self._hang_up(live)
        except AriError:
            raise
        except Exception:
            log.exception("A caller could not be helped through a fault of our own.")
            await self._hand_to_the_dialplan(live)

    async def _hand_to_the_dialplan(self, live: LiveCall) -> None:
        """Who calls is told whom to call instead; who was called has had the alert, and the call ends."""
        try:
            if live.is_handed_over:
                await self._hang_up(live)
            else:
                await self._client.channels.continue_in_dialplan(live.id, INBOUND, AWAY)
        except AriError as fault:
            log.warning("A caller has gone, or hears nothing more: %s", fault)


async def _while_there(live: LiveCall, who: Awaitable[Caller]) -> Caller | None:
    """Who it is, or None when they have hung up before anybody knew."""
    asking, gone = asyncio.ensure_future(who), asyncio.ensure_future(live.ended())
    try:
        await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
        return await asking if asking.done() else None
    finally:
        asking.cancel()
        gone.cancel()


async def led(script: Script, call: Call, caller: Caller) -> None:
    """Through the script, or until their line is needed, which they are told."""
    try:
        await script(call, caller)
    except Preempted:
        needed = caller.says["line_needed"]
        with suppress(LineError, TimeoutError):
            async with asyncio.timeout(needed.seconds + TOLD_WITHIN):  # on hold nobody hears it
                await call.play(needed)
