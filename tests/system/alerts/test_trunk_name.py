"""A server whose trunk's name leads nowhere: it serves, says so, and asks again."""

from pathlib import Path

import pytest

from embedded.network.free_ports import free_ports
from tests.support.settings_of_nodes import own_pbx
from tests.system.alerts.test_trial_calls import said
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]


def test_a_name_that_leads_nowhere_keeps_nobody_from_serving_and_is_told(
    new_server: NewServer, asterisk_root: Path
) -> None:
    trunk = {"uri": f"sip:trunk.invalid:{free_ports(1)}", "simulated": "true", "qualify": "0"}
    server = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk}, "nowhere")
    server.start()
    server.until(lambda: "trunk name" in said(server, "doctor"))
    ok, says = said(server, "doctor")["trunk name"]
    assert not ok
    assert "The trunk's name trunk.invalid has led nowhere since" in says
    server.enrol("nowhere", {"An": ["+99910008201"]})
    sent = server.try_to("send", "--network", "nowhere", "--text", "nl=Blijf binnen.", "--urgent")
    assert "trunk.invalid has led nowhere" in sent.stderr
    assert "leads nowhere; it is asked for again" in (server.folder / "serve.log").read_text()
    server.stop()
