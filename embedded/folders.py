"""Folders that are made without following anybody's links: root makes some below those of weaker accounts."""

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embedded.account import Account
from embedded.errors import FolderError

_LOOK = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MOST_LINKS = 16


@contextmanager
def make_folder(path: Path, account: Account, mode: int) -> Iterator[int]:
    """The folder at `path` as an open descriptor: made if it is missing, with the folders above it.

    Raises FolderError as `make_folder_in` does, and for a link on the way that is not root's or our own.
    """
    with _parent_of(path) as above, make_folder_in(above, path, account, mode) as here:
        yield here


@contextmanager
def make_folder_in(above: int, path: Path, account: Account, mode: int) -> Iterator[int]:
    """The folder `path` in the open folder `above`, as an open descriptor: `account`'s, with this mode.

    One that is there already must belong to `account` or to us; without root it is only closed to others.
    Raises FolderError.
    """
    here, is_new = _made(above, path)
    try:
        with _as_folder_error(path):
            _give(here, path, account, mode, is_new=is_new)
        yield here
    finally:
        os.close(here)


def _give(folder: int, path: Path, account: Account, mode: int, *, is_new: bool) -> None:
    found = os.fstat(folder)
    if found.st_uid not in {account.uid, os.geteuid()}:
        raise FolderError(
            f"The folder {path} belongs to another account (uid {found.st_uid}): "
            f"give it to the one that runs here, or choose another."
        )
    if os.geteuid() == 0:
        os.fchown(folder, account.uid, account.gid)
    if is_new or os.geteuid() == 0:
        os.fchmod(folder, mode)
    elif found.st_mode & 0o007:
        os.fchmod(folder, stat.S_IMODE(found.st_mode) & ~0o007)


def write_in(folder: int, name: str, content: bytes, account: Account, mode: int) -> None:
    """A file of `account`'s in an open folder, in place of what has that name. Raises FolderError."""
    with _as_folder_error(Path(name)):
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
            if os.geteuid() == 0:
                os.fchown(file, account.uid, account.gid)
            os.fchmod(file, mode)


def link_in(folder: int, name: str, target: Path) -> None:
    """A link in an open folder, in place of what has that name: also of a folder with all that is in it."""
    with suppress(OSError):
        if os.readlink(name, dir_fd=folder) == str(target):
            return
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)
    os.symlink(target, name, dir_fd=folder)


def owner_of(path: Path) -> int | None:
    """The account that owns the folder `path`; None when there is no folder. Raises FolderError."""
    try:
        with _opened(path) as here:
            return os.fstat(here).st_uid
    except FileNotFoundError:
        return None


def hand_over(folder: int, account: Account, owners: Collection[int] = (0,)) -> None:
    """Give `account` what `owners` have in and below an open folder, which itself stays as it is.

    Links are left alone, and so are files that have a second name. A fifo or socket of theirs is taken away:
    who meets there makes a new one.
    """
    for name in os.listdir(folder):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if found.st_uid not in owners or found.st_uid == account.uid:
            continue
        if stat.S_ISFIFO(found.st_mode) or stat.S_ISSOCK(found.st_mode):
            os.unlink(name, dir_fd=folder)
        elif stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode):
            here = os.open(name, _FILE, dir_fd=folder)
            try:
                _hand_over(here, account, owners)
            finally:
                os.close(here)


def _hand_over(opened: int, account: Account, owners: Collection[int]) -> None:
    """A file or a folder; what was looked at by its name may have become another meanwhile."""
    found = os.fstat(opened)
    if stat.S_ISDIR(found.st_mode):
        hand_over(opened, account, owners)
    elif not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        return
    if found.st_uid in owners:
        os.fchown(opened, account.uid, -1)


def share_files(folder: int, account: Account) -> None:
    """Let the group of `account` read the files that it owns in an open folder, as nobody else may."""
    if os.geteuid() != 0:
        return
    for name in os.listdir(folder):
        with suppress(OSError):
            file = os.open(name, _FILE, dir_fd=folder)
            try:
                _share(file, account)
            finally:
                os.close(file)


def _share(file: int, account: Account) -> None:
    found = os.fstat(file)
    is_its_own = stat.S_ISREG(found.st_mode) and found.st_uid == account.uid and found.st_nlink == 1
    if is_its_own and found.st_gid != account.gid:
        os.fchown(file, -1, account.gid)
        os.fchmod(file, 0o640)


def _made(above: int, path: Path) -> tuple[int, bool]:
    """The folder, open, and whether it was missing."""
    is_new = False
    with _as_folder_error(path):
        with suppress(FileExistsError):
            os.mkdir(path.name, 0o700, dir_fd=above)
            is_new = True
        return os.open(path.name, _OPEN, dir_fd=above), is_new


@contextmanager
def _as_folder_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "is a link or no folder" if isinstance(error, NotADirectoryError) else error.strerror
        raise FolderError(f"The folder {path} cannot be used ({what}): choose another.") from error


@contextmanager
def _parent_of(path: Path) -> Iterator[int]:
    """The folder above `path`; it and those above it are made if they are missing, open to be entered."""
    parent = path.absolute().parent
    missing = []
    with _as_folder_error(path):
        while not parent.exists():
            missing.append(parent)
            parent = parent.parent
        here = _walk(parent)
    try:
        for folder in reversed(missing):
            below, is_new = _made(here, folder)
            if is_new:
                os.fchmod(below, 0o755)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    here = _walk(path.absolute())
    try:
        yield here
    finally:
        os.close(here)


def _walk(path: Path) -> int:
    """A descriptor of the folder `path`, reached part by part.

    A link is followed only where nobody but root and ourselves could have put it, as in systemd's `chase`.
    """
    parts = list(path.parts[1:])
    here, links = os.open("/", _LOOK), 0
    try:
        while parts:
            part = parts.pop(0)
            try:
                below = os.open(part, _LOOK, dir_fd=here)
            except NotADirectoryError as error:
                if not stat.S_ISLNK(os.stat(part, dir_fd=here, follow_symlinks=False).st_mode):
                    raise FolderError(
                        f"On the way to {path} lies no folder, but {part}: choose another."
                    ) from error
                links += 1
                if links > _MOST_LINKS or not _is_trusted(here, part):
                    raise FolderError(f"A link lies on the way to {path}: name the folder itself.") from error
                target = Path(os.readlink(part, dir_fd=here))
                parts = [*(target.parts[1:] if target.is_absolute() else target.parts), *parts]
                below = os.open("/" if target.is_absolute() else ".", _LOOK, dir_fd=here)
            os.close(here)
            here = below
    except BaseException:
        os.close(here)
        raise
    return here


def _is_trusted(folder: int, link: str) -> bool:
    """Whether `link` is one, and only root or we can have made it."""
    found, around = os.stat(link, dir_fd=folder, follow_symlinks=False), os.fstat(folder)
    trusted = {0, os.geteuid()}
    closed = around.st_uid in trusted and (not around.st_mode & 0o022 or around.st_mode & stat.S_ISVTX)
    return stat.S_ISLNK(found.st_mode) and found.st_uid in trusted and bool(closed)
