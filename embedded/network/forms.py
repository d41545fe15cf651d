"""How addresses, numbers and names are written in settings, and the words that say so."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from zoneinfo import ZoneInfo

FIRST_OPEN_PORT = 1024
"""Asterisk runs without the right to use a port below."""
LAST_PORT = 65_535

TRUNK_URI = re.compile(
    r"(?P<scheme>sips?):(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d{1,5}))?(?P<parameters>(?:;[\w=.-]+)*)"
)
CODEC = re.compile(r"alaw|ulaw|g722|slin16")
CALLER_ID = re.compile(r"\+?[0-9]{3,15}")
_WRITTEN_NUMBER = re.compile(r" *\+?[0-9](?:[ ./()-]{0,2}[0-9]){2,14} *")
_COUNTRY = re.compile(r"[A-Z]{2}")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", re.ASCII)
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9](?:[\w-]*\w)?(?:\.[A-Za-z0-9](?:[\w-]*\w)?)*", re.ASCII)
_ARI_URL = re.compile(r"https?://(?P<host>[^\s/:@]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d{1,5}))?/?", re.ASCII)
_DATABASE_URL = re.compile(r"postgres(?:ql)?(?:\+\w+)?://\S*")
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_NOT_FOR_ASTERISK = re.compile(r"[\x00-\x1f\x7f;\[\]\"\\]")


@dataclass(frozen=True, slots=True)
class Form:
    """How one setting is written: `words` follow "write it as", `fits` decides."""

    words: str
    fits: Callable[[str], bool]


def address(text: str) -> tuple[str, int] | None:
    """`127.0.0.1:15060` as host and port; None when it is none."""
    host, _, port = text.rpartition(":")
    if not _IPV4.fullmatch(host) or not _is_port(port):
        return None
    return host, int(port)


def ports(text: str) -> range | None:
    """`16000-18999` as the ports in it; None when it is no range."""
    first, _, last = text.partition("-")
    if not (_is_port(first) and _is_port(last) and int(first) < int(last)):
        return None
    return range(int(first), int(last) + 1)


def is_plain(text: str) -> bool:
    """Cannot begin a line, comment or section of its own in a configuration file of Asterisk."""
    return not _NOT_FOR_ASTERISK.search(text) and text == text.strip()


def is_country(text: str) -> bool:
    """Two letters (ISO 3166) of a country whose telephone numbers are known."""
    if not _COUNTRY.fullmatch(text):
        return False
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - slow, and hardly ever set

    return text in SUPPORTED_REGIONS


def is_time_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # there is none, it is no name, or it is a folder
        return False
    return True


def are_networks(text: str) -> bool:
    """Addresses and networks with commas or spaces between them."""
    try:
        return bool([ip_network(one, strict=False) for one in text.replace(",", " ").split()])
    except ValueError:
        return False


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 0 < int(text) <= LAST_PORT


def _is_open_address(text: str) -> bool:
    found = address(text)
    return found is not None and found[1] >= FIRST_OPEN_PORT


def _is_open_range(text: str) -> bool:
    found = ports(text)
    return found is not None and found.start >= FIRST_OPEN_PORT


def _is_trunk(text: str) -> bool:
    found = TRUNK_URI.fullmatch(text.strip())
    return found is not None and (found["port"] is None or _is_port(found["port"]))


def _is_ari_url(text: str) -> bool:
    found = _ARI_URL.fullmatch(text)
    return found is not None and (found["port"] is None or _is_port(found["port"]))


def _is_line(text: str) -> bool:
    return not _NOT_IN_A_LINE.search(text) and bool(text.strip())


_ADDRESS = Form(
    "an IPv4 address of this machine and a port from 1024 on, such as 127.0.0.1:15060 "
    "(Asterisk has no right to lower ports)",
    _is_open_address,
)
_PLAIN = Form('text with no control characters, no spaces around it, and none of ; [ ] " \\', is_plain)
_NETWORKS = Form(
    "addresses and networks with commas between them, such as 192.0.2.0/28, 192.0.2.99", are_networks
)
_LINE = Form("a name of 1 to 100 characters, on one line", _is_line)
_PATH = Form("the path of a folder, on one line", _is_line)
_FILE = Form("the path of a file, on one line", _is_line)

FORMS: Mapping[str, Form] = {
    "data_dir": _PATH,
    "node": _LINE,
    "time_zone": Form("the name of a time zone, such as Europe/Brussels", is_time_zone),
    "database.url": Form("postgresql://user:password@host/name", lambda t: bool(_DATABASE_URL.fullmatch(t))),
    "pbx.sip_bind": _ADDRESS,
    "pbx.ari_bind": _ADDRESS,
    "pbx.rtp_ports": Form("the first and the last port, from 1024 on, such as 16000-18999", _is_open_range),
    "pbx.external_address": Form(
        "an IPv4 address or a host name", lambda t: bool(_IPV4.fullmatch(t) or _HOST.fullmatch(t))
    ),
    "pbx.ari_url": Form("the address of an Asterisk, such as http://pbx.example:8088", _is_ari_url),
    "pbx.ari_user": _PLAIN,
    "pbx.ari_password": _PLAIN,
    "pbx.sounds": _PATH,
    "pbx.root": _PATH,
    "trunk.uri": Form(
        "a SIP address, such as sip:trunk.example:5060 or sips:trunk.example, "
        "with ;transport=tcp behind it where needed",
        _is_trunk,
    ),
    "trunk.networks": _NETWORKS,
    "trunk.media_networks": _NETWORKS,
    "trunk.user": _PLAIN,
    "trunk.password": _PLAIN,
    "trunk.ca_file": _PLAIN,
    "trunk.caller_id": Form(
        "a telephone number, such as +3214539600", lambda t: bool(CALLER_ID.fullmatch(t))
    ),
    "trunk.country": Form("the two letters of a country, such as BE", is_country),
    "trunk.codecs": Form(
        "some of alaw, ulaw, g722 and slin16 with commas between them, best first",
        lambda t: all(CODEC.fullmatch(one.strip()) for one in t.split(",")),
    ),
    "console.bind": Form(
        "an IPv4 address of this machine and a port from 1024 on, such as 127.0.0.1:15080", _is_open_address
    ),
    "console.url": Form(
        "an address without a path, such as https://buurtbel.example",
        lambda t: bool(re.fullmatch(r"https?://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?/?", t)),
    ),
    "console.certificate": _FILE,
    "console.key": _FILE,
    "backup.folder": _PATH,
    "backup.hook": _FILE,
    "backup.archive": _PATH,
    "console.proxy": Form("an IPv4 address, such as 127.0.0.1", lambda t: bool(_IPV4.fullmatch(t))),
    "speech.zone": _LINE,
    "speech.zone_fr": _LINE,
    "speech.zone_de": _LINE,
    "speech.zone_en": _LINE,
    "speech.own_numbers": Form(
        "telephone numbers with commas between them, such as 014 53 96 00, 0800 12 345",
        lambda t: all(_WRITTEN_NUMBER.fullmatch(one) for one in t.split(",")),
    ),
}
"""By section and field; a setting that is not here is told by its type and its bounds."""
