"""Nodes of one police zone, each with its phones, on one database; kept running as a machine's init would."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Protocol

import psutil
import psycopg

from embedded import postgres
from embedded.cluster import DATABASE_NAME, ROLE, ClusterFolders
from embedded.errors import StartError
from prompts.audio import Audio
from tests.chaos import audit
from tests.chaos.audience import Followed, judge_audience
from tests.chaos.gate import Gate
from tests.chaos.judge import Experience, judge
from tests.chaos.node import Node
from tests.chaos.people import Crowd, Town
from tests.chaos.tally import Tally
from tests.support.server import Values

TEXTS = "Inbraak. Blijf binnen.", "Brand. Sluit de ramen."
LOOK_EVERY = 0.5
SHARED = "database"
"""Folder of the PostgreSQL that several nodes reach."""
SHORT: Values = {
    "retry": {
        **dict.fromkeys(("busy", "no_answer", "rejected", "dead_number", "voicemail", "partial"), "0.5"),
        "congestion": "0.2",
        "congestion_longest": "0.5",
        "tries_per_number": "3",
        "tries_per_person": "4",
        "lost_per_person": "100",
    },
    "nodes": {"lease": "3", "sweep": "1.5"},
    "broadcast": {"enlist_at_once": "20", "enlist_part": "5"},
    "speech": {"zone": "Politie"},
}
"""An evening's waits in seconds. Whatever is lost by our own fault is tried again: nobody may be given up."""


class DatabaseAway(Exception):  # noqa: N818 - it is no error here
    """It was killed a moment ago."""


class FarSide(Protocol):
    """The telephone network at the end of a zone's trunks."""

    def values(self, at: int) -> Values:
        """What the node at this place needs to be told to reach it."""

    def live(self, at: int) -> int:
        """Calls of that node that ring or are up now."""

    def experience(self, numbers: set[str], passes: Mapping[str, Audio]) -> Experience:
        """What these phones lived through; `passes` is what was sent, by the name of the sound."""


class Zone:
    """Use as `async with`. With `shares` its nodes reach one database by TCP; else one node has its own.

    With `rings_at_once` urgent calls of a dead node are placed again while they may be up, as a zone may
    choose: then two calls at once are no fault.
    """

    def __init__(
        self,
        far_side: FarSide,
        random: Random,
        names: Sequence[str],
        *,
        shares: bool,
        mutant: str = "",
        rings_at_once: bool = False,
    ) -> None:
        self.far_side = far_side
        self.random = random
        self.tally = Tally()
        self.town = Town(random)
        self.gates: dict[str, Gate] = {}
        self.nodes: dict[str, Node] = {}
        self.folder = Path(tempfile.mkdtemp(prefix="bbc-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.broadcasts: dict[int, Crowd] = {}
        """With what each owes to whom."""
        self.newest: list[int] = []
        """Alerts that were sent last."""
        self.unfollowed: list[int] = []
        """Those of them that nothing follows."""
        self.followed: list[Followed] = []
        self.away: set[str] = set()
        """Nodes that nobody starts again."""
        self._names = names
        self._shares = shares
        self._mutant = mutant
        self._rings_at_once = rings_at_once
        self._open = AsyncExitStack()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def database_folder(self) -> Path:
        """Where the PostgreSQL of all this runs."""
        return self.folder / (SHARED if self._shares else self._names[0])

    @property
    def url(self) -> str:
        url = postgres.url_of_running(self.database_folder)
        if url is None:
            raise DatabaseAway
        return url

    async def __aenter__(self) -> "Zone":
        if self._shares:
            self.database_folder.mkdir(mode=0o755)
            await asyncio.to_thread(postgres.start, self.database_folder)
        for at, name in enumerate(self._names):
            values = {**SHORT, **self.far_side.values(at)}
            values["nodes"] = {**values["nodes"], "urgent_at_once": str(self._rings_at_once).lower()}
            if self._shares:
                gate = await self._open.enter_async_context(
                    Gate(str(ClusterFolders(self.database_folder).socket))
                )
                self.gates[name] = gate
                values["database"] = {"url": f"postgresql://{ROLE}@127.0.0.1:{gate.port}/{DATABASE_NAME}"}
            self.nodes[name] = Node(self.folder / name, values, name, self._mutant)
        await asyncio.gather(*(asyncio.to_thread(node.start) for node in self.nodes.values()))
        await asyncio.to_thread(audit.watch, self.url)
        self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        for node in self.nodes.values():
            for process in reversed(node.processes(serve=True)):
                process.resume()
            await asyncio.to_thread(node.end)
        if self._shares:
            await asyncio.to_thread(postgres.stop, self.database_folder)
        await self._open.aclose()
        if self.tally.holds or self._mutant:
            shutil.rmtree(self.folder)
        else:
            self.tally.problems.append(f"what was logged is in {self.folder}")

    async def send(self, size: int) -> None:
        """Two alerts at once to a crowd of its own."""
        crowd = self.town.crowd(size)
        node = self.nodes[self._names[0]]

        def work() -> list[int]:
            node.enrol(crowd.network, crowd.people)
            return [node.send(crowd.network, text) for text in TEXTS]

        self.newest = await asyncio.to_thread(work)
        self.unfollowed = list(self.newest)
        self.broadcasts |= dict.fromkeys(self.newest, crowd)

    async def is_closed(self) -> bool:
        """Everybody has a final result."""
        try:
            return not await asyncio.to_thread(audit.running, self.url, self.broadcasts)
        except (psycopg.OperationalError, DatabaseAway):
            return False

    async def until_closed(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                while not await self.is_closed():
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            return False
        return True

    async def judge(self) -> Tally:
        """What came of everybody; ask when nothing goes on any more."""
        numbers = {number for crowd in self.broadcasts.values() for [number] in crowd.people.values()}
        standings = await asyncio.to_thread(audit.standings, self.url, self.broadcasts)
        passes = await asyncio.to_thread(audit.passes, self.url, self.broadcasts)
        experience = await asyncio.to_thread(self.far_side.experience, numbers, passes)
        if self._rings_at_once:
            experience.two_at_once = []
        attempts = await asyncio.to_thread(audit.attempts, self.url)
        judge(self.tally, self.broadcasts, experience, standings, attempts)
        sounds = await asyncio.to_thread(audit.sounds, self.url, self.broadcasts)
        judge_audience(self.tally, self.followed, experience, standings, sounds)
        for was, became in await asyncio.to_thread(audit.rewritten, self.url):
            self.tally.rewritten += 1
            self.tally.problems.append(f"rewritten: {was} became {became}")
        return self.tally

    # What faults need

    def dies(self, *names: str) -> None:
        """Something of these nodes is about to be killed."""
        self.tally.live_at_kill += sum(self.far_side.live(self._names.index(name)) for name in names)

    def any_node(self) -> Node:
        return self.nodes[self.random.choice(self._names)]

    @contextmanager
    def without(self, node: Node) -> Iterator[None]:
        """Meanwhile nobody starts it again."""
        self.away.add(node.node)
        try:
            yield
        finally:
            self.away.discard(node.node)

    def database_process(self) -> psutil.Process | None:
        try:
            noted = (self.database_folder / "postgres" / "postmaster.pid").read_text().splitlines()
            return psutil.Process(int(noted[0]))
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None

    async def _keep(self) -> None:
        """As an init does: what has ended is started again; the shared database's machine keeps it up too."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self._shares and postgres.url_of_running(self.database_folder) is None:
                # What a killed server leaves behind may take a moment to go.
                with suppress(StartError):
                    await asyncio.to_thread(postgres.start, self.database_folder)
            for name, node in self.nodes.items():
                if not node.is_up and name not in self.away:
                    await asyncio.to_thread(node.launch)
