"""Other accounts of the machine want to know what we know."""

import os
import re
import stat
from pathlib import Path

from embedded.account import DATABASE as DB
from embedded.account import PBX
from embedded.account import SERVES as OURS
from tests.hostile.attack import DURING, LAST, Trial, attack
from tests.hostile.intruder import NOBODY
from tests.hostile.site import SECRET, TRUNK_SECRET, Site
from tests.support.processes import ASTERISK, ours

TEMPORARY = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/run"))


def tree(folder: Path) -> list[Path]:
    return [folder, *folder.rglob("*")]


def of(site: Site, *names: str) -> list[Path]:
    """These of the data folder, with all that is in them."""
    return [path for name in names for path in tree(site.folder / name) if os.path.lexists(path)]


def opens_any(at: Trial, paths: list[Path]) -> None:
    steps = [["read", str(path)] for path in paths if not path.is_symlink()]
    steps += [["change", str(path)] for path in paths if path.is_file() and not path.is_symlink()]
    steps += [["make", str(path)] for path in paths if path.is_dir()]
    got = at.by.can(*steps)
    if got:
        at.through(f"{len(got)} ways in, the first: {got[0][0]} {got[0][1]}")


@attack(by=NOBODY, when=LAST)
def a_stranger_opens_every_file(at: Trial) -> None:
    """An account of the machine reads, lists and changes nothing below the data folder."""
    opens_any(at, tree(at.site.folder))


@attack(by=PBX, when=LAST)
def asterisk_opens_the_files_of_others(at: Trial) -> None:
    """Asterisk's account gets no member list, no secret of the line, and no log of others."""
    names = ("postgres", "postgres-run", "secrets", "outcomes", "installation", "line.json", "line.beat")
    logs = tuple(path.name for path in at.site.folder.glob("*.log*"))
    opens_any(at, of(at.site, *names, *logs))


@attack(by=DB, when=LAST)
def the_database_opens_the_files_of_others(at: Trial) -> None:
    """The account of the database gets no recording, no password of the PBX and no secret."""
    names = ("pbx", "sounds", "secrets", "outcomes", "installation", "line.json", "line.beat")
    logs = tuple(path.name for path in at.site.folder.glob("*.log*"))
    opens_any(at, of(at.site, *names, *logs))


@attack(by=OURS, when=LAST)
def we_open_the_files_of_the_database(at: Trial) -> None:
    """`serve` and the line come to members through the database's door, and not to its files."""
    opens_any(at, of(at.site, "postgres"))


@attack(by=PBX, when=LAST)
def asterisk_changes_its_own_rules(at: Trial) -> None:
    """A taken-over Asterisk rewrites neither its settings, nor its dialplan, nor the sounds that it plays."""
    paths = of(at.site, "pbx/etc", "pbx/data", "sounds")
    steps = [["change", str(path)] for path in paths if path.is_file()] + [
        ["make", str(path)] for path in paths if path.is_dir() and not path.is_symlink()
    ]
    for verb, path in at.by.can(*steps):
        at.through(f"{verb} {path}")


@attack(by=NOBODY, when=DURING)
def a_stranger_looks_for_the_password_of_ari(at: Trial) -> None:
    """It stands in no file that others can read, and in no command line or environment."""
    seen_by_others(at, at.site.ari_password)


@attack(by=DB, when=DURING)
def the_database_looks_for_the_password_of_ari(at: Trial) -> None:
    """It stands in no file, command line or environment that the account of the database can read."""
    seen_by_others(at, at.site.ari_password)


@attack(by=NOBODY, when=DURING)
def a_stranger_looks_for_the_password_of_the_trunk(at: Trial) -> None:
    """It stands in no file that others can read, and in no command line or environment."""
    seen_by_others(at, TRUNK_SECRET)


@attack(by=DB, when=DURING)
def the_database_looks_for_secrets_in_the_environment(at: Trial) -> None:
    """What `serve` was told by the machine does not reach the account of the database."""
    seen_by_others(at, SECRET)
    seen_by_others(at, TRUNK_SECRET)


@attack(by=PBX, when=DURING)
def asterisk_looks_for_secrets_in_the_environment(at: Trial) -> None:
    """What `serve` was told by the machine does not reach Asterisk's account."""
    seen_by_others(at, SECRET)


@attack(by=OURS, when=DURING)
def we_look_for_roots_secrets_in_the_environment(at: Trial) -> None:
    """What root's own environment holds besides our settings does not reach `serve` and the line either."""
    seen_by_others(at, SECRET)


def seen_by_others(at: Trial, secret: str) -> None:
    processes = [Path(f"/proc/{one.pid}") for one in ours(at.site.folder)]
    places = [process / name for process in processes for name in ("environ", "cmdline")]
    places += [path for path in tree(at.site.folder / "pbx" / "etc") if path.is_file()]
    places += of(at.site, "secrets")
    for _verb, path, _word in at.by.can(*[["find", str(path), secret] for path in places]):
        at.through(f"it stands in {path}")


@attack(by=NOBODY, when=LAST)
def what_is_open_to_all(at: Trial) -> None:
    """Below the data folder nothing may be written by everybody, and nothing be reached from outside."""
    for path in tree(at.site.folder):
        mode = path.lstat().st_mode
        # A socket is as closed as its folder is; who it lets in is tried elsewhere.
        if not (stat.S_ISLNK(mode) or stat.S_ISSOCK(mode)) and mode & stat.S_IWOTH:
            at.through(f"{path} may be written by everybody ({stat.filemode(mode)})")
    if at.site.folder.stat().st_mode & 0o007:
        at.through(f"{at.site.folder} is open to everybody ({stat.filemode(at.site.folder.stat().st_mode)})")


@attack(by=NOBODY, when=LAST)
def what_was_left_outside(at: Trial) -> None:
    """In folders that all programs share, nothing of our accounts can be read or changed by others."""
    accounts = {account.uid for name in (OURS, PBX, DB) if (account := at.site.account(name)) is not None}
    for folder in TEMPORARY:
        for path in folder.iterdir():
            status = path.lstat()
            if status.st_uid in accounts and status.st_mtime >= at.site.began and status.st_mode & 0o006:
                at.through(f"{path} is open to everybody ({stat.filemode(status.st_mode)})")


@attack(by=NOBODY, when=DURING)
def memory_of_our_processes(at: Trial) -> None:
    """Nobody reads the memory, the files or the folder of another account's process."""
    steps = [
        ["read", f"/proc/{one.pid}/{name}"]
        for one in ours(at.site.folder)
        for name in ("mem", "environ", "maps", "fd")
    ]
    got = [path for _verb, path in at.by.can(*steps) if not re.search(r"/maps$", path)]
    if got:
        at.through(f"{len(got)} are open, the first {got[0]}")


@attack(by=PBX, when=DURING)
def what_asterisk_got_from_its_parent(at: Trial) -> None:
    """Asterisk holds no descriptor of a file or socket that another account uses."""
    pid = at.site.pid(ASTERISK)
    mine = next(one for one in ours(at.site.folder) if one.pid == pid)
    for other in ours(at.site.folder):
        if other.uids != mine.uids and other.inodes() & mine.inodes():
            at.through(f"it shares a socket with {other}")
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        target = str(descriptor.readlink())
        theirs = tuple(str(at.site.folder / name) for name in ("pbx", "sounds"))
        if target.startswith(str(at.site.folder)) and not target.startswith(theirs):
            at.through(f"it has {target} open")
