"""Where Asterisk comes from: the system's own, or a root file system with Debian's, built once and cached."""

import os
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from embedded.alone import alone
from embedded.errors import RootError

OLDEST = (22, 10, 1)
"""22.9 deadlocks under ARI load; 22.10.1 closes GHSA-vrfp-mg3q-3959 and GHSA-wcvv-g26m-wx5c."""

_RELEASE = "forky"
_NEEDED_BYTES = 1 << 30
_MARKER = "buurtbel-asterisk-version"
_SYSTEM = Path("/")


@dataclass(frozen=True, slots=True)
class Installation:
    """The parts of one Asterisk, in a root file system that need not be entered."""

    root: Path

    @property
    def binary(self) -> Path:
        return self.root / "usr/sbin/asterisk"

    @property
    def data(self) -> Path:
        return self.root / "usr/share/asterisk"

    @property
    def modules(self) -> Path:
        return self._one("usr/lib/*/asterisk/modules", "usr/lib*/asterisk/modules")

    def command(self) -> list[str]:
        """How to run it: directly on its own system, else through the loader of its root."""
        if self.root == _SYSTEM:
            return [str(self.binary)]
        loader = self._one(
            "usr/lib64/ld-linux-*.so.*", "usr/lib/ld-linux-*.so.*", "usr/lib/*/ld-linux-*.so.*"
        )
        libraries = self._one("usr/lib/*-linux-gnu*/libc.so.6").parent
        return [str(loader), "--library-path", str(libraries), str(self.binary)]

    def version(self) -> tuple[int, ...]:
        """Its version, as in (22, 10, 1); (0,) when it cannot run."""
        try:
            shown = subprocess.run(
                [*self.command(), "-V"], capture_output=True, text=True, timeout=30, check=True
            )
        except (OSError, subprocess.SubprocessError, RootError):
            return (0,)
        found = re.search(r"Asterisk (?:certified/)?(\d+(?:\.\d+)*)", shown.stdout)
        return tuple(int(part) for part in found[1].split(".")) if found else (0,)

    def _one(self, *patterns: str) -> Path:
        for pattern in patterns:
            for path in sorted(self.root.glob(pattern)):
                return path
        raise RootError(f"The Asterisk in {self.root} is not whole: remove that folder and start again.")


def default_cache() -> Path:
    """Where the root is kept: root's home is closed to the account that Asterisk runs under."""
    base = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    return base / "buurtbel" / f"asterisk-{_RELEASE}"


def ensure_root(cache: Path | None = None) -> Path:
    """The root file system that holds a new enough Asterisk; built into `cache` when there is none.

    Building takes 20 seconds, 350 MB, root rights and a Debian mirror; RootError says what is missing.
    """
    if cache is None and Installation(_SYSTEM).version() >= OLDEST:
        return _SYSTEM
    places = [cache] if cache else [default_cache(), Path("/var/cache/buurtbel") / f"asterisk-{_RELEASE}"]
    for place in places:
        if _is_usable(place):
            if os.geteuid() == 0:
                _take_special_rights(place / "usr/bin", place / "usr/sbin")
            return place
    return _build(places[0])


def _is_usable(root: Path) -> bool:
    """The marker saves running Asterisk at each start; a root made by hand is asked once."""
    marker = root / _MARKER
    try:
        return tuple(int(part) for part in marker.read_text().split(".")) >= OLDEST
    except (OSError, ValueError):
        pass
    version = Installation(root).version()
    if version < OLDEST:
        return False
    if os.access(root, os.W_OK) and root != _SYSTEM:
        marker.write_text(".".join(map(str, version)))
    return True


def _build(root: Path) -> Path:
    mirror = _check_means(root)
    root.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root.parent).free < _NEEDED_BYTES:
        raise RootError(f"The disk of {root.parent} is too full: Asterisk needs 1 GB free there.")
    with alone(root.parent / ".lock"):
        # Who waited for another program's build has it now, and that program runs from it.
        if not _is_usable(root):
            _lay_out(root, mirror)
    return root


def _lay_out(root: Path, mirror: str) -> None:
    making = Path(tempfile.mkdtemp(prefix=f".{root.name}.", dir=root.parent))
    try:
        _bootstrap(making, mirror)
        making.chmod(0o755)
        _take_special_rights(making)
        if not _is_usable(making):
            raise RootError(
                "The Asterisk that the Debian mirror gave is older than 22.10.1: use another mirror."
            )
        if root.exists():
            shutil.rmtree(root)
        making.rename(root)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _take_special_rights(*folders: Path) -> None:
    """Debian's su, passwd and the like come along: nobody needs them here, and nobody would mend them."""
    for folder in folders:
        for path in folder.rglob("*"):
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                path.chmod(stat.S_IMODE(mode) & ~(stat.S_ISUID | stat.S_ISGID))


def _check_means(root: Path) -> str:
    if os.geteuid() != 0:
        raise RootError(
            f"There is no Asterisk in {root} yet and only root can build it: run `sudo buurtbel serve` once, "
            f"install Asterisk 22.10.1 or newer, or set BUURTBEL_PBX_ROOT."
        )
    if shutil.which("mmdebstrap") is None:
        raise RootError("mmdebstrap is missing: install it with `apt-get install mmdebstrap`.")
    mirror = debian_mirror()
    if mirror is None:
        raise RootError("apt's own sources name no Debian mirror: install Asterisk 22.10.1 or newer by hand.")
    return mirror


def debian_mirror() -> str | None:
    """The Debian mirror that this machine's apt uses, whatever way its sources are written."""
    listing = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(ORIGIN)\t$(CODENAME)\t$(REPO_URI)",
            "Created-By: Packages",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return _pick_mirror(listing.stdout)


def _pick_mirror(listing: str) -> str | None:
    for line in listing.splitlines():
        origin, codename, uri = line.split("\t")
        if (
            origin in ("Debian", "")
            and "security" not in uri + codename
            and uri.rstrip("/").endswith("/debian")
        ):
            return uri.rstrip("/")
    return None


def _bootstrap(folder: Path, mirror: str) -> None:
    # The release's signed dates may lie in the past of a machine whose clock or mirror is behind.
    options = ["--variant=apt", '--aptopt=Acquire::Check-Valid-Until "false"', "--include=asterisk"]
    made = subprocess.run(
        ["mmdebstrap", *options, _RELEASE, str(folder), mirror], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        raise RootError(_why(made.stderr, mirror))


def _why(complaint: str, mirror: str) -> str:
    if "No space left" in complaint:
        return "The disk became full while Asterisk was fetched: make room (1 GB) and start again."
    if re.search(
        r"Could not resolve|Could not connect|Failed to fetch|Connection failed|timed out", complaint
    ):
        return f"The Debian mirror {mirror} cannot be reached: connect this machine and start again."
    last = next((line for line in reversed(complaint.splitlines()) if line.startswith("E:")), "E: unknown")
    return (
        f"mmdebstrap could not fetch Asterisk ({last[2:].strip()}): start again, or install Asterisk by hand."
    )
