"""`buurtbel serve` where it cannot serve."""

import socket
from pathlib import Path

import pytest

from embedded.network.free_ports import LOOPBACK
from embedded.postgres import url_of_running
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(120)]


def test_a_taken_port_ends_serve_with_a_sentence_and_leaves_nothing_but_a_log(
    new_server: NewServer, asterisk_root: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((LOOPBACK, 0))
        taken = str(other.getsockname()[1])
        nowhere = {"uri": "sip:trunk.example"}  # whose addresses nobody can tell a filter
        pbx = own_pbx(asterisk_root) | {"sip_bind": f"{LOOPBACK}:{taken}", "filter": "true"}
        server = new_server({"pbx": pbx, "trunk": nowhere})
        ended = server.try_to("serve")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert taken in ended.stderr.splitlines()[-1]
    assert not (server.folder / "line.json").exists()
    assert url_of_running(server.folder) is None
    # What was decided before there was a log stands in it too.
    for said in (ended.stderr, (server.folder / "serve.log").read_text()):
        assert said.count("No packet filter was laid, because the addresses of the trunk are not known") == 1
