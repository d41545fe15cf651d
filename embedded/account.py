"""The unprivileged account that a program runs under when we are root."""

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from embedded.alone import alone
from embedded.errors import StartError

SERVES, PBX, DATABASE = "buurtbel", "buurtbel-pbx", "buurtbel-db"
"""The system accounts: of `serve` with the line, of Asterisk, of PostgreSQL."""
MAKING = Path("/run/buurtbel-accounts.lock")
"""Held by who makes an account; in a folder in which only root can make a file."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who owns a program's files and runs it."""

    uid: int
    gid: int

    @classmethod
    def ours(cls) -> "Account":
        """The account we run under."""
        return cls(os.geteuid(), os.getegid())

    @property
    def walkable_by(self) -> list[int]:
        """The groups whose members walk through this account's folders to their own; root's has none."""
        return [self.gid] if self.uid else []

    @property
    def is_ours(self) -> bool:
        """Whether it is the account we run under ourselves."""
        return self.uid == os.geteuid()


def as_account(account: Account, groups: Sequence[int], command: Sequence[str]) -> list[str]:
    """How to run `command` as `account` in `groups`, with no way to gain any right (setpriv(1))."""
    rights = ["--no-new-privs"]
    if os.geteuid() == 0:
        belongs = [f"--groups={','.join(map(str, groups))}"] if groups else ["--clear-groups"]
        rights += [f"--reuid={account.uid}", f"--regid={account.gid}", *belongs]
        rights += ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"]
    return ["setpriv", *rights, "--", *command]


def account_for(name: str, lock: Path = MAKING) -> Account:
    """Ourselves, or when we are root the system account `name`, made when it is missing."""
    if os.geteuid() != 0:
        return Account.ours()
    with suppress(KeyError):
        return _known(name)
    # Of two at once, useradd lets the second write over the first: what that one owns would be nobody's.
    with alone(lock):
        with suppress(KeyError):
            return _known(name)
        _make(name)
    return _known(name)


def _known(name: str) -> Account:
    entry = pwd.getpwnam(name)
    return Account(entry.pw_uid, entry.pw_gid)


def _make(name: str) -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", name], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        msg = f"The account {name} cannot be made: make it with `useradd --system {name}`."
        raise StartError(msg) from error


def check_reachable(path: Path, account: Account) -> None:
    """Raise StartError when `account` cannot walk to `path`; nothing is opened up for it."""
    if account.is_ours:
        return
    for folder in path.resolve().parents:
        if not folder.is_dir():  # what is wrong with another thing in its place, who makes the folder says
            continue
        status = folder.stat()
        bit = 0o100 if status.st_uid == account.uid else 0o010 if status.st_gid == account.gid else 0o001
        if not status.st_mode & bit:
            raise StartError(
                f"The folder {folder} is closed to the account that runs here: "
                f"choose another place for {path.name}, or let others enter it (chmod o+x {folder})."
            )


def may_use(path: Path, account: Account, how: str, groups: Sequence[int] = ()) -> bool:
    """Whether `account`, in `groups`, may read ("r"), write ("w") and run or enter ("x") what is at `path`.

    The kernel is asked in its name: it knows of folders above, of access lists, of disks that are read only.
    """
    if account.is_ours:
        return os.access(path, sum({"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}[one] for one in how))
    asked = [word for one in how for word in ("-a", f"-{one}", str(path))][1:]
    return subprocess.run(as_account(account, groups, ["test", *asked]), check=False).returncode == 0


def name_of(account: Account) -> str:
    """Its name, or its number when this machine knows none."""
    try:
        return pwd.getpwuid(account.uid).pw_name
    except KeyError:
        return str(account.uid)


def check_interpreter_reachable(account: Account) -> None:
    """Raise StartError when `account` cannot run this very Python with this very code."""
    for file in (Path(sys.executable).absolute(), Path(sys.base_prefix) / "lib", Path(__file__)):
        for place in (file, file.resolve()):
            check_reachable(place, account)
