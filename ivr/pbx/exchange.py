"""The calls that this process leads, each from before it is placed until its block ends."""

import asyncio
import logging
from collections.abc import Sequence

from broadcast.engine.call_ids import following
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.call.call import Call
from ivr.pbx.background import BackgroundRequests
from ivr.pbx.channel import PbxChannel
from ivr.pbx.dialplan import NOTE_NEEDED, Note, parse
from ivr.pbx.live_call import LiveCall
from ivr.pbx.orphans import LOOKS, look_for
from ivr.pbx.unended import UnendedCalls

log = logging.getLogger(__name__)


class Exchange:
    """The calls on one PBX, whose events reach them through the EventRouter."""

    def __init__(self, client: AriClient, *, note_needed: float = NOTE_NEEDED) -> None:
        """`note_needed`: seconds for which the PBX keeps a note that was read."""
        self._client = client
        self._note_needed = note_needed
        self._calls: dict[str, LiveCall] = {}
        self._unended = UnendedCalls(client)
        self._background = BackgroundRequests()
        self._connected = asyncio.Event()
        self._said_instead: dict[str, str] = {}
        """What the PBX knows of texts that were replaced, by their names in the dialplan."""

    @property
    def calls(self) -> Sequence[LiveCall]:
        return list(self._calls.values())

    def watch(self, live: LiveCall) -> LiveCall:
        """Know this call from now on; do so before it is placed, for its events can come before the reply.

        A line that was kept for it is released, as it brings its own.
        """
        self._unended.release(live.id)
        self._calls[live.id] = live
        return live

    def find(self, id_: str) -> LiveCall | None:
        return self._calls.get(id_)

    def forget(self, live: LiveCall) -> None:
        del self._calls[live.id]

    def keep_line(self, live: LiveCall) -> None:
        """Keep the line of this call, whose end nobody has reported, until its channel is gone."""
        if not live.is_over:
            self._unended.keep(live.id, live.reservation)

    def answer(self, live: LiveCall, at: float) -> None:
        """Note that this call was answered at this moment of the PBX's clock, and is ours to lead."""
        live.answer(Call(live.id, self._channel(live.id), live.far_end, answered_at=at), at)

    def look_for(self, live: LiveCall, *, looks: int = LOOKS) -> None:
        """Ask for a call that may not have been placed, until it is there, or lost after so many looks."""
        with following(live.ids):
            self._background.begin(look_for(self._client, live, looks=looks))

    def reconcile(self, live: LiveCall) -> None:
        """Ask whether the PBX has this earlier call.

        While events do not flow, their return brings the answer.
        """
        if self._connected.is_set():
            self.look_for(live)

    async def say_instead(self, text: str, new: str) -> None:
        """Have the PBX speak this text in place of that one on calls that nobody leads, asked once."""
        if self._said_instead.get(text) == new:
            return
        try:
            await self._client.asterisk.set_variable(text, new)
        except AriError as fault:
            log.warning("The PBX would still speak a text that was replaced: %s", fault)
        else:
            self._said_instead[text] = new

    async def note_of(self, channel: str) -> Note | None:
        """The PBX's note on a call that is over, if the PBX spoke the message by itself."""
        over = self._channel(channel)
        note = parse(await over.noted())
        if note is not None:
            self._background.begin(over.forget_note(after=self._note_needed))
        return note

    @property
    def is_connected(self) -> bool:
        """Whether the PBX's events flow."""
        return self._connected.is_set()

    async def wait_until_connected(self) -> None:
        """Wait until the PBX's events flow."""
        await self._connected.wait()

    def connect(self) -> None:
        """Note that events flow and that all calls have been compared with the PBX."""
        self._connected.set()

    def disconnect(self) -> None:
        """Note that no events come from now on."""
        self._connected.clear()
        self._said_instead.clear()  # it may be another PBX that comes back
        for live in self._calls.values():
            live.miss_events()

    def _channel(self, id_: str) -> PbxChannel:
        return PbxChannel(self._client, id_, self.wait_until_connected)
