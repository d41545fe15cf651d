"""A trunk's name that leads nowhere, elsewhere, or to one of several addresses at a time."""

import threading
from collections.abc import Iterator, Sequence
from ipaddress import ip_network

import pytest

from embedded.network import whereabouts
from embedded.network.networks import Network
from embedded.network.whereabouts import KEPT_FOR, Whereabouts
from ivr.pbx.trunk import Trunk

HERE, THERE = "192.0.2.7", "192.0.2.9"


class Dns:
    """Answers with these addresses, and the clock."""

    def __init__(self, *leads_to: str) -> None:
        self.leads_to: Sequence[str] = leads_to
        self.now = 0.0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked = 0

    def __call__(self, host: str, port: int | None) -> Sequence[Network]:
        self.asked += 1
        self.may_answer.wait()
        return [ip_network(one) for one in self.leads_to]

    def of(self, uri: str = "sip:trunk.test:5060", networks: str = "") -> Whereabouts:
        return Whereabouts(Trunk(uri=uri, networks=networks), self, clock=lambda: self.now)


@pytest.fixture
def dns() -> Iterator[Dns]:
    made = Dns(HERE)
    yield made
    made.may_answer.set()


def known(trunk: Whereabouts) -> list[str] | None:
    return None if trunk.addresses is None else [str(one.network_address) for one in trunk.addresses]


async def test_a_name_that_leads_nowhere_lets_nobody_in_until_it_leads_somewhere(dns: Dns) -> None:
    dns.leads_to = ()
    trunk = dns.of()
    await trunk.look()
    assert known(trunk) == []
    dns.leads_to = [HERE]
    await trunk.look()
    assert known(trunk) == [HERE]


async def test_who_was_the_trunk_before_our_start_is_it_still_while_the_dns_is_away(dns: Dns) -> None:
    dns.leads_to = ()
    trunk = dns.of()
    trunk.recall([HERE])
    await trunk.look()
    assert known(trunk) == [HERE]
    dns.leads_to, dns.now = [THERE], KEPT_FOR + 1
    await trunk.look()
    assert known(trunk) == [THERE]


async def test_who_was_the_trunk_stays_it_for_as_long_as_its_calls_may_last(dns: Dns) -> None:
    trunk = dns.of()
    await trunk.look()
    dns.leads_to, dns.now = [THERE], KEPT_FOR
    await trunk.look()
    assert known(trunk) == [HERE, THERE]
    dns.now += 1
    await trunk.look()
    assert known(trunk) == [THERE]


async def test_a_dns_that_is_away_takes_nothing_away(dns: Dns) -> None:
    trunk = dns.of()
    await trunk.look()
    dns.leads_to, dns.now = (), 100 * KEPT_FOR
    await trunk.look()
    assert (known(trunk), list(trunk.found)) == ([HERE], [])


async def test_a_dns_that_does_not_answer_is_asked_once_and_waited_for_no_longer_than_that(
    dns: Dns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whereabouts, "ANSWERED_WITHIN", 0.05)
    dns.may_answer.clear()
    trunk = dns.of()
    for _ in range(3):
        await trunk.look()
    assert (dns.asked, known(trunk)) == (1, [])
    dns.may_answer.set()
    monkeypatch.setattr(whereabouts, "ANSWERED_WITHIN", 10.0)
    await trunk.look()
    assert (dns.asked, known(trunk)) == (1, [HERE])


@pytest.mark.parametrize(
    ("uri", "networks", "addresses", "may_change"),
    [
        ("sip:192.0.2.7", "", [HERE], False),
        ("sip:trunk.test:5060", "198.51.100.0/24", ["198.51.100.0", HERE], True),
        ("sip:trunk.test", "", None, True),
    ],
)
async def test_what_may_change_is_followed(
    dns: Dns, uri: str, networks: str, addresses: list[str] | None, may_change: bool
) -> None:
    trunk = dns.of(uri, networks)
    await trunk.look()
    assert (known(trunk), trunk.may_change) == (addresses, may_change)
