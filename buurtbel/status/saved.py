"""Whether what must not be lost is saved: how old the newest backup is, and what is not right with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from buurtbel.backup.archive import SLOT
from buurtbel.backup.folder import LastBackup, read_state
from buurtbel.settings.settings import Settings
from buurtbel.times import day_and_time


@dataclass(frozen=True, slots=True)
class Saved:
    """What is known of the last backup."""

    ok: bool
    says: str


def backup_told(settings: Settings, *, now: datetime) -> Saved:
    """How backups stand on this machine, as one or two sentences."""
    policy, state = settings.backup, read_state(settings.data_dir)
    by_clock = (
        f"`buurtbel serve` makes one at {policy.at:%H:%M}" if policy.at else "none is made by the clock"
    )
    if state is None:
        return Saved(True, f"none yet; {by_clock}")
    if state.failed_at is not None:
        since = day_and_time(state.failed_at, settings.clock)
        return Saved(False, f"The last one failed on {since}: {state.why} {_newest(state, settings)}".strip())
    old_after = timedelta(hours=policy.old_after)
    if now - (state.at or state.since) > old_after:
        which = _newest(state, settings) or "There is none."
        return Saved(False, f"{which} That is too long ago ({by_clock}); make one with `buurtbel backup`.")
    if state.at is None:
        return Saved(True, f"none yet; {by_clock}")
    if not Path(state.file).exists():
        return Saved(
            False, f"The newest one is not there any more: {state.file}. Make one: `buurtbel backup`."
        )
    how = ", restored elsewhere and compared" if state.is_verified else ""
    return Saved(True, f"made on {day_and_time(state.at, settings.clock)}{how}")


async def archive_told(settings: Settings, engine: AsyncEngine) -> Saved | None:
    """Whether every change is written into the archive; None where there is none."""
    folder = settings.backup.archive
    if folder is None or settings.database.url:
        return None
    asked = text("SELECT active FROM pg_replication_slots WHERE slot_name = :slot")
    async with engine.connect() as connection:
        if await connection.scalar(asked, {"slot": SLOT}):
            return Saved(True, f"every change is written into {folder}")
    return Saved(
        False,
        f"Nothing writes the changes into {folder}: see whether `buurtbel serve` runs, was started after "
        "this was set, and can write there.",
    )


def _newest(state: LastBackup, settings: Settings) -> str:
    return f"The newest is of {day_and_time(state.at, settings.clock)}." if state.at else ""
