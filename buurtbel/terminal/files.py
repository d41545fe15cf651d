"""Files that a person names on the command line, opened with that person's own rights.

They are opened while the command line is parsed, or as the first thing that a command does: what root typed
becomes another account as it reads its settings, to which root's files may be closed. Only a file is read by
its name, never a pipe or a device, so that reading ends; `-` is the standard input, which may be a pipe.
"""

import os
import select
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import BinaryIO, NoReturn

from buurtbel.terminal.sentences import Failed, complain

STDIN = "-"
PATIENCE = 60.0
"""Seconds within which the standard input must have ended."""
_CHUNK = 1024 * 1024
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a link",
}


class File:
    """A file that is open to be read, once."""

    def __init__(self, name: str, descriptor: int, patience: float = 0.0) -> None:
        self._name = name
        self._descriptor = descriptor
        self._patience = patience

    def read(self, most: int) -> bytes:
        """All of it, of more than `most` bytes the first `most` + 1.

        Ends the command with a sentence when it cannot be read, and when the standard input does not end.
        """
        try:
            return b"".join(self._chunks(most + 1))
        except OSError as error:
            _refuse(f"{self._name} cannot be read ({error.strerror}); check it and try again.")
        finally:
            os.close(self._descriptor)

    def seekable(self) -> BinaryIO:
        """All of it, however long, to be read more than once; what is piped in lies in a file without a name.

        Ends the command with a sentence when it cannot be read.
        """
        if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            return os.fdopen(self._descriptor, "rb")
        kept = TemporaryFile()  # noqa: SIM115 - whoever asked closes it
        try:
            with os.fdopen(self._descriptor, "rb") as piped:
                shutil.copyfileobj(piped, kept, _CHUNK)
        except OSError as error:
            _refuse(f"{self._name} cannot be read ({error.strerror}); name a file instead.")
        kept.seek(0)
        return kept

    def _chunks(self, wanted: int) -> Iterator[bytes]:
        until = monotonic() + self._patience
        ready = select.poll()
        ready.register(self._descriptor, select.POLLIN)
        while wanted:
            if not ready.poll(max(0.0, until - monotonic()) * 1000):
                _refuse(
                    f"{self._name} has not ended after {self._patience:.0f} seconds; name a file that ends."
                )
            chunk = os.read(self._descriptor, min(wanted, _CHUNK))
            if not chunk:
                return
            wanted -= len(chunk)
            yield chunk


def to_read(name: str) -> File:
    """The file of that name, or the standard input; ends the command with a sentence when there is none."""
    if name == STDIN:
        return _standard_input()
    try:
        # Looked at before it is opened: some devices begin to work when they are.
        _check_is_file(name, Path(name).stat().st_mode)
        descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        _check_is_file(name, os.fstat(descriptor).st_mode)
    except PermissionError as error:
        _refuse(f"{name} cannot be read ({error.strerror}); do this as somebody who may read it.")
    except OSError as error:
        _refuse(f"{name} cannot be read ({error.strerror}); check its name.")
    return File(name, descriptor)


def _standard_input() -> File:
    if sys.stdin is None or os.isatty(0):
        _refuse("Nothing is piped in for -; name a file, or write < and its name behind the command.")
    kind = stat.S_IFMT(os.fstat(0).st_mode)
    if kind not in {stat.S_IFREG, stat.S_IFIFO, stat.S_IFSOCK}:
        _refuse(f"The standard input is {_KINDS[kind]}, not a file or a pipe; name a file instead of -.")
    return File("The standard input", os.dup(0), PATIENCE)


@contextmanager
def to_write(name: str) -> Iterator["NewFile"]:
    """The file of that name, readable to nobody else when it is new; what fails leaves it as it was.

    Ends the command with a sentence when it cannot be written, or is a link, a pipe or a device.
    """
    how = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | os.O_NOFOLLOW
    is_new = False
    try:
        with suppress(FileNotFoundError):
            _check_is_file(name, Path(name).lstat().st_mode)
        try:
            descriptor = os.open(name, how | os.O_CREAT | os.O_EXCL, 0o600)
            is_new = True
        except FileExistsError:
            descriptor = os.open(name, how)
            _check_is_file(name, os.fstat(descriptor).st_mode)
            if os.fstat(descriptor).st_uid != os.geteuid():
                os.close(descriptor)
                _refuse(f"{name} belongs to somebody else; name another file.")
    except OSError as error:
        _refuse(f"{name} cannot be written ({error.strerror}); name another file.")
    try:
        yield NewFile(name, descriptor)
    except BaseException:
        if is_new:
            # Whoever we are by now may have no rights in the person's folder: then an empty file is left.
            with suppress(OSError):
                Path(name).unlink()
        raise
    finally:
        os.close(descriptor)


@contextmanager
def to_write_new(name: str) -> Iterator[BinaryIO]:
    """A new file of that name that nobody else can read, or the standard output; what fails leaves none.

    Ends the command with a sentence when there is such a file already, or it cannot be made.
    """
    if name == STDIN:
        if sys.stdout is None or os.isatty(1):
            _refuse(
                "Nothing takes what is written to -; name a file, or write > and its name behind the command."
            )
        with os.fdopen(os.dup(1), "wb") as out:
            yield out
        return
    how = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOCTTY | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(name, how, 0o600)
    except FileExistsError:
        _refuse(f"There is a file {name} already; name a new one.")
    except OSError as error:
        _refuse(f"{name} cannot be written ({error.strerror}); name another file.")
    folder = os.open(Path(name).absolute().parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        # Whoever we are by now may have no rights in the person's folder: then an unfinished file is left.
        with suppress(OSError):
            os.unlink(Path(name).name, dir_fd=folder)
        raise
    finally:
        os.close(folder)


class NewFile:
    """A file that is open to be written, once."""

    def __init__(self, name: str, descriptor: int) -> None:
        self._name = name
        self._descriptor = descriptor

    def write(self, content: bytes) -> None:
        """Make this all that is in it. Ends the command when that cannot be done."""
        left = memoryview(content)
        try:
            os.ftruncate(self._descriptor, 0)
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            _refuse(f"{self._name} cannot be written ({error.strerror}); name another file.")


def _check_is_file(name: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        _refuse(f"{name} is {_KINDS[stat.S_IFMT(mode)]}, not a file; name a file, or write - and use a pipe.")


def _refuse(sentence: str) -> NoReturn:
    complain(sentence)
    raise Failed
