"""Sees that every answered call is led: by a line that beats, or else by the PBX itself."""

import logging

from broadcast.engine.call_ids import CallIds, following
from buurtbel.serve.heartbeat import Heartbeat
from embedded.keeping.program import Program
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError, ChannelGone
from ivr.outbound.placement import ENDPOINT
from ivr.pbx.dialplan import way_out

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25
"""Seconds between two looks."""
PATIENCE = 8
"""Looks without a beat after which nobody leads the calls. Looks and not seconds: who was suspended together
with the line has not seen it mute."""


class Guard:
    """Looks at the line of this node again and again.

    A line that is dead or frozen leaves calls in our application with nobody to speak: they are given back to
    the dialplan, which speaks the message, or tells a caller whom to call. A frozen one is killed as well:
    while its socket is open, Asterisk goes on handing it whoever answers.
    """

    def __init__(self, client: AriClient, heart: Heartbeat) -> None:
        self._client = client
        self._heart = heart
        self._beats = heart.count
        self._mute_looks = 0
        self._given_back: set[str] = set()
        self._killed: int | None = None

    async def look(self, line: Program | None) -> None:
        """Once each `LOOK_EVERY`; raises nothing that a PBX or a process can do."""
        beats = self._heart.count
        if beats != self._beats:
            self._beats, self._mute_looks = beats, 0
            self._given_back.clear()
            return
        self._mute_looks += 1
        if self._mute_looks < PATIENCE:
            return
        # One that never beat has time to start; one that did may have done it before our time.
        if line is not None and line.is_running and line.pid == self._heart.pid != self._killed:
            self._killed = line.pid
            log.error("The line is mute; it is killed, so that another one takes its place.")
            line.kill()
        await self._give_back()

    async def _give_back(self) -> None:
        try:
            channels = await self._client.channels.list()
        except AriError:
            return  # a PBX that is away has no calls
        for channel in channels:
            to = way_out(channel, ENDPOINT)
            if to is None or not channel.is_in_stasis or channel.id in self._given_back:
                continue
            self._given_back.add(channel.id)
            with following(CallIds(channel.id)):
                await self._give_one_back(channel.id, to)

    async def _give_one_back(self, channel: str, to: tuple[str, str]) -> None:
        try:
            await self._client.channels.continue_in_dialplan(channel, *to)
        except ChannelGone:
            pass
        except AriError as fault:
            self._given_back.discard(channel)
            log.warning("A call that nobody leads could not be given back to the PBX: %s", fault)
        else:
            log.info("The line is mute: a call that it led is given back to the PBX.")
