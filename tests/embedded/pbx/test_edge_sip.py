"""What SIP from an enemy, from strangers and from a trunk that comes and goes leaves in Asterisk's log."""

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from buurtbel.pbx import Secrets, start_pbx
from embedded.asterisk import Asterisk
from embedded.keeping.asterisk_output import AT_MOST
from embedded.network.free_ports import LOOPBACK, free_ports
from embedded.network.ports import Address
from ivr.pbx.trunk import Trunk
from tests.embedded.pbx.line import Line
from tests.embedded.pbx.told import told_by
from tests.hostile.logs import number_finder
from tests.hostile.packets import FORGED, Packets
from tests.pbx_fixtures import RunningNeighbourhood, RunningPbx, eventually, pbx_settings, start_pbx_for_test
from tests.support.wires import SipTap

pytestmark = pytest.mark.pbx

STRANGER = "127.0.0.2"
SEED, PACKETS = 13, 1000
LARGEST_LOG = 12 * AT_MOST * 200
"""A dozen kinds of event, each told so often, in lines of two hundred characters."""
NUMBERS = [f"3247{n}123456" for n in range(10)]
EVENT = re.compile(r"\[20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\] [A-Z]+\[\d+\]|\| |\d+ more like this")


class Sender:
    """Speaks SIP over UDP from one address, and counts the answers by their status."""

    def __init__(self, host: str, port: int, to: Address) -> None:
        self._to = (to.host, to.port)
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind((host, port))
        self.at = (host, int(self._wire.getsockname()[1]))
        self.answers: Counter[int] = Counter()

    def send(self, packet: bytes) -> None:
        self._wire.sendto(packet, self._to)
        self.listen(0.001)

    def listen(self, seconds: float) -> None:
        """Until nothing has come for so long."""
        self._wire.settimeout(seconds)
        try:
            while True:
                words = self._wire.recv(65535).split(b" ", 2)
                if words[0] == b"SIP/2.0":
                    self.answers[int(words[1])] += 1
        except TimeoutError:
            return

    def ask(self) -> int | None:
        """The status of the answer to one OPTIONS; None without any."""
        before = self.answers.copy()
        self.send(options(self.at, len(before)))
        self.listen(1.0)
        [*new] = self.answers - before
        return new[0] if new else None

    def close(self) -> None:
        self._wire.close()


def options(at: tuple[str, int], number: int) -> bytes:
    here = f"{at[0]}:{at[1]}"
    return (
        f"OPTIONS sip:{LOOPBACK} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{at[0]}{number};rport\r\n"
        f"From: <sip:{here}>;tag=1\r\nTo: <sip:{LOOPBACK}>\r\nCall-ID: options-{here}-{number}\r\n"
        "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()


@pytest.fixture(scope="module")
def trunk_port() -> int:
    return free_ports(1)


@pytest.fixture(scope="module")
def attacked(asterisk_root: Path, pbx_folder: Path, trunk_port: int) -> Iterator[RunningPbx]:
    settings = pbx_settings(pbx_folder, Trunk(uri=f"sip:{LOOPBACK}:{trunk_port}", qualify=0))
    running = start_pbx_for_test(asterisk_root, pbx_folder / "attacked", settings)
    yield running
    asyncio.run(running.asterisk.stop())


@pytest.fixture(scope="module")
def enemies(attacked: RunningPbx, trunk_port: int) -> Iterator[tuple[Sender, Sender]]:
    """Who speaks from the trunk's own address, and who from elsewhere; both have sent all that they have."""
    sip = Address.parse(attacked.settings.pbx.sip_bind)
    near, far = Sender(LOOPBACK, trunk_port, sip), Sender(STRANGER, 0, sip)
    for seed, sender in enumerate((near, far), SEED):
        for packet in islice(Packets(Random(seed), str(sip), NUMBERS, "/nowhere"), PACKETS):
            sender.send(packet)
        sender.listen(1.0)
    yield near, far
    for sender in (near, far):
        sender.close()


def with_numbers(text: str) -> list[str]:
    return list(filter(number_finder(NUMBERS), text.splitlines()))


async def test_hostile_packets_leave_no_number_and_no_escape_and_one_line_for_each_event(
    attacked: RunningPbx, enemies: tuple[Sender, Sender]
) -> None:
    lines = told_by(attacked.asterisk)
    text = "\n".join(lines)
    assert with_numbers(text) == []
    assert all(line.isprintable() for line in lines)
    assert [line for line in lines if not EVENT.match(line)] == []
    assert [line for line in lines if line.startswith(FORGED)] == []
    assert len(text) < LARGEST_LOG


async def test_the_trunk_is_served_after_all_that_and_strangers_are_refused(
    attacked: RunningPbx, enemies: tuple[Sender, Sender]
) -> None:
    near, far = enemies
    assert far.ask() == 403
    assert near.ask() in {200, 404}
    assert set(far.answers) == {403}
    assert far.answers[403] > PACKETS / 4
    assert attacked.asterisk.is_running


async def test_strangers_get_a_few_lines_and_not_one_each(
    attacked: RunningPbx, enemies: tuple[Sender, Sender]
) -> None:
    about_them = [line for line in told_by(attacked.asterisk) if STRANGER in line]
    assert 0 < len(about_them) <= AT_MOST


async def test_the_calls_that_an_enemy_placed_are_on_record_without_a_number(
    attacked: RunningPbx, enemies: tuple[Sender, Sender]
) -> None:
    records = attacked.asterisk.run_dir / "log" / "cdr-custom" / "calls.csv"
    # One whose answer is never acknowledged ends after 32 s (RFC 3261, timer H).
    await eventually(lambda: records.exists() and records.read_text().endswith("\n"), seconds=60)
    assert with_numbers(records.read_text()) == []


async def test_a_record_of_calls_that_is_put_away_is_begun_again(pbx: RunningPbx) -> None:
    records = pbx.asterisk.run_dir / "log" / "cdr-custom" / "calls.csv"
    async with Line(pbx) as line:
        for _ in range(2):
            call = await line.dial("+99916000801")
            await call.until("ChannelDestroyed")
            await eventually(lambda: records.exists() and call.id in records.read_text())  # noqa: B023
            records.rename(records.with_suffix(".put-away"))


async def test_the_log_says_that_the_trunk_went_and_that_it_came_back(
    asterisk_root: Path, pbx_folder: Path, neighbourhood: RunningNeighbourhood
) -> None:
    settings = pbx_settings(pbx_folder, Trunk(uri=f"sip:{STRANGER}:{neighbourhood.sip_port}", qualify=1))

    def said(asterisk: Asterisk) -> list[str]:
        return [
            line.rpartition("Endpoint ")[2] for line in told_by(asterisk) if "Endpoint trunk is now" in line
        ]

    with SipTap((STRANGER, neighbourhood.sip_port), (LOOPBACK, neighbourhood.sip_port)) as tap:
        asterisk = await start_pbx(asterisk_root, pbx_folder / "comes", settings, Secrets("q" * 40))
        try:
            await eventually(lambda: said(asterisk) == ["trunk is now Reachable"])
            tap.cut()
            await eventually(lambda: said(asterisk)[1:] == ["trunk is now Unreachable"])
            tap.mend()
            await eventually(lambda: said(asterisk)[2:] == ["trunk is now Reachable"])
        finally:
            await asterisk.stop()
