"""The file `buurtbel.env`: where it may lie, whose it must be, and the lines in it."""

import os
import re
import stat
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from buurtbel.errors import WrongSetting

NAMED_BY = "BUURTBEL_ENV_FILE"
SYSTEM_FILE = Path("/etc/buurtbel/buurtbel.env")
MOST_BYTES = 65_536
READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
"""Without waiting for somebody to write to what turns out to be a pipe."""

_PASSED_OVER = (
    "{path} is not read, because that file or its folder is not yours alone; "
    f"to have it read, name it with {NAMED_BY}."
)
_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=(?P<value>.*)")
_QUOTED = re.compile(r"(?P<quote>['\"])(?P<value>.*)(?P=quote)\s*(?:#.*)?")
_COMMENT = re.compile(r"\s+#.*")


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What was read, or why a file that lies there was not."""

    path: Path | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    passed_over: str = ""
    """A sentence about the file in the working folder that was not read; empty when there is none."""


def read_env_file(
    named: str | None, *, system_file: Path = SYSTEM_FILE, folder: Path | None = None
) -> EnvFile:
    """The file named (empty for none), else the system's, else the one in `folder` (the working folder).

    Root reads no system file that others can change. In the working folder, file and folder must both belong
    to who runs this; a link is not followed there. Raises WrongSetting.
    """
    if named is not None:
        which = f"The file {named} that {NAMED_BY} names"
        try:
            return _read(Path(named), which) if named else EnvFile()
        except FileNotFoundError as error:
            raise _unreadable(which, error) from error
    try:
        return _read(system_file, f"The file {system_file}", only_roots=os.geteuid() == 0)
    except FileNotFoundError:
        return _in_folder((folder or Path.cwd()).absolute(), system_file.name)


def _read(path: Path, which: str, *, only_roots: bool = False) -> EnvFile:
    try:
        descriptor = os.open(path, READ)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(which, error) from error
    try:
        if only_roots and not _is_ours_alone(os.fstat(descriptor)):
            raise WrongSetting(
                f"{which} can be changed by others than root, who therefore does not read it; "
                f"give it to root alone, with chown root and chmod go-w."
            )
        return EnvFile(path, _content(descriptor, which))
    finally:
        os.close(descriptor)


def _in_folder(folder: Path, name: str) -> EnvFile:
    """By descriptors: what was looked at is what is read."""
    path = folder / name
    with ExitStack() as opened:
        try:
            inside = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            opened.callback(os.close, inside)
            descriptor = os.open(name, READ | os.O_NOFOLLOW, dir_fd=inside)
            opened.callback(os.close, descriptor)
        except FileNotFoundError:
            return EnvFile()
        except OSError:  # a link, or somebody else's
            return EnvFile(passed_over=_PASSED_OVER.format(path=path))
        if _is_ours_alone(os.fstat(inside)) and _is_ours_alone(os.fstat(descriptor)):
            return EnvFile(path, _content(descriptor, f"The file {path}"))
    return EnvFile(passed_over=_PASSED_OVER.format(path=path))


def _is_ours_alone(about: os.stat_result) -> bool:
    """It belongs to us, and not everybody may change it; of root's things nobody else may change one."""
    others = stat.S_IWOTH if os.geteuid() else stat.S_IWOTH | stat.S_IWGRP
    return about.st_uid == os.geteuid() and not about.st_mode & others


def _unreadable(which: str, error: OSError) -> WrongSetting:
    return WrongSetting(
        f"{which} cannot be read ({error.strerror}); do this as an account that may, for example with sudo, "
        f"or name another file with {NAMED_BY}."
    )


def _content(descriptor: int, which: str) -> dict[str, str]:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise WrongSetting(f"{which} is no ordinary file; name another with {NAMED_BY}.")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return _values(file.read(MOST_BYTES + 1), which)


def _values(content: bytes, which: str) -> dict[str, str]:
    if len(content) > MOST_BYTES:
        raise WrongSetting(f"{which} is larger than {MOST_BYTES // 1024} KiB; keep only settings in it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongSetting(f"{which} is not UTF-8 text; save it as UTF-8.") from error
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not (line := line.strip()) or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise WrongSetting(f"{which} has a line {number} that sets nothing; write it as NAME=value.")
        name, written = found["name"], found["value"]
        if name in values:
            raise WrongSetting(f"{which} sets {name} twice; keep one of the two lines.")
        values[name] = _unquoted(written, f"{which} has in line {number}")
    return values


def _unquoted(written: str, where: str) -> str:
    """A value without its quotes, or without the comment behind it."""
    if quoted := _QUOTED.fullmatch(written.strip()):
        return quoted["value"]
    if written.strip()[:1] in {"'", '"'}:
        raise WrongSetting(f"{where} a quote that is not closed; close it, or put other quotes around it.")
    return _COMMENT.sub("", written).strip()
