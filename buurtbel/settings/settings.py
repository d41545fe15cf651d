"""Every setting of Buurtbel; `buurtbel.settings.reading` reads them from the environment and one file."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from broadcast.alert.own_numbers import OwnNumbers
from broadcast.policy import BroadcastPolicy, NodePolicy, RetryPolicy
from broadcast.retention.policy import RetentionPolicy
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.service_calls.leave_policy import LeavePolicy
from buurtbel.settings.backup_policy import BackupPolicy
from console.policy import ConsolePolicy
from directory.officers.lockout_policy import LockoutPolicy
from directory.users.session_policy import SessionPolicy
from ivr.officers.officer_policy import OfficerPolicy
from ivr.outbound.alert_policy import AlertPolicy
from ivr.pbx.trunk import Trunk
from prompts.zone import zone_names

_ZONE_IN = "the same in {}, with its article; empty = made of a Dutch name such as Politie Geel: {}"


class Database(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field("", description="PostgreSQL to use, as postgresql://...; empty = the embedded one")


class Pbx(BaseModel):
    """Our Asterisk: the embedded one, or (with `ari_url`) an existing one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sip_bind: str = Field("127.0.0.1:15060", description="address and port our Asterisk speaks SIP on")
    rtp_ports: str = Field("16000-18999", description="UDP ports for audio")
    external_address: str = Field("", description="public address for SIP and SDP behind NAT")
    filter: bool = Field(
        False,
        description="root lays an nftables filter at each start: SIP and audio from the trunk only",
    )
    ari_bind: str = Field("127.0.0.1:15088", description="address and port of the embedded Asterisk's ARI")
    ari_url: str = Field(
        "", description="an existing Asterisk, as http://host:8088; empty = the embedded one"
    )
    ari_user: str = Field("buurtbel", description="ARI user")
    ari_password: SecretStr = Field(SecretStr(""), description="ARI password; empty = made at first start")
    sounds: Path | None = Field(None, description="folder for sounds, same path on app and PBX")
    root: Path | None = Field(None, description="root file system with Asterisk; empty = built")


class Speech(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["espeak-ng", "gtts"] = Field(
        "espeak-ng", description="what speaks: espeak-ng on this machine, or gtts online"
    )
    zone: str = Field(
        "Politie Zuiderkempen",
        min_length=1,
        max_length=100,
        description="police zone named first in every call, in Dutch",
    )
    own_numbers: str = Field(
        "0800 30 300, 078 170 170, 070 245 245",
        description="telephone numbers that a text may name and nobody is asked about: the zone's own, and "
        "public ones (here tips to the police, Card Stop, Poison Centre); the caller id is one too",
    )
    zone_fr: str = Field("", max_length=100, description=_ZONE_IN.format("French", "la zone de police Geel"))
    zone_de: str = Field("", max_length=100, description=_ZONE_IN.format("German", "die Polizei Geel"))
    zone_en: str = Field("", max_length=100, description=_ZONE_IN.format("English", "the Geel police"))

    @property
    def zones(self) -> Mapping[str, str]:
        """The zone's name by language."""
        return zone_names(self.zone, fr=self.zone_fr, de=self.zone_de, en=self.zone_en)


class Settings(BaseModel):
    """`BUURTBEL_TRUNK_URI` is `trunk.uri`, `BUURTBEL_RETRY_NO_ANSWER` is `retry.no_answer`, and so on."""

    model_config = ConfigDict(frozen=True)

    data_dir: Path = Field(Path("/var/lib/buurtbel"), description="everything that must survive a restart")
    node: str = Field(
        default_factory=socket.gethostname,
        min_length=1,
        max_length=100,
        description="name of this machine among several nodes",
    )
    time_zone: str = Field(
        "Europe/Brussels", description="in which people read times, and in which networks have their hours"
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
    console: ConsolePolicy = ConsolePolicy()
    session: SessionPolicy = SessionPolicy()
    retention: RetentionPolicy = RetentionPolicy()
    backup: BackupPolicy = BackupPolicy()

    @property
    def own_numbers(self) -> OwnNumbers:
        """Telephone numbers that texts may name."""
        written = [*self.speech.own_numbers.split(","), self.trunk.caller_id]
        return OwnNumbers(tuple(written), self.trunk.country)

    @property
    def clock(self) -> ZoneInfo:
        """In which people read times."""
        return ZoneInfo(self.time_zone)

    @property
    def backup_folder(self) -> Path:
        """Where backups lie."""
        return (self.backup.folder or self.data_dir / "backups").absolute()

    @property
    def scratch_folder(self) -> Path:
        """Where backups are made, restored and compared; nothing stays there."""
        return self.data_dir.absolute() / "scratch"

    @property
    def sounds_folder(self) -> Path:
        """Where sounds lie for the PBX to play."""
        return (self.pbx.sounds or self.data_dir / "sounds").absolute()
