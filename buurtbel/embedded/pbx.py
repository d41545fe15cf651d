"""Our own Asterisk: its secrets, the values of its templates, its start."""

import re
import secrets as random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buurtbel.embedded.asterisk import Asterisk, Listening
from buurtbel.embedded.errors import EmbeddedError
from buurtbel.embedded.ports import Address, PortRange, address_towards
from buurtbel.settings import Pbx, Settings
from ivr.trunk import Trunk
from prompts.catalogue import LANGUAGES
from prompts.fixed import place_of

ARI_APP = "buurtbel"
FALLBACK_PASSES = 3
CALLER_LIMIT = 900
"""Seconds after which a call from outside ends, whatever is said."""

_PASSWORD_BYTES = 30  # 40 characters
_URI = re.compile(
    r"(?P<scheme>sips?):(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d{1,5}))?(?P<parameters>(?:;[\w=.-]+)*)"
)
_CODEC = re.compile(r"alaw|ulaw|g722|slin16")
_CALLER_ID = re.compile(r"\+?[0-9]{3,15}")


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


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a trunk's URI leads."""

    host: str
    port: int | None
    protocol: str

    @classmethod
    def parse(cls, uri: str) -> "Peer":
        """Read `sip:host:port;transport=tcp` or `sips:host`."""
        found = _URI.fullmatch(uri.strip())
        if found is None:
            raise EmbeddedError("BUURTBEL_TRUNK_URI is no SIP address: write it as sip:trunk.example:5060.")
        wanted = re.search(r";transport=(udp|tcp|tls)\b", found["parameters"])
        protocol = "tls" if found["scheme"] == "sips" else wanted[1] if wanted else "udp"
        return cls(found["host"], int(found["port"]) if found["port"] else None, protocol)

    @property
    def uri(self) -> str:
        """Without a port the peer's own DNS records (NAPTR, SRV) name it."""
        port = f":{self.port}" if self.port else ""
        transport = "" if self.protocol == "udp" else f";transport={self.protocol}"
        return f"sip:{self.host}{port}{transport}"

    @property
    def is_name(self) -> bool:
        return re.search(r"[a-zA-Z]", self.host) is not None and ":" not in self.host


def pbx_values(settings: Settings, secrets: Secrets) -> dict[str, Any]:
    """Everything that the templates in `asterisk-config/pbx` name. EmbeddedError names a wrong setting."""
    pbx, trunk = settings.pbx, settings.trunk
    sip, ari, rtp = Address.parse(pbx.sip_bind), Address.parse(pbx.ari_bind), PortRange.parse(pbx.rtp_ports)
    peer = Peer.parse(trunk.uri)
    return {
        "name": "buurtbel",
        "sip": {
            "host": sip.host,
            "port": sip.port,
            "protocol": peer.protocol,
            "media_address": address_towards(peer.host) if sip.host == "0.0.0.0" else sip.host,  # noqa: S104
            "external_address": _plain(pbx.external_address, "BUURTBEL_PBX_EXTERNAL_ADDRESS"),
        },
        "rtp": {"first": rtp.first, "last": rtp.last},
        "ari": {
            "host": ari.host,
            "port": ari.port,
            "app": ARI_APP,
            "user": _plain(pbx.ari_user, "BUURTBEL_PBX_ARI_USER"),
            "password": _plain(ari_password(pbx, secrets), "BUURTBEL_PBX_ARI_PASSWORD"),
        },
        "fallback_passes": FALLBACK_PASSES,
        "caller_limit": CALLER_LIMIT,
        "away_sounds": [place_of(settings.sounds_folder, "line_away", language) for language in LANGUAGES],
        "trunk": _trunk_values(trunk, peer),
    }


def ari_password(pbx: Pbx, secrets: Secrets) -> str:
    """The password from the settings, else the one made at the first start."""
    return pbx.ari_password.get_secret_value() or secrets.ari_password


def _trunk_values(trunk: Trunk, peer: Peer) -> dict[str, Any]:
    codecs = [codec.strip() for codec in trunk.codecs.split(",")]
    if not all(_CODEC.fullmatch(codec) for codec in codecs):
        raise EmbeddedError("BUURTBEL_TRUNK_CODECS names an unknown codec: use alaw, ulaw, g722 or slin16.")
    if not _CALLER_ID.fullmatch(trunk.caller_id):
        raise EmbeddedError("BUURTBEL_TRUNK_CALLER_ID is no number: write it as +3214539600.")
    if trunk.register_with and not trunk.user:
        raise EmbeddedError("Registering needs BUURTBEL_TRUNK_USER and BUURTBEL_TRUNK_PASSWORD.")
    user = _plain(trunk.user, "BUURTBEL_TRUNK_USER")
    in_from = trunk.caller_id_header == "from"
    return {
        "host": peer.host,
        "contact": peer.uri,
        "server": peer.uri,
        "client": f"sip:{user}@{peer.host}",
        "user": user,
        "password": _plain(trunk.password.get_secret_value(), "BUURTBEL_TRUNK_PASSWORD"),
        "registers": trunk.register_with,
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
    if re.search(r"[\x00-\x1f\x7f;\[\]\"\\]", value) or value != value.strip():
        raise EmbeddedError(
            f"{name} holds a character that Asterisk's configuration cannot hold: leave it out."
        )
    return value


def pbx_listening(pbx: Pbx, trunk: Trunk) -> Listening:
    """The addresses that `start_pbx` needs free."""
    sip, ari = Address.parse(pbx.sip_bind), Address.parse(pbx.ari_bind)
    over_udp = Peer.parse(trunk.uri).protocol == "udp"
    return Listening(
        udp=[sip] if over_udp else [],
        tcp=[ari] if over_udp else [sip, ari],
        audio=PortRange.parse(pbx.rtp_ports),
    )


async def start_pbx(root: Path, run_dir: Path, settings: Settings, secrets: Secrets) -> Asterisk:
    """Our Asterisk, ready to be told by ARI whom to call; an already running one on `run_dir` is adopted."""
    running = Asterisk.adopt(root, run_dir)
    if running is not None:
        return running
    asterisk = await Asterisk.start(
        root,
        run_dir,
        template="pbx",
        values=pbx_values(settings, secrets),
        listening=pbx_listening(settings.pbx, settings.trunk),
    )
    # Left to itself it asks the trunk for the first time at some moment of its first qualify period.
    if settings.trunk.qualify:
        await asterisk.console("pjsip qualify trunk")
    return asterisk
