"""Where a trunk is, as settings say it or as it is looked up."""

import ipaddress
from collections.abc import Iterable

import pytest

from buurtbel.pbx import ANYWHERE, Secrets, pbx_values
from buurtbel.settings.settings import Pbx, Settings
from embedded.errors import EmbeddedError
from embedded.network.networks import Network, look_up, read_networks
from embedded.network.ports import address_towards
from embedded.network.whereabouts import Whereabouts, trunk_addresses
from ivr.pbx.trunk import Trunk


def names(networks: Iterable[Network]) -> list[str]:
    return [str(network) for network in networks]


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("", []),
        ("192.0.2.7", ["192.0.2.7/32"]),
        ("192.0.2.0/28, 198.51.100.4", ["192.0.2.0/28", "198.51.100.4/32"]),
        (" 192.0.2.9/28   2001:db8::1/48,", ["192.0.2.0/28", "2001:db8::/48"]),
        ("192.0.2.0/255.255.255.0", ["192.0.2.0/24"]),
    ],
)
def test_networks_are_read_as_people_write_them(text: str, networks: list[str]) -> None:
    assert names(read_networks(text, "BUURTBEL_TRUNK_NETWORKS")) == networks


@pytest.mark.parametrize(
    "text", ["trunk.example", "192.0.2.0/33", "192.0.2", "10.0.0.1;drop", "192.0.2.1-9", "all"]
)
def test_what_is_no_network_is_told_by_the_setting_s_name(text: str) -> None:
    with pytest.raises(
        EmbeddedError, match=r"BUURTBEL_TRUNK_NETWORKS holds .* which is no network: write it as"
    ):
        read_networks(text, "BUURTBEL_TRUNK_NETWORKS")


@pytest.mark.parametrize(
    ("host", "port", "found"),
    [
        ("192.0.2.7", None, ["192.0.2.7/32"]),
        ("[2001:db8::7]", 5060, ["2001:db8::7/128"]),
        ("localhost", None, []),
        ("nowhere.invalid", 5060, []),
    ],
    ids=["an address", "version 6", "a name that has SRV records perhaps", "a name of nobody"],
)
def test_an_address_is_known_and_a_name_is_looked_up(host: str, port: int | None, found: list[str]) -> None:
    assert names(look_up(host, port)) == found


def test_a_name_with_a_port_is_looked_up_at_each_start() -> None:
    assert ipaddress.ip_network("127.0.0.1/32") in look_up("localhost", 5060)


def test_the_trunk_is_where_it_says_and_where_its_uri_leads() -> None:
    trunk = Trunk(uri="sip:192.0.2.7", networks="198.51.100.0/24, 192.0.2.7")
    assert names(trunk_addresses(trunk)) == ["198.51.100.0/24", "192.0.2.7/32"]


@pytest.mark.parametrize(
    ("networks", "matches"), [("198.51.100.0/24", ["198.51.100.0/24"]), ("", ["trunk.example"])]
)
def test_who_calls_from_the_trunk_s_networks_is_the_trunk_and_else_asterisk_looks_it_up(
    networks: str, matches: list[str]
) -> None:
    settings = Settings(trunk=Trunk(uri="sip:trunk.example", networks=networks))
    values = pbx_values(settings, Secrets("q"), Whereabouts(settings.trunk).addresses)
    assert names(values["trunk"]["matches"]) == matches


@pytest.mark.parametrize("addresses", [["127.0.0.9", "::1"], ["10.0.0.0/8", "127.0.0.9", "::1"]])
def test_our_own_address_is_the_one_towards_where_the_trunk_s_name_leads(addresses: list[str]) -> None:
    settings = Settings(trunk=Trunk(uri="sip:trunk.example:5060"), pbx=Pbx(sip_bind="0.0.0.0:5060"))
    there = [ipaddress.ip_network(one) for one in addresses]
    assert pbx_values(settings, Secrets("q"), there)["sip"]["media_address"].startswith("127.")


def test_while_nobody_knows_where_it_leads_our_own_address_is_that_towards_the_world() -> None:
    settings = Settings(trunk=Trunk(uri="sip:trunk.example:5060"), pbx=Pbx(sip_bind="0.0.0.0:5060"))
    assert pbx_values(settings, Secrets("q"), [])["sip"]["media_address"] == address_towards(ANYWHERE)
