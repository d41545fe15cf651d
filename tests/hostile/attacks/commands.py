"""Root types commands where a stranger has been: what lies there is not taken."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from embedded.account import SERVES as OURS
from tests.hostile.attack import ALL, DURING, LAST, Planting, Trial, attack
from tests.hostile.intruder import NOBODY
from tests.hostile.site import COMMAND
from tests.hostile.trap import MODULES, PLANTED
from tests.support.processes import end_those_in

WITHIN = 20.0
ELSEWHERE = "a-strangers-data"


@contextmanager
def folder_of(at: Trial, mode: int = 0o755, *, is_theirs: bool = True) -> Iterator[Path]:
    """A folder of theirs, or one of root's that they may write in."""
    folder = at.site.place / at.attack.name
    folder.mkdir()
    folder.chmod(mode)
    if is_theirs:
        os.chown(folder, at.by.uid, at.by.gid)
    yield folder


def types(
    folder: Path, words: list[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What root's command says, without any setting but those it finds. TimeoutExpired: it hangs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BUURTBEL_")}
    return subprocess.run(
        [str(COMMAND), *words],
        cwd=folder,
        env=kept | dict(environment or {}),
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )


def is_not_taken(at: Trial, folder: Path) -> None:
    try:
        said = types(folder, ["network", "list"])
    except subprocess.TimeoutExpired:
        at.through("a command of root's hangs")
        return
    if ELSEWHERE in said.stdout + said.stderr:
        at.through(f"root's command took it: {said.stderr.strip()}")
    if "Traceback" in said.stderr:
        at.through(f"root's command broke: {said.stderr.strip().splitlines()[-1]}")


def settings_of(at: Trial, folder: Path) -> str:
    return f"BUURTBEL_DATA_DIR={folder / ELSEWHERE}\nBUURTBEL_DATABASE_URL=postgresql://{ELSEWHERE}@127.0.0.1:9/x\n"


@attack(by=NOBODY, when=DURING)
def settings_in_a_strangers_folder(at: Trial) -> None:
    """Root, who types a command in somebody's folder, does not take the settings that lie there."""
    with folder_of(at) as folder:
        at.by.do(["write", str(folder / "buurtbel.env"), settings_of(at, folder)])
        is_not_taken(at, folder)


@attack(by=NOBODY, when=DURING)
def settings_in_a_folder_for_all(at: Trial) -> None:
    """Root, who types a command in a folder like /tmp, takes no settings that somebody laid there."""
    with folder_of(at, 0o1777, is_theirs=False) as folder:
        at.by.do(["write", str(folder / "buurtbel.env"), settings_of(at, folder)])
        is_not_taken(at, folder)


@attack(by=NOBODY, when=DURING)
def settings_that_are_a_link(at: Trial) -> None:
    """A link in somebody's folder to a file of root's is not the settings of root."""
    with folder_of(at) as folder:
        target = at.site.place / f"{at.attack.name}.txt"
        target.write_text(settings_of(at, folder))
        at.by.do(["link", str(folder / "buurtbel.env"), str(target)])
        is_not_taken(at, folder)


@attack(by=NOBODY, when=DURING)
def settings_that_are_a_fifo(at: Trial) -> None:
    """Root's command does not wait for ever for what a stranger should write."""
    with folder_of(at) as folder:
        at.by.do(["fifo", str(folder / "buurtbel.env")])
        is_not_taken(at, folder)


@attack(by=NOBODY, when=DURING)
def a_data_folder_below_a_strangers(at: Trial) -> None:
    """Root does not begin to serve below a folder whose owner can put a link in its way."""
    with folder_of(at) as folder:
        refuses(at, folder / "data")


@attack(by=NOBODY, when=DURING)
def a_data_folder_that_is_a_link(at: Trial) -> None:
    """Root does not begin to serve in what a stranger's link leads to."""
    with folder_of(at) as folder:
        at.by.do(["link", str(folder / "data"), str(at.canary.folder())])
        refuses(at, folder / "data")


@attack(by=NOBODY, when=DURING)
def a_data_folder_with_a_strangers_links(at: Trial) -> None:
    """Root does not begin to serve in a folder that a stranger has made and filled beforehand."""
    with folder_of(at, 0o1777, is_theirs=False) as folder:
        data = folder / "data"
        os.mkdir(data)  # noqa: PTH102
        os.chown(data, at.by.uid, at.by.gid)
        for name in ("pbx", "postgres", "postgres-run", "sounds", "secrets", "outcomes"):
            at.by.do(["link", str(data / name), str(at.canary.folder())])
        for name in ("serve.log", "line.log", "installation", "line.json"):
            at.by.do(["link", str(data / name), str(at.canary.file())])
        refuses(at, data)


def refuses(at: Trial, data: Path) -> None:
    settings = {
        name: value for name, value in at.site.server.environment.items() if name.startswith("BUURTBEL_")
    } | {
        "BUURTBEL_DATA_DIR": str(data),
        "BUURTBEL_PBX_SIP_BIND": "127.0.0.1:9",
        "BUURTBEL_PBX_ARI_BIND": "127.0.0.1:9",
    }
    with subprocess.Popen(
        [str(COMMAND), "serve"],
        cwd="/",
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            said = process.communicate(timeout=WITHIN)[0]
        except subprocess.TimeoutExpired:
            process.terminate()
            said = process.communicate(timeout=WITHIN)[0]
            at.through("root begins to serve there")
    lines = [line for line in said.splitlines() if line.strip()]
    if "Traceback" in said:
        at.through(f"it ends with a traceback: {lines[-1]}")
    end_those_in(data)
    if process.returncode == 0 or not lines:
        at.through("it does not refuse")


@attack(by=NOBODY, when=DURING)
def modules_where_root_types_a_demo(at: Trial) -> None:
    """What a demo starts while it is root's, to lay out Asterisk, takes no module from the folder either."""
    before = set(at.site.trap.walked_into())
    said = types(at.site.trap.folder, ["demo", "--folder", "/dev/null/demo"])
    if "choose another with --folder" not in said.stderr:
        at.through(f"it did not get as far as its folder: {said.stderr.strip()}")
    for mark in sorted(set(at.site.trap.walked_into()) - before):
        at.through(f"{mark} ran it")


@attack(by=NOBODY, when=LAST)
def modules_in_a_strangers_folder(at: Trial) -> None:
    """`serve` and commands, typed by root in somebody's folder, take no module that lies there."""
    for mark in at.site.trap.walked_into():
        at.through(f"{mark} ran it")


@attack(by=NOBODY, when=LAST)
def settings_of_the_running_server(at: Trial) -> None:
    """The server that root started in somebody's folder took none of the settings that lie there."""
    if PLANTED in (at.site.folder / "pbx" / "etc" / "ari.conf").read_text():
        at.through("the name of the user of ARI is theirs")


@attack(by=OURS, restarts=ALL, turn=3)
def modules_in_the_data_folder(at: Trial) -> Planting:
    """Who takes over the line lays no module before root's next start."""
    baits = [at.site.folder / f"{name}.py" for name in MODULES]
    for bait in baits:
        mark = at.site.trap.marks / f"data {bait.name}"
        at.by.do(["write", str(bait), f"open({str(mark)!r}, 'w')\n"])
    yield
    at.by.do(*[["back", str(bait)] for bait in baits])
    for name in at.site.trap.walked_into():
        if name.startswith("data "):
            at.through(f"{name} was run")
