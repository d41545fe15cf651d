"""The way out to the telephone network, as settings."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

SIMULATED_URI = "sip:127.0.0.1:15070"


class NumberFormat(StrEnum):
    """How the trunk wants Belgian and foreign numbers written."""

    PLUS = "+32"
    ZEROS = "0032"
    NATIONAL = "04"


class Trunk(BaseModel):
    """One SIP trunk. Everything has a default that reaches the simulated neighbourhood."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    uri: str = Field(SIMULATED_URI, description="SIP peer that calls go to; sips: or ;transport=tls for TLS")
    simulated: bool | None = Field(
        None, description="the far end is a simulation, so +999 numbers may be dialled"
    )
    networks: str = Field(
        "",
        description="addresses and networks that the trunk calls from, as 192.0.2.0/28, 192.0.2.99; "
        "empty = the address in its URI, looked up at each start",
    )
    media_networks: str = Field(
        "",
        description="addresses and networks that the trunk's audio comes from, for the packet filter; "
        "empty = wherever its SDP says",
    )
    symmetric_rtp: bool = Field(
        False,
        description="send audio to where the trunk's comes from, for one whose SDP names another address",
    )
    user: str = Field("", description="user name for digest authentication")
    password: SecretStr = Field(SecretStr(""), description="password for digest authentication")
    register_with: bool = Field(False, description="register with the trunk, so that it can reach us")
    caller_id: str = Field("+3214539600", description="number shown to the called person")
    caller_id_header: Literal["from", "pai", "rpid"] = Field(
        "from", description="header the caller id goes in"
    )
    number_format: NumberFormat = Field(NumberFormat.PLUS, description="how numbers are written to the trunk")
    country: str = Field(
        "BE", description="country whose national numbers the trunk writes, when it tells who calls"
    )
    trusts_identity: bool = Field(
        False,
        description="take who calls from P-Asserted-Identity and verstat; only for a trunk that lets no "
        "caller write them",
    )
    vouches_for_numbers: bool | None = Field(
        None,
        description="the carrier screens who calls, so that nobody reaches us with another's number; "
        "empty = no, but for a simulation",
    )
    codecs: str = Field("alaw,ulaw", description="codecs offered, best first")
    srtp: bool = Field(False, description="encrypt the audio (SRTP by SDES; use it with TLS)")
    ca_file: str = Field("", description="certificate authority that signs the trunk's TLS certificate")
    qualify: int = Field(
        10, ge=0, le=3600, description="seconds between two OPTIONS to the trunk; 0 for one that ignores them"
    )
    channels: int = Field(30, ge=1, le=10_000, description="calls at once that the trunk carries")
    kept_for_callers: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="part of the channels kept free of our own calls, for callers",
    )
    most_for_callers: float = Field(
        0.5,
        ge=0,
        le=1,
        description="part of the channels that callers keep while an urgent alert lacks some; "
        "never less than what is kept for them",
    )
    calls_per_second: float = Field(
        10.0, gt=0, le=1000, description="new calls a second that the trunk accepts"
    )

    @property
    def is_simulated(self) -> bool:
        return self.uri == SIMULATED_URI if self.simulated is None else self.simulated

    @property
    def vouches(self) -> bool:
        """Whether callers have the numbers that they show."""
        return self.is_simulated if self.vouches_for_numbers is None else self.vouches_for_numbers

    @property
    def channels_for_callers(self) -> int:
        return int(self.channels * self.kept_for_callers)

    @property
    def most_callers(self) -> int:
        """How many channels callers keep while an urgent alert lacks some."""
        return max(int(self.channels * self.most_for_callers), self.channels_for_callers)

    def written(self, e164: str) -> str:
        """The number as this trunk wants it: +32470..., 0032470... or 0470... (foreign: 00...)."""
        if self.number_format is NumberFormat.PLUS:
            return e164
        if self.number_format is NumberFormat.NATIONAL and e164.startswith("+32"):
            return "0" + e164.removeprefix("+32")
        return "00" + e164.removeprefix("+")
