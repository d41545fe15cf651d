"""Police zones of `make steer`: one or two nodes on a database, all at one simulated neighbourhood.

Scenarios that disturb nobody are played side by side; those in which lines are scarce or something is killed
have a zone in which one is played after the other.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Row

from buurtbel.assembly import Assembly, assemble
from embedded import postgres
from embedded.account import DATABASE, SERVES, account_for
from embedded.asterisk_root import ensure_root
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from embedded.network.ports import Address
from prompts.engines import voice_for
from simulation.phones.handset import Handsets, handsets
from simulation.stage import PASSWORDS, set_stage
from tests.acceptance.steering.waiting import LOOK_EVERY, PATIENCE
from tests.support.databases import new_database
from tests.support.server import Server, Values
from tests.support.settings_of_nodes import SHORT, own_pbx
from tests.support.timed_wire import TimedWire

WIRE = "127.0.0.22"
SERVES_WITHIN = 300.0
"""Seconds, on a machine with much to do: other zones begin meanwhile."""
CALLS = 200
"""More than ever are up at once, in all zones."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a zone is to be."""

    name: str
    nodes: Sequence[str]
    at_once: int = 1
    """How many scenarios are played at the same time."""
    values: Values = field(default_factory=dict)
    """What is set otherwise than in other zones, by section."""


ONE, TWO = ("westerlo",), ("westerlo", "tongerlo")
WIDE = {"channels": "40", "calls_per_second": "10"}
"""Lines and pace of which nobody lacks any."""
NARROW = {"channels": "8", "calls_per_second": "4"}
CALM = Plan("one node", ONE, 5, {"trunk": WIDE})
CALM_TWO = Plan("two nodes", TWO, 4, {"trunk": WIDE})
SCARCE = Plan("two nodes with few lines", TWO, values={"trunk": NARROW, "retry": {"preempted": "2"}})
BROKEN = Plan("one node that breaks", ONE, values={"trunk": NARROW})
BROKEN_TWO = Plan("two nodes that break", TWO, values={"trunk": NARROW, "nodes": {"urgent_at_once": "true"}})
PLANS = (SCARCE, BROKEN, BROKEN_TWO, CALM_TWO, CALM)
USUAL: Values = {
    # Long enough for an officer to change their mind: phones ring so long, and rest so long when engaged.
    "alert": {"ring": "25"},
    "retry": {"busy": "60", "partial": "5", "voicemail": "5"},
    "nodes": {"lease": "3", "sweep": "0.5"},
}


class Zone:
    """One that is open."""

    def __init__(
        self, plan: Plan, nodes: Sequence[Server], assembly: Assembly, phones: Handsets, wire: TimedWire
    ) -> None:
        self.plan = plan
        self.nodes = nodes
        self.assembly = assembly
        self.phones = phones
        self.wire = wire

    @property
    def desk(self) -> Server:
        """The node at which officers type."""
        return self.nodes[0]

    async def types(self, *words: str, **settings: str) -> Any:
        """What a command answers in JSON, on a machine with these settings (`section_name`) besides."""
        more = {f"BUURTBEL_{name}".upper(): value for name, value in settings.items()}
        process = await asyncio.create_subprocess_exec(
            *self.desk.program,
            *words,
            "--json",
            env=self.desk.environment | more,
            cwd=self.desk.folder.parent,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
        assert process.returncode == 0, complained.decode()
        return json.loads(said)

    async def ask(self, question: str, **values: object) -> Sequence[Row[Any]]:
        async with self.assembly.engine.begin() as connection:
            asked = await connection.execute(text(question), values)
            return asked.fetchall() if asked.returns_rows else []

    async def until_true(self, question: str, *, seconds: float = PATIENCE, **values: object) -> None:
        """Until the database says so."""
        deadline = time.monotonic() + seconds
        while not (found := await self.ask(question, **values)) or not found[0][0]:
            assert time.monotonic() < deadline, f"this did not come true: {question} {values}"
            await asyncio.sleep(LOOK_EVERY)

    async def until_serving(self) -> None:
        """All nodes may call."""
        await self.until_true(
            "SELECT count(*) = :n FROM node WHERE leased_until > clock_timestamp() AND drained_at IS NULL",
            n=len(self.nodes),
        )


@dataclass(frozen=True, slots=True)
class Country:
    """What all zones have in common."""

    root: Path
    uri: str
    recordings: Path
    phones: Handsets
    wire: TimedWire
    database_server: str


@asynccontextmanager
async def country(folder: Path) -> AsyncIterator[Country]:
    """The telephone network with a wire to it, and a PostgreSQL, all in this folder."""
    port, door = free_ports(3), Address(LOOPBACK, free_ports(1))
    root = await asyncio.to_thread(ensure_root)
    async with AsyncExitStack() as open_:
        recordings, home, database = (folder / name for name in ("recordings", "neighbourhood", "database"))
        database.mkdir(mode=0o755)
        network = await set_stage(
            voice_for("espeak-ng"),
            root,
            home,
            sip_bind=f"{LOOPBACK}:{port}",
            rtp_ports=str(free_audio_ports(CALLS)),
            recordings=recordings,
            ari=door,
        )
        open_.push_async_callback(network.stop)
        wire = open_.enter_context(TimedWire((WIRE, port), (LOOPBACK, port)))
        password = json.loads((home / PASSWORDS).read_text())["handsets"]
        phones = await open_.enter_async_context(handsets(door, password, dials="", recordings=recordings))
        keeper = await asyncio.to_thread(
            postgres.keeper_of, database, account_for(SERVES), account_for(DATABASE)
        )
        open_.callback(keeper.release)
        open_.callback(keeper.stop_program)
        url = await asyncio.to_thread(postgres.start, database, keeper)
        yield Country(root, f"sip:{WIRE}:{port}", recordings, phones, wire, url)


@asynccontextmanager
async def opened(plan: Plan, country: Country, folder: Path) -> AsyncIterator[Zone]:
    """The zone with its nodes in this folder, all ready to call."""
    folder.mkdir(mode=0o755)
    with new_database(country.database_server, folder.name) as url:
        nodes = [_node(plan, country, folder / name, url) for name in plan.nodes]
        try:
            for node in nodes:  # the first makes the tables
                await asyncio.to_thread(node.start, within=SERVES_WITHIN)
            first = nodes[0].settings
            async with assemble(first, connections=12) as assembly:
                phones = country.phones.dialling(f"sip:{first.trunk.caller_id}@{first.pbx.sip_bind}")
                yield Zone(plan, nodes, assembly, phones, country.wire)
        finally:
            await asyncio.gather(*(asyncio.to_thread(node.stop) for node in nodes))


def _node(plan: Plan, country: Country, folder: Path, url: str) -> Server:
    own: Values = {
        "pbx": own_pbx(country.root),
        "database": {"url": url},
        "trunk": {
            "uri": country.uri,
            "networks": LOOPBACK,  # a phone is put down past the wire
            "simulated": "true",
        },
    }
    values: dict[str, dict[str, str]] = {}
    for layer in (SHORT, USUAL, own, plan.values):
        for section, those in layer.items():
            values.setdefault(section, {}).update(those)
    return Server(folder, values, folder.name)
