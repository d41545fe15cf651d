"""Lays the packet filter in a network of its own and tells who gets through: run by `unshare --net`."""

import asyncio
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from buurtbel.pbx import Secrets, start_pbx
from buurtbel.serve.packet_filter import lay, table_of
from buurtbel.settings.settings import Settings
from embedded.asterisk_root import ensure_root
from embedded.network.free_ports import LOOPBACK, free_ports
from embedded.network.ports import Address, PortRange
from ivr.pbx.trunk import Trunk
from tests.embedded.pbx.test_edge_sip import STRANGER, Sender
from tests.pbx_fixtures import pbx_settings

OTHERS = """\
table inet firewall {
  chain input {
    type filter hook input priority 0; policy accept;
  }
}
"""


def nft(*words: str, told: str | None = None) -> str:
    done = subprocess.run(["nft", *words], input=told, text=True, capture_output=True, check=True)
    return done.stdout


def arrive(ports: PortRange, senders: tuple[str, ...]) -> int:
    """How many of these addresses get a packet to a port for audio."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as audio:
        audio.bind((LOOPBACK, ports.first))
        audio.settimeout(0.5)
        for sender in senders:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
                wire.bind((sender, 0))
                wire.sendto(b"sound", (LOOPBACK, ports.first))
        came = 0
        with suppress(TimeoutError):
            while audio.recv(100):
                came += 1
        return came


def main(folder: Path) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    folder.mkdir()
    folder.chmod(0o755)
    nft("-f", "-", told=OTHERS)
    port = free_ports(1)
    trunk = Trunk(uri=f"sip:{LOOPBACK}:{port}", networks=LOOPBACK, media_networks=LOOPBACK, qualify=0)
    off = pbx_settings(folder, trunk)
    on = off.model_copy(update={"pbx": off.pbx.model_copy(update={"filter": True})})
    sip, ports = Address.parse(off.pbx.sip_bind), PortRange.parse(off.pbx.rtp_ports)
    near, far = Sender(LOOPBACK, port, sip), Sender(STRANGER, 0, sip)

    def look(when: str, chosen: Settings) -> None:
        lay(chosen)
        audio = arrive(ports, (LOOPBACK, STRANGER))
        answer = {"trunk": near.ask(), "stranger": far.ask(), "audio": audio}
        sys.stdout.write(f"{when}: " + " ".join(f"{who}={what}" for who, what in answer.items()) + "\n")

    asterisk = asyncio.run(start_pbx(ensure_root(), folder / "pbx", off, Secrets("q" * 40)))
    try:
        look("without", off)
        look("with", on)
        look("again", on)
        assert table_of(folder) in nft("list", "tables")
        look("off", off)
    finally:
        asyncio.run(asterisk.stop())
    assert nft("list", "tables") == "table inet firewall\n"
    sys.stdout.write("rules of others: untouched\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
