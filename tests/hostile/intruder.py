"""Somebody on the machine who is not us: an account, in whose name real processes try things."""

import json
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile import mischief

SOURCE = Path(mischief.__file__).read_text()
DONE = mischief.DONE
PYTHON = os.path.realpath(sys.executable)
NOBODY = "nobody"
WITHIN = 60.0
Step = Sequence[Any]


@dataclass(frozen=True)
class Intruder:
    name: str
    uid: int
    gid: int
    groups: Sequence[int] = field(default=())

    @classmethod
    def named(cls, name: str, groups: Sequence[int] = ()) -> "Intruder":
        """Raises KeyError when there is no such account."""
        entry = pwd.getpwnam(name)
        return cls(name, entry.pw_uid, entry.pw_gid, tuple(groups))

    def do(self, *steps: Step) -> list[Any]:
        """What came of each step: `DONE`, an answer, or why not. A step that hangs fails the run."""
        done = subprocess.run(
            self.command(),
            input=json.dumps(steps),
            capture_output=True,
            text=True,
            timeout=WITHIN,
            cwd="/",
            env=_ENV,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))

    def can(self, *steps: Step) -> list[Step]:
        """Those of the steps that were let through."""
        return [step for step, came in zip(steps, self.do(*steps), strict=True) if came == DONE]

    @contextmanager
    def keeps(self, verb: str, argument: Any) -> Iterator[None]:
        """Goes on with one verb until the end of this."""
        with subprocess.Popen(
            self.command(json.dumps([[verb, argument]])),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=_ENV,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                yield
            finally:
                process.communicate(timeout=WITHIN)

    def command(self, *told: str) -> list[str]:
        program = [PYTHON, "-I", "-S", "-c", SOURCE, *told]
        if self.uid == os.geteuid():
            return program
        groups = f"--groups={','.join(map(str, self.groups))}" if self.groups else "--clear-groups"
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", groups, *program]


_ENV = {"PATH": os.defpath, "LANG": "C.UTF-8"}
