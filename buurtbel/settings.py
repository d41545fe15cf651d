"""Every setting of Buurtbel, read once from the environment (BUURTBEL_...) and an optional file."""

import socket
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from broadcast.duty_policy import DutyPolicy
from broadcast.leave_policy import LeavePolicy
from broadcast.policy import BroadcastPolicy, NodePolicy, RetryPolicy
from directory.lockout import LockoutPolicy
from ivr.alert_policy import AlertPolicy
from ivr.officer_policy import OfficerPolicy
from ivr.trunk import Trunk


class Database(BaseModel):
    model_config = ConfigDict(frozen=True)

    url: str = Field("", description="PostgreSQL to use, as postgresql://...; empty = the embedded one")


class Pbx(BaseModel):
    """Our Asterisk: the embedded one, or (with `ari_url`) an existing one."""

    model_config = ConfigDict(frozen=True)

    sip_bind: str = Field("127.0.0.1:15060", description="address and port our Asterisk speaks SIP on")
    rtp_ports: str = Field("16000-18999", description="UDP ports for audio")
    external_address: str = Field("", description="public address for SIP and SDP behind NAT")
    ari_bind: str = Field("127.0.0.1:15088", description="address and port of the embedded Asterisk's ARI")
    ari_url: str = Field(
        "", description="an existing Asterisk, as http://host:8088; empty = the embedded one"
    )
    ari_user: str = Field("buurtbel", description="ARI user")
    ari_password: SecretStr = Field(SecretStr(""), description="ARI password; empty = made at first start")
    sounds: Path | None = Field(None, description="folder for sounds, same path on app and PBX")
    root: Path | None = Field(None, description="root file system with Asterisk; empty = built")


class Speech(BaseModel):
    model_config = ConfigDict(frozen=True)

    engine: str = Field("espeak-ng", pattern="^(espeak-ng|gtts)$", description="espeak-ng, or gtts (online)")
    zone: str = Field("Politie Zuiderkempen", description="police zone named first in every call")


class Settings(BaseSettings):
    """`BUURTBEL_TRUNK_URI` is `trunk.uri`, `BUURTBEL_RETRY_NO_ANSWER` is `retry.no_answer`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="BUURTBEL_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_file="buurtbel.env",
        frozen=True,
        extra="ignore",
    )

    data_dir: Path = Field(Path("/var/lib/buurtbel"), description="everything that must survive a restart")
    node: str = Field(
        default_factory=socket.gethostname,
        min_length=1,
        max_length=100,
        description="name of this machine among several nodes",
    )
    database: Database = Database()
    pbx: Pbx = Pbx()
    trunk: Trunk = Trunk()
    speech: Speech = Speech()
    alert: AlertPolicy = AlertPolicy()
    retry: RetryPolicy = RetryPolicy()
    broadcast: BroadcastPolicy = BroadcastPolicy()
    nodes: NodePolicy = NodePolicy()
    officers: OfficerPolicy = OfficerPolicy()
    lockout: LockoutPolicy = LockoutPolicy()
    duty: DutyPolicy = DutyPolicy()
    leaving: LeavePolicy = LeavePolicy()

    @property
    def sounds_folder(self) -> Path:
        """Where sounds lie for the PBX to play."""
        return (self.pbx.sounds or self.data_dir / "sounds").absolute()
