"""The packet filter: its rules as nftables gets them, and what strangers get where it lies."""

import shutil
import subprocess
from pathlib import Path

import pytest

from buurtbel.serve.packet_filter import Filter, FilterError, filter_of, lay, removal, table_of
from buurtbel.settings.settings import Pbx, Settings
from embedded.network.networks import read_networks
from embedded.network.ports import Address, PortRange
from ivr.pbx.trunk import Trunk
from tests.support.apart import apart


def settings(folder: Path, trunk: Trunk | None = None, /, **pbx: object) -> Settings:
    return Settings(
        data_dir=folder,
        pbx=Pbx.model_validate({"filter": True, "sip_bind": "192.0.2.1:5060", **pbx}),
        trunk=trunk or Trunk(uri="sip:192.0.2.7"),
    )


def rules(
    *, host: str = "192.0.2.1", protocol: str = "udp", trunk: str = "192.0.2.7", media: str = ""
) -> str:
    return Filter(
        "buurtbel_test",
        Address(host, 5060),
        protocol,
        PortRange(16000, 18999),
        read_networks(trunk, "x"),
        read_networks(media, "x"),
    ).rules()


SIP_ONLY = """\
table inet buurtbel_test
delete table inet buurtbel_test
table inet buurtbel_test {
  chain sip {
    ip saddr 192.0.2.7/32 accept
    counter drop
  }
  chain input {
    type filter hook input priority -5; policy accept;
    ip daddr 192.0.2.1 udp dport 5060 jump sip
  }
}
"""
ALL = """\
table inet buurtbel_test
delete table inet buurtbel_test
table inet buurtbel_test {
  chain sip {
    ip saddr 192.0.2.0/28 accept
    ip6 saddr 2001:db8::/48 accept
    counter drop
  }
  chain audio {
    ip saddr 198.51.100.0/24 accept
    counter drop
  }
  chain input {
    type filter hook input priority -5; policy accept;
    tcp dport 5060 jump sip
    udp dport 16000-18999 jump audio
  }
}
"""


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({}, SIP_ONLY),
        (
            {
                "host": "0.0.0.0",
                "protocol": "tcp",
                "trunk": "2001:db8::/48, 192.0.2.0/28",
                "media": "198.51.100.0/24",
            },
            ALL,
        ),
    ],
    ids=["audio is left to Asterisk", "all of it"],
)
def test_the_rules_are_these(told: dict[str, str], wanted: str) -> None:
    assert rules(**told) == wanted
    checked = subprocess.run(
        [nft(), "-c", "-f", "-"], input=wanted, text=True, capture_output=True, check=False
    )
    # Without root nft reads the rules and cannot ask the kernel.
    assert not checked.stderr or "Operation not permitted" in checked.stderr


def nft() -> str:
    found = shutil.which("nft", path="/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin")
    assert found, "install it with `apt-get install nftables`"
    return found


def test_settings_say_what_is_let_through(tmp_path: Path) -> None:
    trunk = Trunk(uri="sips:192.0.2.7", networks="192.0.2.64/26", media_networks="198.51.100.0/24")
    made = filter_of(settings(tmp_path, trunk, rtp_ports="20000-20099"))
    assert made.protocol == "tcp"
    assert [str(network) for network in made.trunk] == ["192.0.2.64/26", "192.0.2.7/32"]
    assert [str(network) for network in made.media] == ["198.51.100.0/24"]
    assert (made.sip, made.audio) == (Address("192.0.2.1", 5060), PortRange(20000, 20099))


def test_each_data_folder_has_a_table_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    names = {table_of(tmp_path / name) for name in ("a", "b", "a")}
    assert len(names) == 2
    assert all(len(name) == len("buurtbel_") + 12 and name.replace("_", "").isalnum() for name in names)


def test_a_trunk_that_nobody_can_find_gets_no_filter_that_shuts_it_out(tmp_path: Path) -> None:
    with pytest.raises(FilterError, match="name them in BUURTBEL_TRUNK_NETWORKS"):
        filter_of(settings(tmp_path, Trunk(uri="sip:trunk.invalid")))


def test_networks_that_are_none_are_told_before_anything_is_laid(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="BUURTBEL_TRUNK_MEDIA_NETWORKS"):
        filter_of(settings(tmp_path, Trunk(uri="sip:192.0.2.7", media_networks="everywhere")))


@pytest.mark.parametrize(
    "pbx", [{"filter": False}, {"ari_url": "http://127.0.0.1:8088"}], ids=["off", "not ours"]
)
def test_without_the_setting_there_is_nothing_to_do(tmp_path: Path, pbx: dict[str, object]) -> None:
    assert lay(settings(tmp_path, **pbx)) == ""


def test_removal_works_whether_the_table_is_there_or_not() -> None:
    assert removal("x") == "table inet x\ndelete table inet x"


@pytest.mark.pbx
@pytest.mark.timeout(120)
def test_behind_the_filter_strangers_get_no_answer_at_all(asterisk_root: Path, pbx_folder: Path) -> None:
    """In a network of its own, so that nothing of this machine's is touched."""
    alone = apart("tests.embedded.pbx.behind_filter", str(pbx_folder / "filtered"), of=["net"])
    played = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.splitlines() == [
        "without: trunk=200 stranger=403 audio=2",
        "with: trunk=200 stranger=None audio=1",
        "again: trunk=200 stranger=None audio=1",
        "off: trunk=200 stranger=403 audio=2",
        "rules of others: untouched",
    ]
