"""Our own Asterisk: its secrets, the values of its templates, its start."""

import asyncio
import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buurtbel.settings.settings import Pbx, Settings
from embedded.asterisk import Asterisk, ListenAddresses
from embedded.errors import EmbeddedError
from embedded.keeping.keeper import Keeper
from embedded.network.forms import CALLER_ID, CODEC, is_plain
from embedded.network.networks import Network, Peer, read_networks
from embedded.network.ports import Address, PortRange, address_towards
from embedded.network.whereabouts import Whereabouts
from ivr.alert_keys import CONFIRMS
from ivr.detection.fact_recorder import TALK_DETECTION
from ivr.pbx.dialplan import EXPIRES, MOST_CALLERS, away_sound
from ivr.pbx.identity import ASSERTED, FROM, LONGEST_HEADER, PRIVACY
from ivr.pbx.trunk import Trunk
from prompts.languages import LANGUAGES

ARI_APP = "buurtbel"
ANYWHERE = "192.0.2.1"
"""Nobody's address (RFC 5737), on the way that everything takes that leaves this machine."""
PROMPTLY = 2.0
"""Seconds that Asterisk's console gets for what is asked besides: its keeper may be needed to end it."""
CALLER_LIMIT = 900
"""Seconds after which a call from outside ends, whatever is said."""
LONGEST_PROBATION = CALLER_LIMIT * 1000 // 9 + 2
"""Packets from elsewhere than the trunk's SDP says that take longer than any call: each counts for 9 ms."""

_PASSWORD_BYTES = 30  # 40 characters


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only Buurtbel and its own Asterisk know."""

    ari_password: str


def load_secrets(data_dir: Path) -> Secrets:
    """The secrets in `data_dir`, made at the first start, readable to us only."""
    file = data_dir / "secrets" / "ari-password"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(random.token_urlsafe(_PASSWORD_BYTES))
    return Secrets(file.read_text().strip())


def pbx_values(
    settings: Settings, secrets: Secrets, addresses: Sequence[Network] | None = None
) -> dict[str, Any]:
    """Everything that the templates in `asterisk-config/pbx` name. EmbeddedError names a wrong setting.

    `addresses` are all that may speak SIP to us; None when only Asterisk can tell the trunk from others.
    """
    pbx, trunk = settings.pbx, settings.trunk
    sip, ari, rtp = Address.parse(pbx.sip_bind), Address.parse(pbx.ari_bind), PortRange.parse(pbx.rtp_ports)
    peer = Peer.parse(trunk.uri)
    return {
        "name": "buurtbel",
        "sip": {
            "host": sip.host,
            "port": sip.port,
            "protocol": peer.protocol,
            "media_address": _towards(peer, addresses) if sip.host == "0.0.0.0" else sip.host,  # noqa: S104
            "external_address": _plain(pbx.external_address, "BUURTBEL_PBX_EXTERNAL_ADDRESS"),
        },
        "rtp": {"first": rtp.first, "last": rtp.last, "probation": LONGEST_PROBATION},
        "log_mark": random.token_hex(8),
        "ari": {
            "host": ari.host,
            "port": ari.port,
            "app": ARI_APP,
            "user": _plain(pbx.ari_user, "BUURTBEL_PBX_ARI_USER"),
            "password": _plain(ari_password(pbx, secrets), "BUURTBEL_PBX_ARI_PASSWORD"),
        },
        "fallback_passes": settings.alert.most_passes,
        "confirming_keys": CONFIRMS,
        "caller_limit": CALLER_LIMIT,
        "talk_detection": TALK_DETECTION,
        "most_callers": MOST_CALLERS,
        "expires": EXPIRES,
        "away_sounds": [away_sound(settings.sounds_folder, language) for language in LANGUAGES],
        "caller": {
            "longest": LONGEST_HEADER,
            "sender": FROM,
            "privacy": PRIVACY,
            "asserted": ASSERTED if trunk.trusts_identity else (),
        },
        "trunk": _trunk_values(trunk, peer)
        | {"addresses": addresses, "matches": [peer.host] if addresses is None else addresses},
    }


def _towards(peer: Peer, addresses: Sequence[Network] | None) -> str:
    """Our own address on the way to the trunk, or to anywhere while nobody knows where that is."""
    if not peer.is_name or addresses is None:
        return address_towards(peer.host)
    # What was looked up comes after what is named; we speak version 4.
    there = [str(one.network_address) for one in addresses if one.version == 4]
    return address_towards(there[-1] if there else ANYWHERE)


def ari_password(pbx: Pbx, secrets: Secrets) -> str:
    """The password from the settings, else the one made at the first start."""
    return pbx.ari_password.get_secret_value() or secrets.ari_password


def _trunk_values(trunk: Trunk, peer: Peer) -> dict[str, Any]:
    codecs = [codec.strip() for codec in trunk.codecs.split(",")]
    if not all(CODEC.fullmatch(codec) for codec in codecs):
        raise EmbeddedError("BUURTBEL_TRUNK_CODECS names an unknown codec: use alaw, ulaw, g722 or slin16.")
    if not CALLER_ID.fullmatch(trunk.caller_id):
        raise EmbeddedError("BUURTBEL_TRUNK_CALLER_ID is no number: write it as +3214539600.")
    if trunk.register_with and not trunk.user:
        raise EmbeddedError("Registering needs BUURTBEL_TRUNK_USER and BUURTBEL_TRUNK_PASSWORD.")
    read_networks(trunk.networks, "BUURTBEL_TRUNK_NETWORKS")
    read_networks(trunk.media_networks, "BUURTBEL_TRUNK_MEDIA_NETWORKS")
    user = _plain(trunk.user, "BUURTBEL_TRUNK_USER")
    in_from = trunk.caller_id_header == "from"
    return {
        "symmetric_rtp": trunk.symmetric_rtp,
        "contact": peer.uri,
        "server": peer.uri,
        "client": f"sip:{user}@{peer.host}",
        "user": user,
        "password": _plain(trunk.password.get_secret_value(), "BUURTBEL_TRUNK_PASSWORD"),
        "registers": trunk.register_with,
        "channels": trunk.channels,
        "codecs": ",".join(codecs),
        "caller_id_header": trunk.caller_id_header,
        "from_user": "" if in_from else user or trunk.caller_id,
        "from_domain": peer.host if peer.is_name else "",
        "srtp": trunk.srtp,
        "qualify": trunk.qualify,
        "ca_file": _plain(trunk.ca_file, "BUURTBEL_TRUNK_CA_FILE"),
    }


def _plain(value: str, name: str) -> str:
    """A value that cannot begin a line, comment or section of its own in a configuration file."""
    if not is_plain(value):
        raise EmbeddedError(
            f"{name} holds a character that Asterisk's configuration cannot hold: leave it out."
        )
    return value


async def _values(
    settings: Settings, secrets: Secrets, addresses: Sequence[Network] | None
) -> dict[str, Any]:
    """In a thread: our own address towards a name without a port is known once the DNS has answered."""
    return await asyncio.to_thread(pbx_values, settings, secrets, addresses)


def pbx_listening(pbx: Pbx, trunk: Trunk) -> ListenAddresses:
    """The addresses that `start_pbx` needs free."""
    sip, ari = Address.parse(pbx.sip_bind), Address.parse(pbx.ari_bind)
    over_udp = Peer.parse(trunk.uri).protocol == "udp"
    return ListenAddresses(
        udp=[sip] if over_udp else [],
        tcp=[ari] if over_udp else [sip, ari],
        audio=PortRange.parse(pbx.rtp_ports),
    )


async def start_pbx(
    root: Path,
    run_dir: Path,
    settings: Settings,
    secrets: Secrets,
    keeper: Keeper | None = None,
    *,
    whereabouts: Whereabouts | None = None,
) -> Asterisk:
    """Our Asterisk, ready to be told by ARI whom to call; an already running one on `run_dir` is adopted.

    `keeper`: one that was started before. `whereabouts` of the trunk, if they are to be followed later.
    Raises as `Asterisk.start` does.
    """
    running = await asyncio.to_thread(Asterisk.adopt, root, run_dir, keeper)
    if running is not None:
        return running
    trunk = whereabouts or Whereabouts(settings.trunk)
    await trunk.look()
    asterisk = await Asterisk.start(
        root,
        run_dir,
        template="pbx",
        values=await _values(settings, secrets, trunk.addresses),
        listening=pbx_listening(settings.pbx, settings.trunk),
        keeper=keeper,
    )
    # Left to itself it asks the trunk for the first time at some moment of its first qualify period.
    if settings.trunk.qualify:
        await asterisk.console("pjsip qualify trunk")
    return asterisk


async def know_trunk_at(
    asterisk: Asterisk, settings: Settings, secrets: Secrets, addresses: Sequence[Network] | None
) -> None:
    """Let a running Asterisk take the trunk for who speaks from these addresses; calls go on.

    With None it looks the trunk's name up itself, again at each time that it is told so. Raises StartError.
    """
    values = await _values(settings, secrets, addresses)
    for file in ("acl.conf", "pjsip.conf"):
        await asyncio.to_thread(asterisk.rewrite, file, template="pbx", values=values)
    # With the first one the endpoint is read again too, and our address towards the trunk with it.
    for module in ("acl", "res_pjsip_endpoint_identifier_ip.so"):
        await asterisk.console(f"module reload {module}", within=PROMPTLY)
