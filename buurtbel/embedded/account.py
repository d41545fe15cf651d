"""The unprivileged account that a program runs under when we are root."""

import os
import pwd
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from buurtbel.embedded.alone import alone_in
from buurtbel.embedded.errors import StartError


@dataclass(frozen=True, slots=True)
class Account:
    """Who owns a program's files and runs it."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether it is the account we run under ourselves."""
        return self.uid == os.geteuid()

    def own(self, path: Path, mode: int) -> None:
        """Hand `path` to this account; without root rights it is ours already."""
        path.chmod(mode)
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)

    def share(self, path: Path, mode: int) -> None:
        """Let this account use `path` through its group, while it stays ours."""
        if not self.is_ours:
            os.chown(path, os.geteuid(), self.gid)
        path.chmod(mode)


def account_for(name: str) -> Account:
    """Ourselves, or when we are root the system account `name`, made when it is missing."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    with suppress(KeyError):
        return _known(name)
    # Of two at once, useradd lets the second write over the first: what that one owns would be nobody's.
    with alone_in(Path("/etc")):
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
        if not folder.exists():
            continue
        status = folder.stat()
        bit = 0o100 if status.st_uid == account.uid else 0o010 if status.st_gid == account.gid else 0o001
        if not status.st_mode & bit:
            raise StartError(
                f"The folder {folder} is closed to the account that runs here: "
                f"choose another place for {path.name}, or let others enter it (chmod o+x {folder})."
            )
