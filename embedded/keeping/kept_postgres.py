"""PostgreSQL as its keeper sees it: its cluster and settings, who may come in, its command line."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from embedded.cluster import DATABASE_NAME, ROLE, ClusterFolders, programs
from embedded.errors import StartError
from embedded.keeping.kept import Kept
from embedded.keeping.program import Program, read_small

_SUPERUSER = "postgres"
_OWN_SETTINGS = "buurtbel.conf"
_INCLUDED = f"include '{_OWN_SETTINGS}'"
_HAS_ROLE = "buurtbel-role"
_RECEIVES = "buurtbel-receives"
_LOOK_SECONDS = 0.05
_NEEDED_BYTES = 200 << 20
_START_SECONDS = 60.0
_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "100",
    "synchronous_commit": "on",
    "shared_buffers": "'64MB'",
    "log_min_messages": "warning",
    # A failed statement would bring its values, numbers among them, into the log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    # What it says goes to its keeper, which bounds it.
    "logging_collector": "off",
    "log_checkpoints": "off",
    "log_destination": "'stderr'",
    # What an archive has not received yet is kept for it, and never until the disk is full.
    "max_slot_wal_keep_size": "'2GB'",
    "unix_socket_permissions": "0777",
}
_MAP = "buurtbel"
_OWNED = """
DO $$ DECLARE one record; BEGIN
FOR one IN SELECT format('ALTER %s %s OWNER TO buurtbel', kind, name) AS command FROM (
SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind,
oid::regclass::text AS name
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'S') AND NOT EXISTS
(SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('a', 'i') AND relkind = 'S')
UNION ALL SELECT 'ROUTINE', oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'TYPE', oid::regtype::text FROM pg_type
WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd') OR typnamespace = 'public'::regnamespace
AND typtype = 'c' AND EXISTS (SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind = 'c')
) AS things LOOP EXECUTE one.command; END LOOP; END $$
"""
"""SQL that gives our role all that an earlier release made as superuser."""


class KeptPostgres(Kept):
    """The server with its data in `postgres` of the data folder. Its socket is all that others reach."""

    # SIGINT ends the connections and then the server; open transactions are lost, committed ones are not.
    signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
    patience = 60.0

    def __init__(self, data_dir: Path, clients: Sequence[str], *, is_archived: bool = False) -> None:
        """`clients`: names of the accounts that may come in, as the role that owns our tables.

        `is_archived`: they may also receive every change, to keep it elsewhere.
        """
        self._is_archived = is_archived
        self._folders = ClusterFolders(data_dir)
        self._clients = clients
        super().__init__(self._folders.run, self._folders.cluster / "log" / "postgres.log")

    def prepare(self) -> None:
        cluster = self._folders.cluster
        if shutil.disk_usage(cluster).free < _NEEDED_BYTES:
            raise StartError(f"The disk of {cluster} is too full: the database needs 200 MB free there.")
        self._folders.make_socket_folder()
        if (cluster / "PG_VERSION").exists():
            if _INCLUDED not in read_small(cluster / "postgresql.conf"):
                raise StartError(f"The database in {cluster} was not made to its end: remove that folder.")
        else:
            self._run("initdb", "--auth=peer", "--encoding=UTF8", "--locale=C", "--username", _SUPERUSER)
            with (cluster / "postgresql.conf").open("a") as file:
                file.write(f"{_INCLUDED}\n")
        (cluster / "log").mkdir(mode=0o700, exist_ok=True)
        settings = _SETTINGS | {"unix_socket_directories": f"'{self._folders.socket_dir}'"}
        _write(cluster / _OWN_SETTINGS, "".join(f"{name} = {value}\n" for name, value in settings.items()))
        self._let_in()
        if not (cluster / _HAS_ROLE).exists():
            self._make_role()
            _write(cluster / _HAS_ROLE, "")
        self._let_receive()

    def _let_in(self) -> None:
        """Write who may connect: processes of our accounts, by the word of the kernel, and nobody else."""
        own = pwd.getpwuid(os.geteuid()).pw_name
        pairs = [(own, _SUPERUSER), *((client, ROLE) for client in dict.fromkeys([*self._clients, own]))]
        # Root may do anything with this data anyway, also without asking.
        pairs += [("root", ROLE), ("root", _SUPERUSER)] if own != "root" else []
        cluster = self._folders.cluster
        _write(cluster / "pg_ident.conf", "".join(f"{_MAP} {who} {role}\n" for who, role in pairs))
        databases = ("all", "replication") if self._is_archived else ("all",)
        _write(cluster / "pg_hba.conf", "".join(f"local {one} all peer map={_MAP}\n" for one in databases))

    def _let_receive(self) -> None:
        """Let our role receive what is changed, or not any more: then nothing is kept for it either."""
        receives = self._folders.cluster / _RECEIVES
        if self._is_archived and not receives.exists():
            self._alone(f"ALTER ROLE {ROLE} REPLICATION")
            _write(receives, "")
        elif not self._is_archived and receives.exists():
            self._alone(f"ALTER ROLE {ROLE} NOREPLICATION")
            self._alone("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
            receives.unlink()

    def _make_role(self) -> None:
        """Make the role of our tables. It is no superuser and can do nothing outside of them."""
        missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}')"
        self._alone(f"DO $$ BEGIN IF {missing} THEN CREATE ROLE {ROLE} LOGIN; END IF; END $$")
        self._alone(f"ALTER DATABASE {DATABASE_NAME} OWNER TO {ROLE}")
        self._alone(" ".join(_OWNED.split()))

    def launch(self, output: int) -> Program:
        return Program.launch(
            [str(programs() / "postgres"), "-D", str(self._folders.cluster)],
            cwd=self._folders.cluster,
            output=output,
            env=_environment(),
            note=self.note,
        )

    def until_ready(self, program: Program) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if not program.is_running:
                raise StartError(_why("postgres", self.said(), self._folders.cluster, self.log))
            if self._is_ready(program.pid):
                return
            time.sleep(_LOOK_SECONDS)
        raise StartError(f"PostgreSQL does not become ready: see {self.log}.")

    def _is_ready(self, pid: int) -> bool:
        """Whether the server's own note says that it is ready."""
        try:
            noted = [
                line.strip() for line in read_small(self._folders.cluster / "postmaster.pid").splitlines()
            ]
        except OSError:
            return False
        return noted[:1] == [str(pid)] and noted[7:8] == ["ready"]

    def _alone(self, statement: str) -> None:
        """Execute one statement as superuser, while no server runs."""
        self._run("postgres", "--single", "-j", DATABASE_NAME, folder_after=1, said=f"{statement};\n\n")

    def _run(self, program: str, *arguments: str, folder_after: int | None = None, said: str = "") -> None:
        words = list(arguments)
        at = len(words) if folder_after is None else folder_after
        words[at:at] = ["-D", str(self._folders.cluster)]
        ran = subprocess.run(
            [str(programs() / program), *words],
            input=said.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._folders.cluster,
            env=_environment(),
            check=False,
        )
        told = ran.stdout.decode(errors="replace")
        if ran.returncode != 0 or " ERROR: " in told or "FATAL: " in told:
            raise StartError(_why(program, told, self._folders.cluster, self.log))


def _write(file: Path, text: str) -> None:
    """Write this file whole or not at all; only this account can read it."""
    unfinished = file.with_name(f"{file.name}.new")
    unfinished.write_text(text)
    unfinished.chmod(0o600)
    unfinished.replace(file)


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _why(program: str, words: str, folder: Path, log: Path) -> str:
    if "No space left" in words:
        return f"The disk of {folder} is full: make room and start again."
    if "lock file" in words and "already exists" in words:
        return f"Another PostgreSQL already runs on {folder}: end it, or choose another data folder."
    if "shared memory" in words and "still in use" not in words:
        return "The machine has too little shared memory for the database: give /dev/shm at least 64 MB."
    if "incompatible with" in words:
        return (
            f"{folder} was made by another version of PostgreSQL: move it away, or bring back that version."
        )
    last = next((line for line in reversed(words.splitlines()) if line.strip()), "no reason given")
    return f"PostgreSQL's {program} failed ({last.strip()}): see {log}."
