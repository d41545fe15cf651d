"""Real telephones for tests: our own Asterisk, and the simulated neighbourhood that it calls."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

from buurtbel.pbx import Secrets, start_pbx
from buurtbel.settings.settings import Pbx, Settings
from embedded.account import PBX, SERVES, Account, account_for
from embedded.asterisk import Asterisk
from embedded.asterisk_root import ensure_root
from embedded.folders import make_folder
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from embedded.network.ports import Address
from ivr.pbx.trunk import Trunk
from prompts.audio import TELEPHONE_RATE, Audio, decode
from simulation.neighbourhood import Passwords, start_neighbourhood

CALLS_AT_ONCE = 100
"""In the neighbourhood, by all who ring it."""


@dataclass(frozen=True)
class RunningNeighbourhood:
    """`uri` and `tls_uri` know callers by address; at `subscriber_uri` they must say who they are."""

    asterisk: Asterisk
    sip_port: int
    recordings: Path
    passwords: Passwords
    ari: Address
    """Where the phones that call us are led."""

    @property
    def uri(self) -> str:
        return f"sip:{LOOPBACK}:{self.sip_port}"

    @property
    def tls_uri(self) -> str:
        return f"sips:{LOOPBACK}:{self.sip_port + 1}"

    @property
    def subscriber_uri(self) -> str:
        return f"sip:{LOOPBACK}:{self.sip_port + 2}"


@dataclass(frozen=True)
class RunningPbx:
    asterisk: Asterisk
    settings: Settings
    ari_password: str = field(repr=False)

    @property
    def ari_url(self) -> str:
        return f"http://{self.settings.pbx.ari_bind}"

    @property
    def ari_user(self) -> str:
        return self.settings.pbx.ari_user

    @property
    def sounds(self) -> Path:
        """A folder that Asterisk can read."""
        assert self.settings.pbx.sounds
        return self.settings.pbx.sounds


def pbx_settings(folder: Path, trunk: Trunk) -> Settings:
    """Settings of a PBX on free ports with everything in `folder`."""
    ports = free_ports(2)
    sounds = folder / "sounds"
    with make_folder(sounds, Account(account_for(SERVES).uid, account_for(PBX).gid), 0o2750):
        pass
    pbx = Pbx(
        sip_bind=f"{LOOPBACK}:{ports}",
        ari_bind=f"{LOOPBACK}:{ports + 1}",
        rtp_ports=str(free_audio_ports()),
        sounds=sounds,
    )
    return Settings(data_dir=folder, pbx=pbx, trunk=trunk)


def speech(words: str) -> Audio:
    """Dutch speech, with pauses as short as in a real message."""
    command = ["espeak-ng", "-v", "nl", "--stdout", "--stdin"]
    spoken = subprocess.run(command, input=words.encode(), capture_output=True, check=True).stdout
    return decode(spoken).trimmed().with_short_pauses().levelled()


def say(words: str, file: Path) -> Path:
    """Dutch speech as an 8 kHz WAV file."""
    soundfile.write(file, speech(words).at(TELEPHONE_RATE).samples, TELEPHONE_RATE, subtype="PCM_16")
    return file


def played(sound: str) -> Audio:
    """What the PBX plays of a sound that was written for it."""
    samples = np.fromfile(f"{sound}.sln16", "<i2").astype(np.float32) / np.float32(32768)
    return Audio(samples, 16_000)


@pytest.fixture(scope="session")
def asterisk_root() -> Path:
    return ensure_root()


@pytest.fixture(scope="session")
def pbx_folder() -> Iterator[Path]:
    """A short path that Asterisk's own account can enter, unlike pytest's folders."""
    folder = Path(tempfile.mkdtemp(prefix="bb-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def neighbourhood(asterisk_root: Path, pbx_folder: Path) -> Iterator[RunningNeighbourhood]:
    """The simulated telephone network on free ports, for all tests of this worker."""
    port, passwords, recordings = free_ports(3), Passwords.made(), pbx_folder / "recordings"
    ari = Address(LOOPBACK, free_ports(1))
    asterisk = asyncio.run(
        start_neighbourhood(
            asterisk_root,
            pbx_folder / "neighbourhood",
            sip_bind=f"{LOOPBACK}:{port}",
            rtp_ports=str(free_audio_ports(CALLS_AT_ONCE)),
            recordings=recordings,
            hello=say("Hallo?", pbx_folder / "hello.wav"),
            greeting=say("Dit is de voicemail van Lotte. Spreek in na de toon.", pbx_folder / "greeting.wav"),
            passwords=passwords,
            ari=ari,
        )
    )
    yield RunningNeighbourhood(asterisk, port, recordings, passwords, ari)
    asyncio.run(asterisk.stop())


@pytest.fixture(scope="session")
def pbx(asterisk_root: Path, pbx_folder: Path, neighbourhood: RunningNeighbourhood) -> Iterator[RunningPbx]:
    """Our own Asterisk with its trunk to the neighbourhood, for all tests of this worker."""
    settings = pbx_settings(pbx_folder, Trunk(uri=neighbourhood.uri))
    running = start_pbx_for_test(asterisk_root, pbx_folder / "pbx", settings)
    yield running
    asyncio.run(running.asterisk.stop())


def start_pbx_for_test(root: Path, run_dir: Path, settings: Settings) -> RunningPbx:
    secrets = Secrets(ari_password="r" * 40)
    return RunningPbx(
        asyncio.run(start_pbx(root, run_dir, settings, secrets)), settings, secrets.ari_password
    )


def is_closed(recording: Path) -> bool:
    """The phone has been put down: only then does Asterisk write into the file how long it is."""
    with recording.open("rb") as file:
        return any(file.read(44)[40:])


async def eventually(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Return as soon as `condition` holds; fail when it does not within `seconds` from now."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"this did not come true in {seconds} s"
        await asyncio.sleep(0.02)
