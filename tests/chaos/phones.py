"""The phones at a fake PBX, and what they lived through: the judge of a run, apart from the product."""

import json
import time
from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.chaos.judge import Told
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_http import AriHttpSide
from tests.fakes.ari_server import FakeAri
from tests.fakes.sound_files import Heard

SPEED = 1.0
"""The line knows how long its sounds are: phones that lived faster would seem to be cut off."""
A_PART, A_WORD = 2.0, 0.3
"""Seconds."""
ORIGINATE = "/ari/channels/<id>"


@dataclass
class Village:
    """The telephones behind all PBXs of a zone: people know no PBXs."""

    dialled: Counter[str] = field(default_factory=Counter)
    """Calls to each number."""
    pbxs: list["Phones"] = field(default_factory=list)

    def is_called(self, number: str) -> bool:
        """It rings, or somebody is on the line there."""
        return any(call.number == number for pbx in self.pbxs for call in pbx.calls.values())


class Phones(FakeAri):
    """A PBX that keeps every call that was answered, and on which more can go wrong."""

    def __init__(self, village: "Village") -> None:
        super().__init__(speed=SPEED)
        self._dialled = village.dialled
        self._village = village
        village.pbxs.append(self)
        self.two_at_once: list[str] = []
        """Numbers that were called while a call to them rang or was up."""
        self.answered: list[FakeCall] = []
        self.cut_short: set[str] = set()
        """Calls that this PBX took along when it died, or that were up while it was frozen."""
        self.placed: Counter[str] = Counter()
        """Calls by number."""
        self.placed_at: dict[str, float] = {}
        """When each was asked for, by `time.monotonic`."""
        self.loses_answers = False
        """A call that is asked for is placed, and the connection breaks before anybody is told."""
        self._said: deque[Mapping[str, Any]] = deque(maxlen=60)
        self._http_side = _LossySide(self)
        self._runner = web.AppRunner(self._http_side.app(), shutdown_timeout=0.1)

    def picked_up(self, call: FakeCall) -> None:
        self.answered.append(call)
        if self.is_frozen:
            self.cut_short.add(call.id)
        super().picked_up(call)

    def places(self, channel_id: str, number: str, body: Mapping[str, Any]) -> FakeCall:
        self.placed[number] += 1
        self.placed_at[channel_id] = time.monotonic()
        if self._village.is_called(number):
            self.two_at_once.append(number)
        return super().places(channel_id, number, body)

    async def crash(self) -> None:
        self.cut_short |= set(self.calls)
        await super().crash()

    def freeze(self) -> None:
        self.cut_short |= set(self.calls)
        super().freeze()

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

    def heard_whole(self, passes: Collection[str]) -> Counter[tuple[str, str]]:
        """By number and sound, the calls in which a whole one of these was heard."""
        return Counter(
            (call.number, sound)
            for call in self.answered
            for sound in {_name(one) for one in call.heard if one.whole} & set(passes)
        )

    def told(self, passes: Collection[str]) -> list[Told]:
        """The calls that were picked up, with those of these sounds of which something was heard."""
        return [
            Told(
                call.number,
                self.placed_at[call.id],
                frozenset({_name(one) for one in call.heard if one.seconds > A_WORD} & set(passes)),
            )
            for call in self.answered
        ]

    def silent(self) -> list[FakeCall]:
        """Calls that were answered and that nobody spoke on, though this PBX lived and ran."""
        return [call for call in self.answered if not call.heard and call.id not in self.cut_short]


def _name(heard: Heard) -> str:
    """Of the file that was played."""
    return heard.sound.rpartition("/")[2]


class _LossySide(AriHttpSide):
    ari: Phones

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await super().guard(request, handler)
        # What is asked on the event socket has no connection of its own to lose.
        is_originate = request.method == "POST" and request.path.count("/") == ORIGINATE.count("/")
        if self.ari.loses_answers and is_originate and request.transport is not None:
            request.transport.abort()
        return answer
