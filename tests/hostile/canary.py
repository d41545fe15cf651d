"""Files and folders that nobody may touch: what they were like, and whether they still are."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

_SYSTEM = (
    "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/sudoers", "/etc/sudoers.d",
    "/etc/crontab", "/etc/cron.d",
    "/etc/cron.hourly", "/etc/cron.daily", "/etc/ld.so.preload", "/etc/ld.so.conf.d",
    "/etc/profile", "/etc/profile.d", "/etc/environment", "/etc/hosts", "/etc/pam.d", "/etc/security",
    "/etc/systemd/system", "/etc/ssh", "/etc/init.d", "/var/spool/cron", "/usr/local/bin", "/usr/local/sbin",
)  # fmt: skip
"""Where a change would make somebody more than they are."""
_HOME = Path("/root")
WORDS = "words that nobody but the owner reads"
"""In every file: where they turn up, somebody read it for somebody else."""


@dataclass(frozen=True)
class State:
    """All that an attack could change of one file or folder."""

    mode: int
    owner: tuple[int, int]
    content: str

    @classmethod
    def of(cls, path: Path, *, content: bool = True) -> "State | None":
        """None when there is nothing."""
        try:
            status = path.lstat()
            inside = _content(path, status.st_mode) if content else ""
        except FileNotFoundError:
            return None
        return cls(status.st_mode, (status.st_uid, status.st_gid), inside)

    def differs(self, now: "State | None") -> str:
        """In words; nothing when it does not."""
        if now is None:
            return "is gone"
        if now.owner != self.owner:
            return f"belongs to {now.owner[0]}:{now.owner[1]} instead of {self.owner[0]}:{self.owner[1]}"
        if now.mode != self.mode:
            return f"has mode {stat.filemode(now.mode)} instead of {stat.filemode(self.mode)}"
        return "" if now.content == self.content else "has another content"


def _content(path: Path, mode: int) -> str:
    if stat.S_ISREG(mode):
        return sha256(path.read_bytes()).hexdigest()
    if stat.S_ISLNK(mode):
        return str(path.readlink())
    return " ".join(sorted(one.name for one in path.iterdir())) if stat.S_ISDIR(mode) else ""


@dataclass
class Canaries:
    """Of one attack: made as it wants them, in a folder that only their owner can enter from above."""

    place: Path
    owner: tuple[int, int]
    _kept: dict[Path, State] = field(default_factory=dict)

    def file(self) -> Path:
        """A file that only its owner can read."""
        path = self._new("file")
        path.write_bytes(os.urandom(32) + b"\n" + WORDS.encode() + b"\n")
        return self._keep(path, 0o600)

    def folder(self) -> Path:
        """A folder that only its owner can enter, with a file in it."""
        path = self._new("folder")
        path.mkdir(0o700)
        inside = path / "inside"
        inside.write_bytes(os.urandom(32))
        self._keep(inside, 0o600)
        return self._keep(path, 0o700)

    def changed(self) -> list[str]:
        """What is not as it was, in words."""
        return list(_changes(self._kept))

    @property
    def paths(self) -> Sequence[Path]:
        return list(self._kept)

    def _new(self, kind: str) -> Path:
        self.place.parent.mkdir(mode=0o711, exist_ok=True)
        self.place.mkdir(mode=0o711, exist_ok=True)
        return self.place / f"{kind}-{len(self._kept)}"

    def _keep(self, path: Path, mode: int) -> Path:
        path.chmod(mode)
        os.chown(path, *self.owner)
        state = State.of(path)
        assert state is not None
        self._kept[path] = state
        return path


class System:
    """The machine's own places, from which one could become root."""

    def __init__(self) -> None:
        self._before = {path: state for path in _places() if (state := _state(path)) is not None}

    def changed(self) -> list[str]:
        new = [f"{p} is new" for p in _places() if p not in self._before and _HOME not in p.parents]
        return new + list(_changes(self._before, _state))


def _changes(before: dict[Path, State], state: Callable[[Path], State | None] = State.of) -> Iterator[str]:
    for path, was in before.items():
        words = was.differs(state(path))
        if words:
            yield f"{path} {words}"


def _places() -> Iterator[Path]:
    for name in _SYSTEM:
        place = Path(name)
        if os.path.lexists(place):
            yield place
        if place.is_dir() and not place.is_symlink():
            yield from sorted(place.rglob("*"))
    yield _HOME
    yield from sorted(_HOME.iterdir())


def _state(path: Path) -> State | None:
    """Of what lies in the home of root only whose it is: programs write there while we look."""
    return State.of(path, content=_HOME not in (path, path.parent))
