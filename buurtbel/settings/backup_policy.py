"""When backups are made by the clock, where they lie and how many are kept, as the product ships it."""

from datetime import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class BackupPolicy(BaseModel):
    """The settings of backups."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: time | None = Field(
        time(2, 30), description="time of day at which `serve` makes one; none = never by the clock"
    )
    folder: Path | None = Field(
        None, description="folder for them; empty = `backups` in the data folder. Another disk is better"
    )
    keep: int = Field(14, ge=1, le=10_000, description="how many of those made by the clock are kept")
    recipients: str = Field(
        "",
        max_length=2000,
        description="public keys of age (age1...) that they are encrypted to, with commas between; "
        "empty = not encrypted",
    )
    verify: bool = Field(
        True, description="each that is made by the clock is restored into a database of its own and compared"
    )
    hook: Path | None = Field(
        None,
        description="program that is run with the file of each backup made by the clock, to take it away",
    )
    hook_within: float = Field(3600.0, gt=0, le=86400, description="seconds that this program gets")
    archive: Path | None = Field(
        None,
        description="folder, best on another machine, into which every change of the embedded database is "
        "written within a second; empty = none",
    )
    old_after: float = Field(
        36.0, gt=0, le=8760, description="hours after which `doctor` calls the newest backup too old"
    )
