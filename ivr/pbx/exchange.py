"""All live calls: events find their call here; after a lost socket they are compared with the PBX."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from time import time
from typing import Any

from broadcast.reservation import LineUse, Reservation
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError, ChannelGone
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
from ivr.call.call import Call
from ivr.call.errors import Hangup, NoInput, PlayFailed
from ivr.pbx.call_events import OF_ONE_CALL, Handler
from ivr.pbx.capacity import Lines
from ivr.pbx.channel import PbxChannel
from ivr.pbx.dialplan import INBOUND, NOTE_NEEDED, Note, is_led_by_the_pbx, parse
from ivr.pbx.listener import TalkListener, forget_all, listened_to
from ivr.pbx.live_call import LiveCall
from ivr.pbx.orphans import look_for, release_orphan
from ivr.pbx.rtp_poller import count_packets
from ivr.pbx.unended import UnendedCalls

log = logging.getLogger(__name__)

ENDS_WITHIN = 0.3
"""Seconds after it left our application in which a call has ended, if it has."""


class Exchange:
    """Hears the events of one PBX (it is the connection's listener)."""

    def __init__(
        self, client: AriClient, lines: Lines, *, trunk: str, listens: bool, note_needed: float = NOTE_NEEDED
    ) -> None:
        self._client = client
        self._lines = lines
        self._trunk = trunk
        self._listens = listens
        self._note_needed = note_needed
        self._calls: dict[str, LiveCall] = {}
        self._unended = UnendedCalls(client)
        self._chores: set[asyncio.Task[None]] = set()
        self._connected = asyncio.Event()
        self._trunk_answers: bool | None = None
        """None as long as nobody has asked since the events flow."""
        self._told_of_the_trunk: Callable[[bool], None] = lambda _: None
        self._reception: Callable[[LiveCall, ReportedChannel], None] | None = None
        self._handlers: dict[type[Event], Handler] = {
            **OF_ONE_CALL,
            StasisStart: self._on_answer,
            StasisEnd: self._on_way_out,
            ChannelTalkingStarted: self._on_talk,
        }

    def bring_callers_to(self, reception: Callable[[LiveCall, ReportedChannel], None]) -> None:
        """From now on `reception` is handed every call from outside; without one they ring."""
        self._reception = reception

    def bring_trunk_news_to(self, told: Callable[[bool], None]) -> None:
        """From now on `told` hears whether the trunk answers our OPTIONS."""
        self._told_of_the_trunk = told

    def watch(
        self, id_: str, reservation: Reservation, *, passes: int, is_conversation: bool = False
    ) -> LiveCall:
        """Know this call from now on; do so before it is placed, for its events can come before the reply."""
        live = LiveCall(id_, reservation, passes=passes, is_conversation=is_conversation)
        self._calls[id_] = live
        return live

    def forget(self, live: LiveCall) -> None:
        del self._calls[live.id]

    def keep_line(self, live: LiveCall) -> None:
        """Nobody stays with this call, and nobody has told of its end: its line is free when it is gone."""
        if not live.is_over:
            self._unended.keep(live.id, live.reservation)

    def hand_over(self, live: LiveCall, call: Call) -> None:
        """Its attempt is over and it goes on: what it came to is not touched by what is said from now on."""
        live.is_handed_over = live.is_conversation = True
        call.become_conversation()

    def find(self, id_: str) -> LiveCall | None:
        return self._calls.get(id_)

    async def converse(self, script: Callable[[Call], Awaitable[None]], call: Call) -> bool:
        """Run a script to its end or until the other party hangs up: the one place that catches Hangup.

        Whether the call is ours to end; it is not when it is over, or when the PBX leads it now.
        """
        try:
            await script(call)
        except Hangup:
            return False  # theirs, though the news of it may still be on its way
        except NoInput:
            log.info("A conversation that went round and round was ended.")
        except PlayFailed as fault:
            log.error("%s", fault)  # noqa: TRY400 - the sentence says it all
        except asyncio.CancelledError:
            call.take_over_the_end()
            raise
        call.take_over_the_end()
        return True

    # The connection's listener

    async def connected(self, _startup_time: str, channels: Sequence[ReportedChannel]) -> None:
        # The one wait, and first: from here on, what `channels` shows and later events cannot be mixed up.
        state = await self._client.endpoints.state("PJSIP", self._trunk)
        alive = {channel.id: channel for channel in channels}
        for live in list(self._calls.values()):
            channel = alive.get(live.id)
            if channel is None:
                # The list may be older than the call. By then the events that came meanwhile have been
                # heard, so that an end with a cause has come first.
                if live.is_placed:
                    self._do_soon(look_for(self._client, live, looks=1))
            elif channel.is_ringing:
                live.rings()
            elif channel.is_up and not channel.is_in_stasis:
                live.leave_to_dialplan()
            elif channel.is_up and live.call is None:
                self._answer(live, time())
        self._meet([channel for channel in channels if channel.id not in self._calls])
        if not any(live.listening for live in self._calls.values()):
            self._do_soon(forget_all(self._client))
        self._connected.set()
        self._gate(is_reachable=state != "offline")

    def doubt(self, live: LiveCall) -> None:
        """Nobody knows whether it was placed: ask until it is there, or surely lost."""
        self._do_soon(look_for(self._client, live))

    def compare(self, live: LiveCall) -> None:
        """Ask whether the PBX has this call of before; while its events do not flow, they bring that."""
        if self._connected.is_set():
            self.doubt(live)

    def _meet(self, strangers: Sequence[ReportedChannel]) -> None:
        """Channels of before our time: the calls that we placed are left or ended, callers received anew."""
        for channel in strangers:
            if channel.was_placed_on(self._trunk):
                self._do_soon(release_orphan(self._client, channel))
            elif channel.is_in_stasis:
                self._receive(channel, time())

    def disconnected(self) -> None:
        self._connected.clear()
        self._trunk_answers = None
        self._lines.shut()
        for live in self._calls.values():
            live.miss_events()

    def feed(self, event: Event) -> None:
        if isinstance(event, ContactStatusChange):
            if event.endpoint.resource == self._trunk and self._connected.is_set():
                self._gate(is_reachable=event.is_reachable)
            return
        if isinstance(event, RecordingStarted | RecordingFinished | RecordingFailed) and listened_to(
            event.recording.name
        ):
            self._on_recording(event)
            return
        live = self._calls.get(event.channel_id)
        if live is None and isinstance(event, StasisStart) and event.channel.was_placed_on(self._trunk):
            self._do_soon(release_orphan(self._client, event.channel))
        handler = self._handlers.get(type(event))
        if live is not None and handler is not None:
            handler(live, event)
        elif live is None and isinstance(event, StasisStart):
            self._receive(event.channel, event.at.timestamp())

    def _receive(self, channel: ReportedChannel, at: float) -> None:
        """Somebody calls us, or did so before a restart of ours and is still on the line."""
        if channel.dialplan.context == INBOUND and self._reception is not None:
            line = self._lines.seize(LineUse.CALLER)
            live = self.watch(channel.id, line, passes=1, is_conversation=True)
            live.is_placed = True
            self._answer(live, at)
            self._reception(live, channel)

    def _gate(self, *, is_reachable: bool) -> None:
        """While the trunk does not answer our OPTIONS, calls wait for it instead of failing."""
        before, self._trunk_answers = self._trunk_answers, is_reachable
        self._told_of_the_trunk(is_reachable)
        if is_reachable:
            if before is not True:
                log.info("The trunk answers%s; calls can go out.", "" if before is None else " again")
            self._lines.open()
        else:
            if before is not False:
                log.warning("The trunk does not answer; calls wait until it does.")
            self._lines.shut()

    def _on_answer(self, live: LiveCall, event: Event) -> None:
        if live.call is None:
            self._answer(live, event.at.timestamp())

    def _on_way_out(self, live: LiveCall, _: Event) -> None:
        """Out of our application: mostly because it has ended, as the next event says."""
        live.has_left = True
        self._do_soon(self._see_where_it_went(live))

    async def _see_where_it_went(self, live: LiveCall) -> None:
        await asyncio.sleep(ENDS_WITHIN)
        if live.is_over:
            return
        with suppress(ChannelGone):
            channel = await self._client.channels.get(live.id)
            if is_led_by_the_pbx(channel):
                live.leave_to_dialplan()

    def _on_talk(self, live: LiveCall, event: Event) -> None:
        call = live.call
        if call is None:
            return
        if not live.is_conversation:
            call.talk_started(event.at.timestamp())
            if not live.is_counted:
                live.is_counted = True
                self._do_soon(count_packets(self._client, live, call))
        if self._listens and not (live.is_conversation and call.tells_keys):
            live.listening = live.listening or TalkListener(self._client, call, for_keys=live.is_conversation)
            if live.listening.is_wanted(again_and_again=live.is_conversation):
                self._do_soon(live.listening.listen())

    def _on_recording(self, event: RecordingStarted | RecordingFinished | RecordingFailed) -> None:
        live = self._calls.get(listened_to(event.recording.name))
        if live is None or live.listening is None:
            return
        if isinstance(event, RecordingStarted):
            live.listening.began(event.recording.name, event.at.timestamp())
        else:
            live.listening.ended(event.recording.name, event.at.timestamp())

    def _answer(self, live: LiveCall, at: float) -> None:
        live.answer(Call(live.id, self._pbx_channel(live.id), live.far_end, answered_at=at), at)

    def _do_soon(self, action: Coroutine[Any, Any, None]) -> None:
        async def chore() -> None:
            try:
                await action
            except AriError as fault:
                log.warning("%s", fault)

        task = asyncio.create_task(chore())
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    async def wait_until_connected(self) -> None:
        """Return when the PBX's events flow, which may be at once."""
        await self._connected.wait()

    async def note_of(self, channel: str) -> Note | None:
        """What the PBX noted of a call that is over, if it spoke the message by itself."""
        over = self._pbx_channel(channel)
        note = parse(await over.noted())
        if note is not None:
            self._do_soon(over.forget_note(after=self._note_needed))
        return note

    def _pbx_channel(self, id_: str) -> PbxChannel:
        return PbxChannel(self._client, id_, self.wait_until_connected)
