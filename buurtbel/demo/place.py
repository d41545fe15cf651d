"""The folder a demo works in: held by one demo at a time, and emptied only when it is a demo's own."""

import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from buurtbel.errors import DemoFailed
from embedded.alone import held_by_another

MARK = "demo.pid"
"""The file that says that a folder is a demo's, and which process holds it or did last."""
_CLOSED = 0o700
"""The mode of the folder: all that works in it runs under one account."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """A folder that this process holds."""

    folder: Path
    _descriptor: int
    _kept: set[str] = field(default_factory=set)
    """What this demo wrote itself."""

    def write(self, name: str, text: str) -> Path:
        """A file of ours in it, closed to others, in place of whatever has that name. Raises DemoFailed."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._descriptor)
            with os.fdopen(os.open(name, flags, 0o600, dir_fd=self._descriptor), "w") as file:
                file.write(text)
        except OSError as error:
            raise DemoFailed(
                f"{self.folder / name} cannot be written ({error.strerror}): choose another folder."
            ) from error
        self._kept.add(name)
        return self.folder / name

    def clear(self) -> None:
        """Remove all that earlier demos left in it; links are never followed. Raises DemoFailed."""
        try:
            for entry in os.scandir(self._descriptor):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.name, dir_fd=self._descriptor)
                elif entry.name not in self._kept:
                    os.unlink(entry.name, dir_fd=self._descriptor)
        except OSError as error:
            raise DemoFailed(
                f"{self.folder} cannot be emptied ({error.strerror}): remove it, or choose another."
            ) from error


def own_folder() -> Path:
    """Each user's own, outside of homes: there the account that root goes on as could not make one."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = str(os.geteuid())
    return Path(f"/var/tmp/buurtbel-demo-{name}")  # noqa: S108 - refused when it is not ours


@contextmanager
def held(folder: Path) -> Iterator[DemoFolder]:
    """The folder, made when it is missing, with no other demo in it meanwhile; the kernel sees to that.

    Raises DemoFailed when another demo runs in it, and when it is a link, somebody else's or no demo's; then
    nothing in it was touched.
    """
    descriptor = _opened(folder)
    try:
        if (holder := held_by_another(descriptor)) is not None:
            raise DemoFailed(
                f"A demo runs in {folder} already (process {holder}): "
                f"wait until it has ended, or choose another folder with --folder."
            )
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise DemoFailed(f"{folder} belongs to somebody else: choose another folder with --folder.")
        names = {entry.name for entry in os.scandir(descriptor)}
        if names and MARK not in names:
            raise DemoFailed(
                f"{folder} holds something that is not a demo's and is left alone: choose an empty folder."
            )
        os.fchmod(descriptor, _CLOSED)
        place = DemoFolder(folder, descriptor)
        place.write(MARK, f"{os.getpid()}\n")
        yield place
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_CLOSED)
    except FileExistsError:
        pass
    except OSError as error:
        raise DemoFailed(
            f"{folder} cannot be made ({error.strerror}): choose another folder with --folder."
        ) from error
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except PermissionError as error:
        raise DemoFailed(
            f"{folder} belongs to somebody else: choose another folder with --folder."
        ) from error
    except OSError as error:
        raise DemoFailed(
            f"{folder} is a link or no folder: remove it, or choose another with --folder."
        ) from error
