"""What our Asterisk does not offer to anybody."""

import os
from collections.abc import Mapping
from socket import SOCK_DGRAM

import aiohttp
import psutil
import pytest

from embedded.network.free_ports import LOOPBACK
from tests.embedded.pbx.line import Line
from tests.pbx_fixtures import RunningPbx

pytestmark = pytest.mark.pbx


async def status_of(url: str, headers: Mapping[str, str] | None = None) -> int:
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize(
    "path", ["static/index.html", "httpstatus", "", "metrics", "amanager", "manager", "mxml"]
)
async def test_there_are_no_pages_but_ari(pbx: RunningPbx, path: str) -> None:
    assert await status_of(f"{pbx.ari_url}/{path}") == 404


@pytest.mark.parametrize("word", [None, "buurtbel:wrong", "nobody:" + "r" * 40])
async def test_ari_wants_its_password(pbx: RunningPbx, word: str | None) -> None:
    headers = {"Authorization": aiohttp.encode_basic_auth(*word.split(":"))} if word else {}
    assert await status_of(f"{pbx.ari_url}/ari/asterisk/info", headers=headers) == 401


def test_sip_audio_and_ari_are_on_loopback_only(pbx: RunningPbx) -> None:
    sockets = psutil.Process(pbx.asterisk.pid).net_connections("inet")
    tcp = {f"{s.laddr.ip}:{s.laddr.port}" for s in sockets if s.status == "LISTEN"}
    udp = {f"{s.laddr.ip}:{s.laddr.port}" for s in sockets if s.type == SOCK_DGRAM}
    assert tcp == {pbx.settings.pbx.ari_bind}
    assert pbx.settings.pbx.sip_bind in udp
    # What is left are the two sockets of the SIP library's own DNS resolver, one for each kind of address.
    assert len([address for address in udp if not address.startswith(LOOPBACK)]) <= 2


async def test_few_modules_are_loaded(pbx: RunningPbx) -> None:
    shown = await pbx.asterisk.console("module show")
    loaded = {line.split()[0] for line in shown.splitlines() if ".so " in line}
    assert len(loaded) < 70
    dangerous = {
        "app_system",
        "func_shell",
        "res_agi",
        "app_originate",
        "res_clioriginate",
        "app_dial",
        "func_curl",
    }
    assert not {f"{name}.so" for name in dangerous} & loaded


async def test_the_manager_interface_is_off(pbx: RunningPbx) -> None:
    assert "Manager (AMI):             No" in await pbx.asterisk.console("manager show settings")


async def test_nothing_inbound_can_dial_out(pbx: RunningPbx) -> None:
    inbound = await pbx.asterisk.console("dialplan show inbound")
    assert "Hangup(16)" in inbound
    assert "include" not in inbound.lower()
    assert "not registered" in await pbx.asterisk.console("core show application Dial")


def test_it_runs_under_its_own_account_and_cannot_change_its_rules(pbx: RunningPbx) -> None:
    process, etc = psutil.Process(pbx.asterisk.pid), pbx.asterisk.run_dir / "etc"
    secret = (etc / "ari.conf").stat()
    assert secret.st_mode & 0o007 == 0
    assert secret.st_uid == os.geteuid()
    if os.geteuid() == 0:
        assert process.uids().effective != 0
        assert secret.st_mode & 0o020 == 0


async def test_its_log_names_nobody(pbx: RunningPbx) -> None:
    async with Line(pbx) as line:
        for number in ("+99916000501", "+99920000502", "+99999000503"):
            call = await line.dial(number)
            await call.until("ChannelDestroyed")
    written = [*(pbx.asterisk.run_dir / "log").iterdir()]
    assert not [file for file in written if file.is_file() and b"+999" in file.read_bytes()]
