"""An alert through a trunk whose name stops resolving: run apart, where the DNS is ours."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from embedded.asterisk_root import ensure_root
from embedded.network.free_ports import LOOPBACK
from tests.far_ends.crowd import SLOWLY, Fault, alert_through, crowd_at, is_known
from tests.far_ends.names import Names
from tests.far_ends.peer import in_background
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx

DNS, NAME = "127.0.0.53", "trunk.test"
SETTINGS = Path("/etc/resolv.conf")


def main(folder: Path) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    ours = folder / "resolv.conf"
    ours.write_text(f"nameserver {DNS}\noptions timeout:1 attempts:1\n")
    ours.chmod(0o644)
    subprocess.run(["mount", "--bind", str(ours), str(SETTINGS.resolve())], check=True)
    with Names(DNS, NAME, LOOPBACK) as names, in_background(crowd_at()) as peer:
        trunk = {**SLOWLY["trunk"], "uri": f"sip:{NAME}:{peer.port}", "qualify": "1"}
        server = Server(folder / "data", {**SLOWLY, "pbx": own_pbx(ensure_root()), "trunk": trunk})
        try:
            server.start()
            lost = Fault(_lead(names, None), _lead(names, LOOPBACK), lambda: is_known(server))
            alert_through(lost, server, peer, 0)
        finally:
            server.stop()
    sys.stdout.write("nobody was judged, all were reached\n")


def _lead(names: Names, to: str | None) -> Callable[[], None]:
    def lead() -> None:
        names.leads_to = to

    return lead


if __name__ == "__main__":
    main(Path(sys.argv[1]))
