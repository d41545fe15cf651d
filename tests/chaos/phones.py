"""The phones at a fake PBX, and what they lived through: the judge of a run, apart from the product."""

import json
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_http import AriHttpSide
from tests.fakes.ari_server import FakeAri

SPEED = 1.0
"""The line knows how long its sounds are: phones that lived faster would seem to be cut off."""
A_MESSAGE = 4.0
"""Seconds; what the line says besides the alert is shorter."""
A_PART = 2.0
ORIGINATE = "/ari/channels/<id>"


class Phones(FakeAri):
    """A PBX that keeps every call that was answered, and on which more can go wrong."""

    def __init__(self, dialled: Counter[str]) -> None:
        """`dialled` counts the calls to each number, whichever PBX they came over: people know no PBXs."""
        super().__init__(speed=SPEED)
        self._dialled = dialled
        self.answered: list[FakeCall] = []
        self.cut_short: set[str] = set()
        """Calls that this PBX took along when it died."""
        self.placed: Counter[str] = Counter()
        """Calls by number."""
        self.loses_answers = False
        """A call that is asked for is placed, and the connection breaks before anybody is told."""
        self._said: deque[Mapping[str, Any]] = deque(maxlen=60)
        self._http_side = _LossySide(self)
        self._runner = web.AppRunner(self._http_side.app(), shutdown_timeout=0.1)

    def picked_up(self, call: FakeCall) -> None:
        self.answered.append(call)
        super().picked_up(call)

    def places(self, channel_id: str, number: str, body: Mapping[str, Any]) -> FakeCall:
        self.placed[number] += 1
        return super().places(channel_id, number, body)

    async def crash(self) -> None:
        self.cut_short |= set(self.calls)
        await super().crash()

    def send(self, event: Mapping[str, Any]) -> None:
        self._said.append(event)
        super().send(event)

    def say_again(self) -> None:
        """Everything that was told of late, once more and late."""
        for event in list(self._said):
            super().send(json.loads(json.dumps(event)))

    def heard_part(self) -> set[str]:
        """Numbers at which so much was heard that somebody may have confirmed it."""
        return {call.number for call in self.answered if any(sound.seconds > A_PART for sound in call.heard)}

    def heard_whole(self) -> Counter[str]:
        """By number, the calls in which the whole alert was heard."""
        return Counter(
            call.number
            for call in self.answered
            if any(sound.whole and sound.seconds > A_MESSAGE for sound in call.heard)
        )

    def silent(self) -> list[FakeCall]:
        """Calls that were answered and that nobody spoke on, though this PBX lived."""
        return [call for call in self.answered if not call.heard and call.id not in self.cut_short]


class _LossySide(AriHttpSide):
    ari: Phones

    @web.middleware
    async def guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        answer = await super().guard(request, handler)
        # What is asked on the event socket has no connection of its own to lose.
        is_originate = request.method == "POST" and request.path.count("/") == ORIGINATE.count("/")
        if self.ari.loses_answers and is_originate and request.transport is not None:
            request.transport.abort()
        return answer
