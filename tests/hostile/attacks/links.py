"""Accounts of programs put something else in the place of what others open at the next start."""

import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from embedded.account import DATABASE as DB
from embedded.account import PBX
from tests.hostile.attack import PROGRAMS, Planting, Trial, attack
from tests.hostile.site import KILLED, Site
from tests.support.processes import ours

GIGANTIC = 1 << 36
"""Bytes of a file without a block on the disk."""
SWOLLEN = 400 << 20
"""More than any process of ours needs, but those that have their memory beforehand."""


def entries(folder: Path) -> Iterator[Path]:
    """What is in a folder, found by looking: names change from one release to the next."""
    if folder.is_dir():
        yield from sorted(folder.iterdir())


def is_file(path: Path) -> bool:
    """A file, or a fifo that stands in for one."""
    kind = path.lstat().st_mode
    return stat.S_ISREG(kind) or stat.S_ISFIFO(kind)


def notes(site: Site) -> list[Path]:
    """Where it stands who Asterisk is."""
    pbx = site.folder / "pbx"
    return [file for folder in (pbx, pbx / "run") for file in entries(folder) if is_file(file)]


def files(folder: Path) -> list[Path]:
    return [file for file in entries(folder) if is_file(file)]


@attack(by=PBX, restarts=PROGRAMS, turn=1)
def what_asterisk_says_goes_to_a_link(at: Trial) -> Planting:
    """A file that belongs to somebody else is not written, emptied or given away by starting Asterisk."""
    for file in files(at.site.folder / "pbx" / "log"):
        if "messages" not in file.name:
            at.plant("link", file, at.canary.file())
    at.plant("link", at.site.folder / "pbx" / "log" / "output", at.canary.file())
    yield


@attack(by=PBX, restarts=PROGRAMS, turn=1)
def the_folder_for_recordings_is_a_link(at: Trial) -> Planting:
    """A folder that belongs to somebody else is not opened up or given away by starting Asterisk."""
    at.plant("link", at.site.folder / "pbx" / "spool" / "recording", at.canary.folder())
    yield


@attack(by=DB, restarts=PROGRAMS, turn=1)
def the_settings_of_the_database_are_a_link(at: Trial) -> Planting:
    """A file that belongs to somebody else is not written or given away by starting PostgreSQL."""
    at.plant("link", at.site.folder / "postgres" / "buurtbel.conf", at.canary.file())
    yield


@attack(by=DB, restarts=PROGRAMS, turn=1)
def the_first_words_of_the_database_go_to_a_link(at: Trial) -> Planting:
    """The log of its start is not written through a link."""
    for file in files(at.site.folder / "postgres"):
        if file.name.endswith(".log"):
            at.plant("link", file, at.canary.file())
    yield


@attack(by=PBX, restarts=PROGRAMS, turn=2)
def asterisks_messages_go_to_a_link(at: Trial) -> Planting:
    """Neither the log of Asterisk nor what is kept of an older one leads out of its folder."""
    for file in files(at.site.folder / "pbx" / "log"):
        if "messages" in file.name:
            at.plant("link", file, at.canary.file())
    at.plant("link", at.site.folder / "pbx" / "log" / "messages.1", at.canary.file())
    yield


@attack(by=PBX, restarts=PROGRAMS, turn=2)
def the_records_of_calls_go_to_a_link(at: Trial) -> Planting:
    """Where calls are written down, nothing of somebody else's is written, moved or read."""
    for file in files(at.site.folder / "pbx" / "log" / "cdr-custom"):
        at.plant("link", file, at.canary.file())
    at.plant("link", at.site.folder / "pbx" / "log" / "cdr-custom" / "calls.csv.1", at.canary.file())
    yield


@attack(by=PBX, restarts=PROGRAMS, turn=2)
def the_note_of_asterisk_is_a_link(at: Trial) -> Planting:
    """What notes who Asterisk is, and its socket, lead nowhere else."""
    for place in notes(at.site):
        at.plant("link", place, at.canary.file())
    at.plant("link", at.site.folder / "pbx" / "run" / "asterisk.ctl", at.canary.file())
    yield


@attack(by=PBX, restarts=PROGRAMS, turn=2)
def a_recording_is_a_link(at: Trial) -> Planting:
    """What members recorded is not taken from a link, nor is what it leads to cleared away."""
    for name in ("report-0b0a4a3e-0000-4000-8000-000000000001.slin", "listening.alaw"):
        at.plant("link", at.site.folder / "pbx" / "spool" / "recording" / name, at.canary.file())
    yield


@attack(by=DB, restarts=PROGRAMS, turn=2)
def the_logs_of_the_database_are_a_link(at: Trial) -> Planting:
    """The folder of its logs does not lead out of its own."""
    at.plant("link", at.site.folder / "postgres" / "log", at.canary.folder())
    yield


@attack(by=DB, restarts=PROGRAMS, turn=2)
def the_note_of_the_database_is_a_link(at: Trial) -> Planting:
    """What notes who PostgreSQL is, is neither read as somebody else nor taken away elsewhere."""
    at.plant("link", at.site.folder / "postgres" / "postmaster.pid", at.canary.file())
    yield


@attack(by=DB, restarts=PROGRAMS, turn=2)
def who_may_enter_the_database_is_a_link(at: Trial) -> Planting:
    """The rules of its door are not written through a link."""
    at.plant("link", at.site.folder / "postgres" / "pg_hba.conf", at.canary.file())
    at.plant("link", at.site.folder / "postgres" / "pg_ident.conf", at.canary.file())
    yield


@attack(by=PBX, restarts=PROGRAMS, turn=3)
def files_of_asterisk_are_fifos(at: Trial) -> Planting:
    """Who opens a fifo waits for ever: none but Asterisk itself does, and the others go on."""
    for file in [
        *files(at.site.folder / "pbx" / "log"),
        *files(at.site.folder / "pbx" / "log" / "cdr-custom"),
        *notes(at.site),
    ]:
        at.plant("fifo", file)
    yield
    the_others_go_on(at)


@attack(by=DB, restarts=PROGRAMS, turn=3)
def files_of_the_database_are_fifos(at: Trial) -> Planting:
    """Neither `serve` nor a command of root waits for ever for what somebody else should write."""
    for name in ("postmaster.pid", "start.log", "buurtbel.conf", "postmaster.opts"):
        at.plant("fifo", at.site.folder / "postgres" / name)
    yield
    the_others_go_on(at)


def the_others_go_on(at: Trial) -> None:
    """`serve` still does its rounds, and commands end with a sentence."""
    line = at.site.ends_line()
    if not line:
        at.through("serve did not start the line again: it hangs")
    if at.site.server.started("network", "list").result().returncode in KILLED:
        at.through("a command that root typed hangs")


@attack(by=PBX, restarts=PROGRAMS, turn=5)
def hard_links_stand_for_files_of_asterisk(at: Trial) -> Planting:
    """A second name for somebody else's file does not open it."""
    for file in files(at.site.folder / "pbx" / "log"):
        at.plant("hard", file, at.canary.file())
    yield


@attack(by=DB, restarts=PROGRAMS, turn=5)
def hard_links_stand_for_files_of_the_database(at: Trial) -> Planting:
    """A second name for somebody else's file does not open it."""
    for name in ("buurtbel.conf", "start.log", "postmaster.opts"):
        at.plant("hard", at.site.folder / "postgres" / name, at.canary.file())
    yield


@attack(by=PBX, restarts=PROGRAMS, turn=5)
def the_note_of_asterisk_is_gigantic(at: Trial) -> Planting:
    """Nobody reads 64 gigabytes into memory to learn a process id."""
    for place in notes(at.site):
        at.plant("huge", place, GIGANTIC)
    yield
    nobody_swells(at)


@attack(by=DB, restarts=PROGRAMS, turn=5)
def the_note_of_the_database_is_gigantic(at: Trial) -> Planting:
    """Nobody reads 64 gigabytes into memory to learn a process id or the reason of a failure."""
    for name in ("postmaster.pid", "start.log"):
        at.plant("huge", at.site.folder / "postgres" / name, GIGANTIC)
    yield
    nobody_swells(at)


def nobody_swells(at: Trial) -> None:
    for one in ours(at.site.folder):
        kilobytes = int(one.status.get("RssAnon", "0").split()[0])
        if kilobytes << 10 > SWOLLEN:
            at.through(f"{one} holds {kilobytes >> 10} MB")


@attack(by=PBX, restarts=PROGRAMS, turn=6)
def folders_of_asterisk_change_while_it_starts(at: Trial) -> Planting:
    """Between looking at a folder and using it, it cannot become a link to another."""
    pbx = at.site.folder / "pbx"
    places = [pbx / "spool" / "recording", pbx / "log" / "cdr-custom", *files(pbx / "log")]
    pairs = [
        [str(place), str(at.canary.folder() if place.is_dir() else at.canary.file())]
        for place in places
        if place.exists()
    ]
    with ExitStack() as going:
        going.enter_context(at.by.keeps("swap", pairs))
        yield


@attack(by=DB, restarts=PROGRAMS, turn=6)
def files_of_the_database_change_while_it_starts(at: Trial) -> Planting:
    """Between looking at a file and using it, it cannot become a link to another."""
    postgres = at.site.folder / "postgres"
    places = [postgres / name for name in ("buurtbel.conf", "start.log", "log", "postmaster.opts")]
    pairs = [
        [str(place), str(at.canary.folder() if place.is_dir() else at.canary.file())] for place in places
    ]
    with ExitStack() as going:
        going.enter_context(at.by.keeps("swap", pairs))
        yield
