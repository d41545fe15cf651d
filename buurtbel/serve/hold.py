"""The first moments of `serve`: root does what only root can, and everything else has its own account."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from buurtbel.serve import console_child
from buurtbel.serve.call_logs import call_logs
from buurtbel.serve.installation import INSTALLATION
from buurtbel.settings.named_files import check_for_line, check_for_pbx
from buurtbel.settings.reading import environment_of_settings
from buurtbel.settings.settings import Settings
from embedded import asterisk, postgres
from embedded.account import (
    DATABASE,
    PBX,
    SERVES,
    Account,
    account_for,
    as_account,
    check_interpreter_reachable,
    check_reachable,
)
from embedded.alone import held_by_another
from embedded.asterisk_root import Installation, ensure_root
from embedded.errors import FolderError, RunsAlready
from embedded.folders import hand_over, make_folder, make_folder_in, owner_of, share_files
from embedded.keeping.keeper import Keeper
from embedded.keeping.program import Program
from embedded.rights import leave_terminal, what_goes_on

LINE_NOTE = "line.json"
"""Who the line is: process id and start time, in the data folder."""
LINE = ("-m", "buurtbel", "line")
"""How it is started."""
LINE_PATIENCE = 20.0
"""Seconds that the line gets to end its calls before it is killed."""
OURS = frozenset(
    {
        INSTALLATION,
        "backup.json",
        "backups",
        "erased.jsonl",
        "line.beat",
        "line.json",
        *(file.name for log in call_logs(Path()) for file in log.files),
        "line.output",
        "line.output.1",
        "line.pipe",
        "lost+found",
        "neighbourhood",
        "outcomes",
        "pbx",
        "postgres",
        "postgres-run",
        "scratch",
        "secrets",
        "sounds",
        "trunk.json",
        *console_child.FILES,
    }
)
"""What may lie in a data folder."""


@dataclass(frozen=True, slots=True)
class Held:
    """What `serve` holds from its first moment on: its data folder, locked, and its keepers."""

    lock: int
    root: Path | None = None
    """The root file system of Asterisk; without one, Asterisk and its keeper are elsewhere."""
    pbx: Keeper | None = None
    database: Keeper | None = None
    told: str = ""
    """What came of the packet filter, for the log that begins only under the account that serves."""
    warned: str = ""
    """Why there is none."""

    def handed_on(self) -> str:
        """For `received`, in the program that this process becomes."""
        os.set_inheritable(self.lock, True)
        keepers = [keeper.hand_on() if keeper else None for keeper in (self.pbx, self.database)]
        root = str(self.root) if self.root else None
        return json.dumps([self.lock, *keepers, root, self.told, self.warned])

    @classmethod
    def received(cls, told: str) -> "Held":
        """What the program that this process was has taken hold of."""
        lock, pbx, database, root, said, warned = json.loads(told)
        os.set_inheritable(lock, False)
        pbx, database = (None if one is None else Keeper.handed(one) for one in (pbx, database))
        return cls(lock, Path(root) if root else None, pbx, database, said, warned)


def take_hold(settings: Settings) -> Held:
    """Make the accounts and folders, lock the data folder, start the keepers.

    As root for accounts of their own, else everything for ours. Raises RunsAlready before anything is touched
    when another process serves from this folder, and EmbeddedError for what is missing.
    """
    data_dir = settings.data_dir.absolute()
    serves = account_for(SERVES)
    check_interpreter_reachable(serves)
    check_reachable(data_dir, serves)
    lock = _lock(data_dir, serves)
    _end_line_of_others(data_dir, serves)
    check_for_line(settings, serves)
    root = pbx = database = None
    if not settings.pbx.ari_url:
        runs = account_for(PBX)
        check_for_pbx(settings, runs, serves.walkable_by)
        root = (settings.pbx.root or ensure_root()).absolute()
        check_reachable(Installation(root).binary, runs)
        check_reachable(data_dir, runs)
        _make_sounds(settings, serves, runs)
        pbx = _unit_in(data_dir / "pbx" / "run") or asterisk.keeper_of(root, data_dir / "pbx", serves, runs)
    if not settings.database.url:
        database = _unit_in(data_dir / "postgres-run") or postgres.keeper_of(
            data_dir, serves, account_for(DATABASE), is_archived=settings.backup.archive is not None
        )
    return Held(lock, root, pbx, database)


def hold_database(settings: Settings) -> Held:
    """Lock the data folder and start the keeper of its database alone, for what is done while nobody serves.

    Raises RunsAlready when somebody serves from this folder, and EmbeddedError for what is missing.
    """
    data_dir = settings.data_dir.absolute()
    serves = account_for(SERVES)
    check_interpreter_reachable(serves)
    check_reachable(data_dir, serves)
    lock = _lock(data_dir, serves)
    if settings.database.url:
        return Held(lock)
    keeper = _unit_in(data_dir / "postgres-run") or postgres.keeper_of(
        data_dir, serves, account_for(DATABASE), is_archived=settings.backup.archive is not None
    )
    return Held(lock, database=keeper)


def _unit_in(run: Path) -> Keeper | None:
    """The keeper of another account that a service manager keeps there; root has keepers of its own."""
    if os.geteuid() == 0 or owner_of(run) in {None, os.geteuid()}:
        return None
    return Keeper.at(run)


def go_on_as_account(held: Held, settings: Settings) -> NoReturn:
    """Become `serve` under the account that serves: the same process, with none of root's rights left.

    What was read from our file goes along in the environment: the account need not be able to read it.
    """
    folders = {"BUURTBEL_DATA_DIR": str(settings.data_dir.absolute())}
    if settings.pbx.sounds is not None:
        folders["BUURTBEL_PBX_SOUNDS"] = str(settings.pbx.sounds.absolute())
    environment = what_goes_on(os.environ) | environment_of_settings() | folders
    environment |= {"HOME": folders["BUURTBEL_DATA_DIR"]}
    os.chdir("/")
    leave_terminal()
    serve = [sys.executable, "-P", "-m", "buurtbel", "serve", "--held", held.handed_on()]
    command = as_account(account_for(SERVES), [], serve)
    os.execvpe(command[0], command, environment)  # noqa: S606 - there is nothing for a shell to do


def settle(settings: Settings, part: str = "") -> int:
    """Make the data folder and its account, and lay out Asterisk, for commands that run without `serve`.

    Returns the lock on the data folder, or on its folder `part`, to be kept open. Raises RunsAlready.
    """
    serves, data_dir = account_for(SERVES), settings.data_dir.absolute()
    check_interpreter_reachable(serves)
    if not part:
        check_for_pbx(settings, serves)
    if settings.pbx.root is None:
        ensure_root()
    if not part:
        return _lock(data_dir, serves)
    with (
        _data_folder(data_dir, serves) as around,
        make_folder_in(around, data_dir / part, serves, 0o750) as here,
    ):
        lock = _locked(here, data_dir / part)
        if os.geteuid() == 0:  # in earlier releases two accounts shared it
            hand_over(here, serves, owners=(0, account_for(PBX).uid))
        return lock


def _lock(data_dir: Path, serves: Account) -> int:
    with _data_folder(data_dir, serves) as here:
        return _locked(here, data_dir)


def _locked(folder: int, path: Path) -> int:
    """A descriptor that holds the lock on this folder, for as long as it is open."""
    lock = os.dup(folder)
    if (holder := held_by_another(lock)) is not None:
        os.close(lock)
        raise RunsAlready(
            f"Buurtbel already serves from {path} (process {holder}): end that one first, or name "
            f"another folder with BUURTBEL_DATA_DIR."
        )
    return lock


@contextmanager
def _data_folder(data_dir: Path, serves: Account) -> Iterator[int]:
    """The data folder, open. One that root has made is handed over, unless something else lies in it."""
    is_roots = os.geteuid() == 0 == owner_of(data_dir)
    if is_roots and (others := sorted({entry.name for entry in data_dir.iterdir()} - OURS)):
        raise FolderError(
            f"In {data_dir} lies what is not ours ({others[0]}): name an empty folder for the data."
        )
    if is_roots:  # the folder itself last: a start that is cut off is done again
        with make_folder(data_dir, Account.ours(), 0o700) as here:
            lock = _locked(here, data_dir)
            _end_line_of_others(data_dir, serves)
            hand_over(here, serves)
            os.close(lock)
    with make_folder(data_dir, serves, _mode()) as here:
        yield here


def _end_line_of_others(data_dir: Path, serves: Account) -> None:
    """The line of an earlier release may run as root: it is ended, as at an upgrade; `serve` begins another.

    The note lies in a folder that is not root's, and may name any process, also the line of another folder.
    So root ends only what has open the file that each line holds in its own data folder. Raises RunsAlready
    when we may not end it.
    """
    line = Program.adopt(data_dir / LINE_NOTE)
    if line is None or line.uid in {-1, serves.uid} or not line.was_started_with(*LINE):
        return
    if os.geteuid() != 0:
        raise RunsAlready(
            f"A line of another account serves from {data_dir} (process {line.pid}): "
            f"end it as root, with `kill {line.pid}`."
        )
    if line.has_open(data_dir / INSTALLATION):
        line.stop(LINE_PATIENCE)


def _make_sounds(settings: Settings, serves: Account, runs: Account) -> None:
    """The line writes them and Asterisk reads them; a folder that was chosen and is there stays as it is."""
    if settings.pbx.sounds is None or not settings.pbx.sounds.exists():
        readable = Account(serves.uid, runs.gid)
        with make_folder(settings.sounds_folder, readable, 0o2750) as here:
            share_files(here, readable)


def _mode() -> int:
    """Our accounts walk through the data folder to their own ones, and nobody else does."""
    return 0o710 if os.geteuid() == 0 else 0o700
