"""What a fake Asterisk knows and can be told to do, by its HTTP side and by tests."""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.fakes.ari_call import FakeCall, now
from tests.fakes.ari_trunk import endpoint_of
from tests.fakes.freezable import Freezable
from tests.fakes.neighbours import Behaviour
from tests.fakes.sound_files import Heard


class AriState(Freezable, ABC):
    """Its calls, its trunk, what it was asked, and what tests make of it."""

    user = "buurtbel"
    password = "geheim"
    no_hang_ups = False
    """It ends no call when it is asked to."""
    refuses: Behaviour | None = None
    """What becomes of every call, while the trunk puts none through."""

    def __init__(self, speed: float, trunk: str, fallback: str, fallback_passes: int) -> None:
        super().__init__()
        self.speed, self.trunk = speed, trunk
        self.fallback, self.fallback_passes = fallback, fallback_passes
        self.posts: Counter[str] = Counter()
        """Originates by channel id, refused ones included."""
        self.heard: defaultdict[str, list[list[Heard]]] = defaultdict(list)
        """By number, for each answered call, what the phone heard."""
        self.calls: dict[str, FakeCall] = {}
        """Channels alive now."""
        self.phones: dict[str, Behaviour] = {}
        """Behaviour of numbers that do not follow the table."""
        self.notes: dict[str, str] = {}
        """Global variables of the dialplan, by name."""
        self.trunk_is_down = False
        """Every originate is answered with Asterisk's 500 "Allocation failed"."""
        self.answer_after = 0.0
        """Wall seconds by which every HTTP answer is late."""
        self.twice = True
        """Events of channels in Stasis come twice, as with both subscriptions on a real one."""
        self.mute = False
        """Events are lost, though the socket stays."""
        self.requests: list[tuple[str, str]] = []
        """Method and path of every request, in order, the websocket's included."""
        self.on_socket: list[tuple[str, str]] = []
        """Those of them that came on an event socket."""
        self.frames: Counter[str] = Counter()
        """Events that were sent, by type."""
        self.recordings: set[str] = set()
        self.recorded = b""
        """Names of what was recorded, and what is in each of them."""
        self.no_snooping = False
        """It cannot make a channel that hears another."""
        self.disallowed: set[str] = set()
        self.subscriptions: set[str] = set()
        self.startup_time = now()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def endpoint(self) -> dict[str, Any]:
        """The trunk, as Asterisk shows it."""
        return endpoint_of(self.trunk, self.calls, is_down=self.trunk_is_down)

    @abstractmethod
    def send(self, event: Mapping[str, Any]) -> None:
        """Send an event to every listener once."""

    @abstractmethod
    async def listens(self, app: str, socket: web.WebSocketResponse, request: web.Request) -> None:
        """An application's event socket is open until this returns."""

    @abstractmethod
    def places(self, channel_id: str, number: str, body: Mapping[str, Any]) -> FakeCall: ...

    @abstractmethod
    def snoops_on(self, call: FakeCall, snoop_id: str) -> FakeCall:
        """A channel that hears what this call's phone says, until that is gone."""

    @abstractmethod
    def takes_back(self, call: FakeCall, extension: str) -> None:
        """The dialplan goes on there with a call that was in Stasis."""
