"""Brings the events of the PBX to their calls, and compares the calls with the PBX after a lost socket."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import time

from broadcast.engine.call_ids import CallIds, following
from broadcast.reservation import LineUse
from ivr.ari.client import AriClient
from ivr.ari.errors import ChannelGone
from ivr.ari.events import (
    ChannelTalkingStarted,
    ContactStatusChange,
    Event,
    RecordingFailed,
    RecordingFinished,
    RecordingStarted,
    ReportedChannel,
    StasisEnd,
    StasisStart,
)
from ivr.pbx.background import BackgroundRequests
from ivr.pbx.call_events import OF_ONE_CALL, Handler
from ivr.pbx.capacity import Lines
from ivr.pbx.dialplan import INBOUND, is_led_by_the_pbx
from ivr.pbx.exchange import Exchange
from ivr.pbx.listener import forget_all, listened_to
from ivr.pbx.live_call import LiveCall
from ivr.pbx.monitor import CallMonitor
from ivr.pbx.orphans import release_orphan

log = logging.getLogger(__name__)

ENDS_WITHIN = 0.3
"""Seconds within which a call that left our application has ended, if it ends."""


class EventRouter:
    """Hears the events of one PBX (it is the connection's listener)."""

    def __init__(
        self,
        client: AriClient,
        exchange: Exchange,
        lines: Lines,
        *,
        trunk: str,
        listens: bool,
        receive: Callable[[LiveCall, ReportedChannel], None],
        tell_of_trunk: Callable[[bool], None],
    ) -> None:
        """`receive` gets every call from outside.

        `tell_of_trunk` gets whether the trunk answers our OPTIONS.
        """
        self._client = client
        self._exchange = exchange
        self._lines = lines
        self._trunk = trunk
        self._receive_caller = receive
        self._tell_of_trunk = tell_of_trunk
        self._monitor = CallMonitor(client, listens=listens)
        self._background = BackgroundRequests()
        self._trunk_answers: bool | None = None
        """Whether the trunk answers; None until somebody has asked since the events flow."""
        self._handlers: dict[type[Event], Handler] = {
            **OF_ONE_CALL,
            StasisStart: self._on_answer,
            StasisEnd: self._on_way_out,
            ChannelTalkingStarted: self._on_talk,
        }

    # The connection's listener

    async def connected(self, _startup_time: str, channels: Sequence[ReportedChannel]) -> None:
        # The one wait, and first: from here on, what `channels` shows and later events cannot be mixed up.
        state = await self._client.endpoints.state("PJSIP", self._trunk)
        up = {channel.id: channel for channel in channels}
        for live in self._exchange.calls:
            with following(live.ids):
                self._compare(live, up.get(live.id))
        for channel in channels:
            if self._exchange.find(channel.id) is None:
                self._meet(channel)
        if not any(live.listening for live in self._exchange.calls):
            self._background.begin(forget_all(self._client))
        self._exchange.connect()
        self._gate(is_reachable=state != "offline")

    def disconnected(self) -> None:
        self._trunk_answers = None
        self._lines.shut()
        self._exchange.disconnect()

    def feed(self, event: Event) -> None:
        if isinstance(event, ContactStatusChange):
            if event.endpoint.resource == self._trunk and self._exchange.is_connected:
                self._gate(is_reachable=event.is_reachable)
            return
        if isinstance(event, RecordingStarted | RecordingFinished | RecordingFailed) and (
            listened := listened_to(event.recording.name)
        ):
            if (live := self._exchange.find(listened)) is not None:
                self._monitor.note_recording(live, event)
            return
        live = self._exchange.find(event.channel_id)
        handler = self._handlers.get(type(event))
        if live is not None and handler is not None:
            with following(live.ids):
                handler(live, event)
        elif live is None and isinstance(event, StasisStart):
            self._meet_answered(event)

    # Calls that we know

    def _compare(self, live: LiveCall, channel: ReportedChannel | None) -> None:
        if channel is None:
            # The list may be older than the call. By then the events that came meanwhile have been
            # heard, so that an end with a cause has come first.
            if live.is_placed:
                self._exchange.look_for(live, looks=1)
        elif channel.is_ringing:
            live.note_ringing()
        elif channel.is_up and not channel.is_in_stasis:
            live.leave_to_dialplan()
        elif channel.is_up and live.call is None:
            live.note_ringing()
            log.info("Answered, while its events did not come.")
            self._exchange.answer(live, time())

    def _on_answer(self, live: LiveCall, event: Event) -> None:
        if live.call is None:
            live.note_ringing()
            log.info("Answered.")
            self._exchange.answer(live, event.at.timestamp())

    def _on_talk(self, live: LiveCall, event: Event) -> None:
        self._monitor.begin(live, event.at.timestamp())

    def _on_way_out(self, live: LiveCall, _: Event) -> None:
        """Wait a moment for the end of a call that left our application: mostly it has ended."""
        live.has_left = True
        self._background.begin(self._see_where_it_went(live))

    async def _see_where_it_went(self, live: LiveCall) -> None:
        await asyncio.sleep(ENDS_WITHIN)
        if live.is_over:
            return
        with suppress(ChannelGone):
            channel = await self._client.channels.get(live.id)
            if is_led_by_the_pbx(channel):
                live.leave_to_dialplan()

    # Calls that we do not know

    def _meet(self, channel: ReportedChannel) -> None:
        """Take a call of before our time: one that we placed is left or ended, a caller is received anew."""
        if channel.was_placed_on(self._trunk):
            self._release(channel)
        elif channel.is_in_stasis:
            self._receive(channel, time())

    def _meet_answered(self, event: StasisStart) -> None:
        if event.channel.was_placed_on(self._trunk):
            self._release(event.channel)
        self._receive(event.channel, event.at.timestamp())

    def _release(self, channel: ReportedChannel) -> None:
        with following(CallIds(channel.id)):
            self._background.begin(release_orphan(self._client, channel))

    def _receive(self, channel: ReportedChannel, at: float) -> None:
        """Receive a caller, who may have called before a restart of ours and still be on the line."""
        if channel.dialplan.context == INBOUND:
            line = self._lines.seize(LineUse.CALLER)
            live = self._exchange.watch(LiveCall(channel.id, line, passes=1, is_conversation=True))
            live.is_placed = live.rang = True
            with following(live.ids):
                log.info("Somebody calls us.")
                self._exchange.answer(live, at)
                self._receive_caller(live, channel)

    # The trunk

    def _gate(self, *, is_reachable: bool) -> None:
        """Let calls wait, instead of failing, while the trunk does not answer our OPTIONS."""
        before, self._trunk_answers = self._trunk_answers, is_reachable
        self._tell_of_trunk(is_reachable)
        if is_reachable:
            if before is not True:
                log.info("The trunk answers%s; calls can go out.", "" if before is None else " again")
            self._lines.open()
        else:
            if before is not False:
                log.warning("The trunk does not answer; calls wait until it does.")
            self._lines.shut()
