"""Where all of it happens: a server with a simulated trunk, started in a stranger's folder."""

import asyncio
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from random import Random
from urllib.request import Request, urlopen

import psutil

from embedded.account import DATABASE as DB
from embedded.account import PBX
from embedded.account import SERVES as OURS
from embedded.asterisk_root import ensure_root
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from embedded.network.ports import Address, PortRange
from prompts.engines import voice_for
from simulation.stage import set_stage
from tests.hostile.canary import Canaries
from tests.hostile.intruder import NOBODY, Intruder
from tests.hostile.packets import Packets
from tests.hostile.trap import Trap
from tests.support.processes import ASTERISK, LINE, POSTGRES, SERVE, end_those_in, of_kind, ours, wait_for
from tests.support.server import Server, Typed, Values
from tests.support.settings_of_nodes import SHORT, own_pbx

STRANGERS = tuple(f"324{70 + n % 30}{(n * 7_919 + 104_729) % 1_000_000:06}" for n in range(40))
"""Numbers of nobody, for packets."""
SECRET = "not-for-other-accounts-4f1c"
"""Given to `serve` in its environment, as other secrets of a machine are."""
TRUNK_SECRET = "of-the-trunk-9d27"
CALLS = 200
"""That have a port for sound; a flood leaves many of them open."""
BACK_WITHIN = 90.0
ANSWERS_WITHIN = 60.0
"""Seconds that a command may take; one that hangs is ended."""
KILLED = (124, 137, -9)
"""How a command ends that did not end by itself."""
TRIES_FOR = 12.0
"""Seconds that programs get to start while something is planted before them."""
COMMAND = Path(sys.executable).with_name("buurtbel")


class RootsServer(Server):
    """Started by root in a stranger's folder, by the command that people type."""

    def __init__(self, folder: Path, values: Values, trap: Trap) -> None:
        super().__init__(folder, values, "hostile")
        self.trap = trap

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"SOME_SECRET": SECRET}

    def launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(COMMAND), "serve"], stdout=log, stderr=log, env=self.environment, cwd=self.trap.folder
            )

    def started(self, *words: str) -> Typed:
        """A command that does not end by itself ends with 124."""
        within = ["timeout", "--signal=KILL", str(ANSWERS_WITHIN)]
        return Typed([*within, str(COMMAND), *words], self.environment, self.trap.folder)


class Site:
    """One server, who attacks it, and what is kept to see whether they got anywhere."""

    def __init__(self, place: Path, server: Server, recordings: Path, seed: int = 1) -> None:
        self.place = place
        self.server = server
        self.recordings = recordings
        self.began = time.time()
        self.mark = place / "run-by-a-packet"
        """A file that packets ask to be made."""
        self.members: set[str] = set()
        self.seed = seed

    @property
    def numbers(self) -> Sequence[str]:
        """All that were dialled, called from, or written into a packet, without +."""
        return [*sorted(self.members), *STRANGERS]

    def packets(self, name: str) -> Packets:
        """As this attack draws them."""
        return Packets(Random(f"{self.seed} {name}"), str(self.sip), self.numbers, str(self.mark))

    @property
    def sip(self) -> Address:
        return Address.parse(self.server.settings.pbx.sip_bind)

    @property
    def ari(self) -> Address:
        return Address.parse(self.server.settings.pbx.ari_bind)

    @property
    def audio(self) -> PortRange:
        return PortRange.parse(self.server.settings.pbx.rtp_ports)

    @property
    def ari_user(self) -> str:
        return self._of_ari(r"^\[(?!general)(\w+)\]")

    @property
    def ari_password(self) -> str:
        return self._of_ari(r"^password *= *(\S+)")

    def _of_ari(self, pattern: str) -> str:
        found = re.search(pattern, (self.folder / "pbx" / "etc" / "ari.conf").read_text(), re.MULTILINE)
        assert found is not None
        return found[1]

    @property
    def folder(self) -> Path:
        return self.server.folder

    @property
    def trap(self) -> Trap:
        """The folder of a stranger's in which this server was started."""
        return Trap(self.place / "trap", self.place / "marks")

    def account(self, name: str) -> Intruder | None:
        """With the groups that its own programs have; None when there is no such account.

        Without root all of it runs under one account, which is the attacker then.
        """
        if os.geteuid() != 0:
            return Intruder(name, os.geteuid(), os.getegid())
        try:
            known = Intruder.named(name)
        except KeyError:
            return None
        groups = {g for one in ours(self.folder) if one.uids == {known.uid} for g in one.groups}
        return Intruder.named(name, sorted(groups - {known.gid}))

    def canaries(self, name: str, *, against: str) -> Canaries:
        """What a more powerful account owns: for a program's account that is ours, else root."""
        owner = self.account(OURS) if against in (PBX, DB) or os.geteuid() != 0 else None
        return Canaries(self.place / "canaries" / name, (owner.uid, owner.gid) if owner else (0, 0))

    def pid(self, kind: str) -> int:
        """Of the one process of its kind. Raises LookupError when there is none."""
        found = of_kind(self.folder, kind)
        if not found:
            raise LookupError(f"no {kind} runs")
        return found[0]

    def restart(self, *, serve: bool) -> None:
        """End programs at once, and give them time to start again: what is planted may keep them from it."""
        before = {kind: of_kind(self.folder, kind) for kind in (ASTERISK, POSTGRES, LINE)}
        if serve:
            self.kill_everything()
            said = self._said()
            self.server.launch()
            wait_for(lambda: self._said() > said or not self.serves, TRIES_FOR)
            return
        for pid in [pid for pids in before.values() for pid in pids]:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
        wait_for(lambda: all(self.is_new(kind, pids) for kind, pids in before.items()), TRIES_FOR)
        # What is done at the start is done now, by all of them.
        wait_for(self.is_ready, TRIES_FOR / 2)

    def ends_line(self) -> bool:
        """End the line; whether `serve` is up to starting another one."""
        before = of_kind(self.folder, LINE)
        for pid in before:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
        return wait_for(lambda: self.is_new(LINE, before), TRIES_FOR)

    def is_new(self, kind: str, before: list[int]) -> bool:
        now = of_kind(self.folder, kind)
        return bool(now) and not set(now) & set(before)

    def _said(self) -> int:
        return self.server.log.read_text(errors="replace").count("Buurtbel serves.")

    @property
    def serves(self) -> bool:
        return self.server.process is not None and self.server.process.poll() is None

    def recover(self) -> str:
        """In words, what does not come back though nothing is planted any more."""

        def back() -> bool:
            if not self.serves:
                self.server.launch()
                time.sleep(1)
            return self.is_ready()

        return "" if wait_for(back, BACK_WITHIN) else f"not all came back: {self.what_is_missing()}"

    def is_ready(self) -> bool:
        """All four run and the next alert would be placed: the line waits for calls, the trunk is there."""
        if not all(of_kind(self.folder, kind) for kind in (SERVE, ASTERISK, POSTGRES, LINE)):
            return False
        return self._trunk_is_there() and self.server.started("healthy").result().returncode == 0

    def _trunk_is_there(self) -> bool:
        try:
            word = base64.b64encode(f"{self.ari_user}:{self.ari_password}".encode()).decode()
            asked = Request(
                f"http://{self.ari}/ari/endpoints/PJSIP/trunk", headers={"Authorization": f"Basic {word}"}
            )
            with urlopen(asked, timeout=ANSWERS_WITHIN) as answer:
                return b'"online"' in answer.read()
        except (OSError, HTTPException, AssertionError):
            return False

    def what_is_missing(self) -> str:
        away = [kind for kind in (SERVE, ASTERISK, POSTGRES, LINE) if not of_kind(self.folder, kind)]
        if away:
            return f"{', '.join(away)} does not run"
        said = self.server.started("doctor").result()
        return " ".join((said.stdout + said.stderr).split())[:600]

    def kill_everything(self) -> None:
        """At once, as a power cut does."""
        if self.server.process is not None:
            self.server.process.kill()
            self.server.process.wait()
        end_those_in(self.folder)


@contextmanager
def site(seed: int = 1) -> Iterator[Site]:
    """A server that runs, with phones at the end of its trunk; ended and cleared away after."""
    place = Path(tempfile.mkdtemp(prefix="bbh-", dir="/var/tmp"))
    place.chmod(0o711)
    nobody = Intruder.named(NOBODY)
    recordings, trap = place / "phones" / "recordings", Trap.set(place, nobody)
    sip = f"{LOOPBACK}:{free_ports(3)}"
    root = ensure_root()
    phones = asyncio.run(
        set_stage(
            voice_for("espeak-ng"),
            root,
            place / "phones",
            sip_bind=sip,
            rtp_ports=str(free_audio_ports(60)),
            recordings=recordings,
        )
    )
    trunk = {"uri": f"sip:{sip}", "simulated": "true", "calls_per_second": "20"}
    trunk |= {"vouches_for_numbers": "false"}  # as a carrier of which nobody knows better
    trunk |= {"user": "zone", "password": TRUNK_SECRET}
    pbx = own_pbx(root) | {"rtp_ports": str(free_audio_ports(CALLS))}
    values = SHORT | {"pbx": pbx, "trunk": trunk, "retry": SHORT["retry"] | {"tries_per_number": "1"}}
    values |= {"leaving": {"after": "1", "ring": "2", "again": "1"}, "duty": {"after": "1", "ring": "3"}}
    here = Site(place, RootsServer(place / "data", values, trap), recordings, seed)
    try:
        here.server.start()
        yield here
    finally:
        with suppress(subprocess.TimeoutExpired):
            here.server.stop()
        here.kill_everything()
        asyncio.run(phones.stop())
        shutil.rmtree(place)
