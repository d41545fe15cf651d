"""What root gives up, and what goes on with the account that it becomes."""

import json
import os
import pwd
import subprocess
import sys
import textwrap
from pathlib import Path

from embedded.account import SERVES, account_for
from embedded.folders import make_folder
from embedded.rights import ALSO, what_goes_on

GOES_ON = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LC_TIME": "C", "TZ": "UTC", "TERM": "dumb"}
ROOTS = {
    "SOME_SECRET": "4f1c",
    "LD_PRELOAD": "",
    "PYTHONPATH": "/nowhere",
    "PYTHONSTARTUP": "/nowhere",
    "HTTPS_PROXY": "http://proxy.example",
    "HOME": "/root",
    "PATHS": "/nowhere",
}


def test_of_roots_environment_little_goes_on_and_what_root_names() -> None:
    assert what_goes_on(GOES_ON | ROOTS) == GOES_ON
    named = {ALSO: "HTTPS_PROXY, PYTHONPATH,"}
    more = {name: ROOTS[name] for name in ("HTTPS_PROXY", "PYTHONPATH")}
    assert what_goes_on(GOES_ON | ROOTS | named) == GOES_ON | more | named


BECOME = """
    import json, os, pwd, sys
    from embedded.rights import become
    become(pwd.getpwnam(sys.argv[1]))
    os.execvp("env", ["env", "-0"])
"""


def test_a_program_that_an_account_starts_finds_nothing_of_roots() -> None:
    if os.geteuid() != 0:  # there is nobody to become
        return
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(BECOME), pwd.getpwuid(account_for(SERVES).uid).pw_name],
        env=GOES_ON | ROOTS,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd="/",
    )
    assert dict(line.split("=", 1) for line in ran.stdout.split("\0") if line) == GOES_ON


TWICE = """
    import json, os
    from buurtbel.commands.common import settings
    print(json.dumps([[str(settings().data_dir), os.geteuid()] for _ in range(2)]))
"""


def test_a_command_of_roots_reads_its_settings_again_as_an_account_that_cannot_read_the_file(
    around: Path,
) -> None:
    serves, data, file = account_for(SERVES), around / "data", around / "roots.env"
    with make_folder(data, serves, 0o710):
        pass
    file.touch(mode=0o600)
    file.write_text(f"BUURTBEL_DATA_DIR={data}\n")
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(TWICE)],
        env=GOES_ON | {"BUURTBEL_ENV_FILE": str(file)},
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )
    assert json.loads(ran.stdout) == [[str(data), serves.uid]] * 2
    assert ran.stderr == ""
