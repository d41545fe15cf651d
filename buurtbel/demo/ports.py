"""The ports of a demo, which no other demo on this machine uses at the same time."""

from dataclasses import dataclass

from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from embedded.network.ports import Address, PortRange

_CALLS = 120
"""Sounds at each end: twice what the calls of a demo need at once."""


@dataclass(frozen=True, slots=True)
class DemoPorts:
    """Where the parts of a demo listen, all on loopback."""

    sip: Address
    ari: Address
    trunk: Address
    """The first of the neighbourhood's three."""
    audio: PortRange
    phones_audio: PortRange

    @classmethod
    def taken(cls) -> "DemoPorts":
        """This process's own until it ends. Raises PortTakenError when too few are free."""
        first = free_ports(5)
        sip, ari, trunk = (Address(LOOPBACK, first + at) for at in range(3))
        return cls(sip, ari, trunk, free_audio_ports(_CALLS), free_audio_ports(_CALLS))
