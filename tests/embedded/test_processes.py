"""Starting, finding again and ending an Asterisk of our own."""

import asyncio
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from buurtbel.pbx import Secrets, load_secrets, pbx_values, start_pbx
from buurtbel.settings.settings import Pbx, Settings
from embedded.asterisk import Asterisk
from embedded.errors import EmbeddedError, KeeperGone, PortTakenError, StartError
from embedded.keeping.keeper import GOES_FIRST
from embedded.network.free_ports import LOOPBACK
from ivr.pbx.trunk import Trunk
from tests.embedded.pbx.told import told_by
from tests.pbx_fixtures import eventually, pbx_settings

pytestmark = pytest.mark.pbx

SECRETS = Secrets("s" * 40)


@pytest.fixture
def settings(pbx_folder: Path) -> Settings:
    return pbx_settings(pbx_folder, Trunk())


@pytest.fixture
async def own_pbx(asterisk_root: Path, pbx_folder: Path, settings: Settings) -> AsyncIterator[Asterisk]:
    asterisk = await start_pbx(asterisk_root, pbx_folder / "own", settings, SECRETS)
    yield asterisk
    with suppress(KeeperGone):  # a test has ended it in its own way
        await asterisk.stop()


@pytest.mark.parametrize(
    ("what", "kind"), [("sip_bind", socket.SOCK_DGRAM), ("ari_bind", socket.SOCK_STREAM)]
)
async def test_a_taken_port_is_told_before_anything_starts(
    asterisk_root: Path, pbx_folder: Path, settings: Settings, what: str, kind: socket.SocketKind
) -> None:
    address = getattr(settings.pbx, what)
    with closing(socket.socket(socket.AF_INET, kind)) as rival:
        rival.bind((LOOPBACK, int(address.split(":")[1])))
        if kind is socket.SOCK_STREAM:
            rival.listen()
        with pytest.raises(PortTakenError, match=f"Another program already uses {address}"):
            await start_pbx(asterisk_root, pbx_folder / "rival", settings, SECRETS)
    assert Asterisk.adopt(asterisk_root, pbx_folder / "rival") is None


async def test_audio_ports_that_are_mostly_taken_are_told(
    asterisk_root: Path, pbx_folder: Path, settings: Settings
) -> None:
    first = int(settings.pbx.rtp_ports.split("-")[0])
    narrow = settings.model_copy(
        update={"pbx": settings.pbx.model_copy(update={"rtp_ports": f"{first}-{first + 3}"})}
    )
    rivals = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    for number, rival in enumerate(rivals):
        rival.bind((LOOPBACK, first + 2 * number))
    try:
        with pytest.raises(PortTakenError, match="choose another range"):
            await start_pbx(asterisk_root, pbx_folder / "audio", narrow, SECRETS)
    finally:
        for rival in rivals:
            rival.close()


async def test_it_starts_without_a_single_complaint(own_pbx: Asterisk) -> None:
    assert [line for line in told_by(own_pbx) if "ERROR" in line or "WARNING" in line] == []


async def test_its_sound_does_not_wait_for_other_programs(own_pbx: Asterisk) -> None:
    threads = psutil.Process(own_pbx.pid).threads()
    allowed = GOES_FIRST if os.geteuid() == 0 else os.getpriority(os.PRIO_PROCESS, 0)
    assert {os.getpriority(os.PRIO_PROCESS, thread.id) for thread in threads} == {allowed}


async def test_a_second_start_takes_over_the_running_one(
    own_pbx: Asterisk, asterisk_root: Path, settings: Settings
) -> None:
    again = await start_pbx(asterisk_root, own_pbx.run_dir, settings, SECRETS)
    assert again.pid == own_pbx.pid
    assert "seconds" in await again.console("core show uptime")
    with pytest.raises(KeeperGone):
        await own_pbx.console("core show uptime")
    await again.stop()


async def test_it_outlives_the_process_that_started_it(
    asterisk_root: Path, pbx_folder: Path, settings: Settings
) -> None:
    run_dir = pbx_folder / "orphan"
    parent = f"""
        import asyncio, os
        from pathlib import Path
        from buurtbel.pbx import Secrets, start_pbx
        from buurtbel.settings.settings import Settings
        settings = Settings.model_validate_json({settings.model_dump_json()!r})
        root, run_dir = Path({str(asterisk_root)!r}), Path({str(run_dir)!r})
        asyncio.run(start_pbx(root, run_dir, settings, Secrets("s" * 40)))
        os.kill(os.getpid(), 9)
    """
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", textwrap.dedent(parent)], cwd=pbx_folder, check=False
    )
    assert ended.returncode == -9
    orphan = Asterisk.adopt(asterisk_root, run_dir)
    assert orphan is not None
    assert "buurtbel" in await orphan.console("ari show users")
    await orphan.stop()
    assert Asterisk.adopt(asterisk_root, run_dir) is None


async def test_when_it_dies_that_is_seen_and_it_starts_again(
    asterisk_root: Path, pbx_folder: Path, settings: Settings
) -> None:
    asterisk = await start_pbx(asterisk_root, pbx_folder / "dies", settings, SECRETS)
    psutil.Process(asterisk.pid).kill()
    await eventually(lambda: not asterisk.is_running)
    again = await start_pbx(asterisk_root, pbx_folder / "dies", settings, SECRETS)
    assert again.is_running
    await again.stop()
    assert not again.is_running


async def test_a_console_without_asterisk_says_so(own_pbx: Asterisk) -> None:
    await own_pbx.kill()
    with pytest.raises(StartError, match="does not answer on its console"):
        await own_pbx.console("core show uptime")


async def test_too_long_a_folder_is_told(asterisk_root: Path, pbx_folder: Path, settings: Settings) -> None:
    with pytest.raises(StartError, match="too long for a control socket"):
        await start_pbx(asterisk_root, pbx_folder / ("long" * 30), settings, SECRETS)


def test_the_ari_password_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    made = load_secrets(tmp_path)
    file = tmp_path / "secrets" / "ari-password"
    assert len(made.ari_password) == 40
    assert load_secrets(tmp_path) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_uid == os.geteuid()


@pytest.mark.parametrize(
    ("trunk", "complaint"),
    [
        (Trunk(uri="trunk.example"), "BUURTBEL_TRUNK_URI"),
        (Trunk(uri="sip:trunk.example\nexten => evil"), "BUURTBEL_TRUNK_URI"),
        (Trunk(user="lotte\n[evil]"), "BUURTBEL_TRUNK_USER"),
        (Trunk(codecs="alaw,mp3"), "BUURTBEL_TRUNK_CODECS"),
        (Trunk(caller_id="Lotte"), "BUURTBEL_TRUNK_CALLER_ID"),
        (Trunk(register_with=True), "BUURTBEL_TRUNK_USER"),
        (Trunk(networks="carrier"), "BUURTBEL_TRUNK_NETWORKS"),
        (Trunk(networks="10.0.0.0/8\n[evil]"), "BUURTBEL_TRUNK_NETWORKS"),
        (Trunk(media_networks="10.0.0.0/40"), "BUURTBEL_TRUNK_MEDIA_NETWORKS"),
    ],
    ids=[
        "no scheme",
        "a line too many",
        "a section too many",
        "unknown codec",
        "no number",
        "nobody registers",
        "no network",
        "a section in a network",
        "no network of media",
    ],
)
def test_a_setting_that_cannot_be_is_named(trunk: Trunk, complaint: str) -> None:
    with pytest.raises(EmbeddedError, match=complaint):
        pbx_values(Settings(trunk=trunk), SECRETS)


@pytest.mark.parametrize(
    ("uri", "contact"),
    [
        ("sip:10.0.0.1", "sip:10.0.0.1"),
        ("sip:trunk.example:5080", "sip:trunk.example:5080"),
        ("sip:trunk.example;transport=tcp", "sip:trunk.example;transport=tcp"),
        ("sips:trunk.example:5061", "sip:trunk.example:5061;transport=tls"),
    ],
)
def test_a_trunk_s_address_leads_where_it_says(uri: str, contact: str) -> None:
    assert pbx_values(Settings(trunk=Trunk(uri=uri)), SECRETS)["trunk"]["contact"] == contact


def test_addresses_that_make_no_sense_are_told() -> None:
    with pytest.raises(EmbeddedError, match="write it as 127"):
        pbx_values(Settings(pbx=Pbx(sip_bind="here")), SECRETS)
    with pytest.raises(EmbeddedError, match="write it as 16000-18999"):
        pbx_values(Settings(pbx=Pbx(rtp_ports="18999-16000")), SECRETS)
