"""A packet filter of our own in front of Asterisk: whoever is not the trunk gets no answer at all.

One nftables table for each data folder. Nothing else of the machine's rules is read or changed; a packet that
passes here still has to pass theirs.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from buurtbel.settings.settings import Settings
from embedded.errors import EmbeddedError
from embedded.network.networks import Network, Peer, read_networks
from embedded.network.ports import Address, PortRange
from embedded.network.whereabouts import trunk_addresses

_ANYWHERE = "0.0.0.0"  # noqa: S104 - what a setting may say, not where we listen


class FilterError(EmbeddedError):
    """The filter could not be laid; Asterisk itself still refuses whoever is not the trunk."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What lets through which packets. Without `media` audio is left to Asterisk."""

    table: str
    sip: Address
    protocol: str
    audio: PortRange
    trunk: Sequence[Network]
    media: Sequence[Network]

    def rules(self) -> str:
        """The whole table for `nft -f`, in place of an earlier one of that name."""
        here = "" if self.sip.host == _ANYWHERE else f"ip daddr {self.sip.host} "
        jumps = [f"    {here}{self.protocol} dport {self.sip.port} jump sip"]
        chains = _chain("sip", self.trunk)
        if self.media:
            jumps.append(f"    {here}udp dport {self.audio.first}-{self.audio.last} jump audio")
            chains += _chain("audio", self.media)
        into = ["  chain input {", "    type filter hook input priority -5; policy accept;", *jumps, "  }"]
        return "\n".join([removal(self.table), f"table inet {self.table} {{", *chains, *into, "}"]) + "\n"


def _chain(name: str, networks: Sequence[Network]) -> list[str]:
    allowed = [
        f"    {kind} saddr {network} accept"
        for version, kind in ((4, "ip"), (6, "ip6"))
        for network in networks
        if network.version == version
    ]
    return [f"  chain {name} {{", *allowed, "    counter drop", "  }"]


def removal(table: str) -> str:
    """Instructions after which `table` is not there, whether it was or not."""
    return f"table inet {table}\ndelete table inet {table}"


def table_of(data_dir: Path) -> str:
    """The name of this data folder's table, the same at each start."""
    return "buurtbel_" + hashlib.sha256(str(data_dir.absolute()).encode()).hexdigest()[:12]


def filter_of(settings: Settings) -> Filter:
    """What the settings ask for. May ask the DNS; FilterError when nobody can tell where the trunk is."""
    pbx, trunk = settings.pbx, settings.trunk
    addresses = trunk_addresses(trunk)
    if not addresses:
        raise FilterError(
            "No packet filter was laid, because the addresses of the trunk are not known: "
            "name them in BUURTBEL_TRUNK_NETWORKS."
        )
    protocol = "udp" if Peer.parse(trunk.uri).protocol == "udp" else "tcp"
    media = read_networks(trunk.media_networks, "BUURTBEL_TRUNK_MEDIA_NETWORKS")
    sip, audio = Address.parse(pbx.sip_bind), PortRange.parse(pbx.rtp_ports)
    return Filter(table_of(settings.data_dir), sip, protocol, audio, addresses, media)


def lay(settings: Settings) -> str:
    """Put the filter that the settings ask for in place of the one of the last start; needs root.

    Returns a sentence for the log, "" when there was nothing to do. With `BUURTBEL_PBX_FILTER` off, or with
    an Asterisk that is not ours, an earlier filter is taken away. FilterError says why none was laid; an
    earlier one then stays.
    """
    if not settings.pbx.filter or settings.pbx.ari_url:
        return _take_away(table_of(settings.data_dir))
    wanted = filter_of(settings)
    _nft(wanted.rules(), "No packet filter was laid")
    kept_out = "SIP and audio" if wanted.media else "SIP"
    return f"The packet filter {wanted.table} lets {kept_out} in from the trunk only."


def _take_away(table: str) -> str:
    """Without root or without nft there is nothing of ours to take away."""
    try:
        there = subprocess.run(
            [_nft_command(), "list", "table", "inet", table], capture_output=True, check=False
        )
    except OSError:
        return ""
    if there.returncode != 0:
        return ""
    _nft(removal(table), "An earlier packet filter stays")
    return f"The packet filter {table} of an earlier start was taken away."


def _nft_command() -> str:
    """A person's PATH often lacks the folders that root's programs are in."""
    return shutil.which("nft", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin") or "nft"


def _nft(rules: str, failure: str) -> None:
    try:
        done = subprocess.run(
            [_nft_command(), "-f", "-"], input=rules, text=True, capture_output=True, check=False
        )
    except OSError as error:
        raise FilterError(
            f"{failure}, because nft cannot be run: install it with `apt-get install nftables`."
        ) from error
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["it gave no reason"])[0]
        if "not permitted" in reason:
            raise FilterError(f"{failure}, because only root can: start Buurtbel as root.")
        raise FilterError(f"{failure}: nft says {reason!r}; look whether this kernel has nftables.")
