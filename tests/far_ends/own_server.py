"""A server whose trunk is a peer of the tests, in a folder of its own."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.processes import end_those_in
from tests.support.server import Server, Values


@contextmanager
def own_server(values: Values, name: str) -> Iterator[Server]:
    """Not begun yet; ended and cleared away after."""
    # Not below a folder of root's: PostgreSQL and Asterisk run under accounts of their own.
    around = Path(tempfile.mkdtemp(prefix="bbo-", dir="/var/tmp"))
    around.chmod(0o755)
    server = Server(around / "data", values, name)
    try:
        yield server
    finally:
        with suppress(subprocess.TimeoutExpired):
            server.stop()
        end_those_in(server.folder)
        shutil.rmtree(around)
