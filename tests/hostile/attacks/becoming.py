"""An account wants to be more than it is: through a process, the database, a socket, a program, or a lock."""

import os
import stat
from pathlib import Path

import buurtbel
from embedded.account import DATABASE as DB
from embedded.account import PBX
from embedded.account import SERVES as OURS
from embedded.asterisk_root import ensure_root
from tests.architecture.measures import packages
from tests.hostile.attack import ALL, DURING, LAST, Planting, Trial, attack
from tests.hostile.intruder import DONE, NOBODY
from tests.support.processes import ASTERISK, ours

HOUSE = Path(buurtbel.__file__).parents[1]
FILE_RIGHTS = "security.capability"
SUPERPOWERS = (
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "CREATE ROLE more SUPERUSER LOGIN",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER SYSTEM SET archive_command = 'id'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/more')",
    "CREATE FUNCTION more() RETURNS int LANGUAGE c AS 'libc.so.6', 'getuid'",
    "COPY (SELECT 1) TO '/tmp/more'",
    "LOAD 'auto_explain'",
    "SELECT pg_reload_conf()",
)
ROLES = ("postgres", "buurtbel", "root", "buurtbel-db", "buurtbel-pbx", NOBODY)


def socket_folders(at: Trial) -> list[str]:
    return sorted({str(path.parent) for path in at.site.folder.rglob(".s.PGSQL.*") if path.is_socket()})


def asks_the_database(at: Trial) -> None:
    folders = socket_folders(at)
    if not folders:
        at.through("the database has no socket: it does not run")
    for folder in folders:
        for role in ROLES:
            [answers] = at.by.do(["ask", folder, role, ["SELECT 1"]])
            if answers[0] == DONE:
                at.through(f"it is let in as {role}")


@attack(by=NOBODY, when=DURING)
def a_stranger_enters_the_database(at: Trial) -> None:
    """No account but ours is let in, whoever it says it is."""
    asks_the_database(at)


@attack(by=PBX, when=DURING)
def asterisk_enters_the_database(at: Trial) -> None:
    """No account but ours is let in, whoever it says it is."""
    asks_the_database(at)


@attack(by=OURS, when=DURING)
def our_role_becomes_more_in_the_database(at: Trial) -> None:
    """Who takes over the line gets no further than our tables: no program, no file, no role, no setting."""
    folders = socket_folders(at)
    if not folders:
        at.through("the database has no socket: it does not run")
    for folder in folders:
        for role in ROLES:
            questions = ["SHOW is_superuser", *SUPERPOWERS]
            [answers] = at.by.do(["ask", folder, role, questions])
            if answers[0] != DONE:
                continue
            if role != OURS:
                at.through(f"it is let in as {role}")
            if answers[1] != "off":
                at.through(f"as {role} it is a superuser")
            for question, answer in zip(SUPERPOWERS, answers[2:], strict=True):
                if not str(answer).startswith("refused: "):
                    at.through(f"as {role} it may {question}: {answer}")


@attack(by=NOBODY, when=DURING)
def a_stranger_signals_and_debugs_our_processes(at: Trial) -> None:
    """No account ends, stops or takes over the process of another."""
    reaches_processes(at)


@attack(by=PBX, when=DURING)
def asterisk_signals_and_debugs_the_others(at: Trial) -> None:
    """No account ends, stops or takes over the process of another."""
    reaches_processes(at)


@attack(by=DB, when=DURING)
def the_database_signals_and_debugs_the_others(at: Trial) -> None:
    """No account ends, stops or takes over the process of another."""
    reaches_processes(at)


@attack(by=OURS, when=DURING)
def we_signal_and_debug_the_programs(at: Trial) -> None:
    """`serve` asks keepers to end a program; it can end, stop or take over none of another account itself."""
    reaches_processes(at)


def reaches_processes(at: Trial) -> None:
    others = [one for one in ours(at.site.folder) if one.uids != {at.by.uid}]
    steps = [[verb, one.pid] for one in others for verb in ("signal", "attach")]
    for verb, pid in at.by.can(*steps):
        at.through(f"it may {verb} {next(one for one in others if one.pid == pid)}")


@attack(by=NOBODY, when=DURING)
def a_stranger_speaks_to_asterisks_console(at: Trial) -> None:
    """The console of Asterisk can do all that Asterisk can: its socket is closed to others."""
    speaks_to_console(at)


@attack(by=DB, when=DURING)
def the_database_speaks_to_asterisks_console(at: Trial) -> None:
    """The console of Asterisk can do all that Asterisk can: its socket is closed to others."""
    speaks_to_console(at)


def speaks_to_console(at: Trial) -> None:
    doors = [path for path in (at.site.folder / "pbx" / "run").iterdir() if path.is_socket()]
    if not doors:
        at.through("Asterisk has no console: it does not run")
    for _verb, path in at.by.can(*[["connect", str(path)] for path in doors]):
        at.through(f"{path} is open")


@attack(by=PBX, when=DURING)
def asterisk_gets_new_privileges(at: Trial) -> None:
    """Whatever Asterisk runs gets no right: none is in its bounding set, and it gets no new privileges."""
    pid = at.site.pid(ASTERISK)
    mine = next(one for one in ours(at.site.folder) if one.pid == pid)
    if not mine.no_new_privileges:
        at.through("it may gain privileges by a program that is setuid")
    if mine.bounding:
        at.through(f"its bounding set is {mine.bounding:x}")


@attack(by=NOBODY, when=LAST)
def what_our_processes_may_do(at: Trial) -> None:
    """No process of ours is root's, in root's group, or keeps a right of root's."""
    for one in ours(at.site.folder):
        if 0 in one.uids | one.groups:
            at.through(f"{one} runs as root, or in root's group")
        if one.rights:
            at.through(f"{one} keeps {one.rights}")


@attack(by=NOBODY, when=LAST)
def programs_that_make_root(at: Trial) -> None:
    """Neither the data folder nor the Asterisk that we laid out holds a program that runs as another."""
    for place in (at.site.folder, ensure_root()):
        for folder, _folders, names in os.walk(place) if place != Path("/") else ():
            for name in names:
                path = Path(folder, name)
                status = path.lstat()
                is_file = stat.S_ISREG(status.st_mode)
                if is_file and (
                    status.st_mode & 0o6000 or FILE_RIGHTS in os.listxattr(path, follow_symlinks=False)
                ):
                    at.through(
                        f"{path} is {stat.filemode(status.st_mode)}, and of {status.st_uid}:{status.st_gid}"
                    )


@attack(by=NOBODY, when=DURING)
def a_stranger_changes_our_program(at: Trial) -> None:
    """Our code, its Python and Asterisk's programs can be changed by who installed them only."""
    changes_the_program(at)


@attack(by=OURS, when=DURING)
def we_change_our_program(at: Trial) -> None:
    """Who takes over the line cannot change what root runs at the next start."""
    changes_the_program(at)


@attack(by=PBX, when=DURING)
def asterisk_changes_our_program(at: Trial) -> None:
    """Who takes over Asterisk cannot change what root runs at the next start."""
    changes_the_program(at)


def changes_the_program(at: Trial) -> None:
    places = [HOUSE / name for name in packages()]
    places += [HOUSE / "asterisk-config", HOUSE / ".venv", ensure_root() / "usr"]
    for path in at.by.do(*[["writable", str(place)] for place in places]):
        if path:
            at.through(f"it may change {path}")


@attack(by=NOBODY, restarts=ALL, turn=6)
def a_stranger_holds_every_lock(at: Trial) -> Planting:
    """Who can only read a folder cannot keep root from starting `serve`."""
    places = [Path("/etc"), Path("/var/cache/buurtbel"), ensure_root(), at.site.place, HOUSE, HOUSE / ".venv"]
    with at.by.keeps("lock", [str(place) for place in places]):
        yield
        if not at.site.serves:
            at.through("serve did not start while locks were held")
