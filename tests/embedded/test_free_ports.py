"""Ports that are taken once are nobody else's, whoever looks for some at the same time."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from buurtbel.demo.ports import DemoPorts
from embedded.errors import PortTakenError
from embedded.network.free_ports import BLOCK, LOOPBACK, TCP, UDP, FreePorts
from embedded.network.ports import Address, is_free

TAKES = """
import sys
from embedded.network.free_ports import free_audio_ports, free_ports
audio = free_audio_ports()
print(*(free_ports(1) for _ in range(50)), *range(audio.first, audio.last + 1), flush=True)
sys.stdin.read()
"""
BESIDE = 6


@pytest.fixture
def ports() -> Iterator[FreePorts]:
    """As another process has them."""
    with closing(FreePorts()) as ports:
        yield ports


def test_processes_that_look_at_once_never_find_the_same() -> None:
    with ExitStack() as running:
        takers = [
            running.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", TAKES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(BESIDE)
        ]
        found = []
        for taker in takers:
            assert taker.stdout
            found.append(set(taker.stdout.readline().split()))
    assert all(len(ports) == 50 + 120 for ports in found)
    assert len(set().union(*found)) == BESIDE * (50 + 120)


def test_none_is_given_out_twice_though_nobody_listens_there(ports: FreePorts) -> None:
    taken = [port for _ in range(200) for port in ports.in_a_row(3, TCP)]
    assert len(set(taken)) == 600


@pytest.mark.parametrize("kind", [TCP, UDP])
def test_a_port_at_which_somebody_listens_is_left_out(ports: FreePorts, kind: socket.SocketKind) -> None:
    after = ports.in_a_row(1).stop
    taken = next(port for port in range(after, after + 50) if is_free(Address(LOOPBACK, port), kind))
    with closing(socket.socket(socket.AF_INET, kind)) as other:
        other.bind((LOOPBACK, taken))
        assert ports.in_a_row(50, TCP, UDP).start > taken


def test_audio_ports_are_pairs_that_begin_even_and_may_be_more_than_a_block(ports: FreePorts) -> None:
    for calls in (2, 60, BLOCK):
        audio = ports.audio(calls)
        assert audio.first % 2 == 0
        assert audio.last - audio.first + 1 == 2 * calls
        assert all(is_free(Address(LOOPBACK, port), UDP) for port in range(audio.first, audio.last + 1))


def test_when_no_block_is_left_a_sentence_says_what_to_do(ports: FreePorts) -> None:
    only = [ports.in_a_row(1).start - 1]
    with closing(FreePorts(only)) as others, pytest.raises(PortTakenError, match="end other demos"):
        others.in_a_row(1)
    ports.close()
    with closing(FreePorts(only)) as others:
        others.in_a_row(1)
        with pytest.raises(PortTakenError, match="end other demos"):
            others.audio(BLOCK // 2)


def test_two_demos_share_no_port() -> None:
    one, other = (
        {
            ports.sip.port,
            ports.ari.port,
            *range(ports.trunk.port, ports.trunk.port + 3),
            *range(ports.audio.first, ports.audio.last + 1),
            *range(ports.phones_audio.first, ports.phones_audio.last + 1),
        }
        for ports in (DemoPorts.taken(), DemoPorts.taken())
    )
    assert len(one) == len(other) == 5 + 2 * 240
    assert one & other == set()
